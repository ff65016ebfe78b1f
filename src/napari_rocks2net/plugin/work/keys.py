"""Keys that do the same on a layer of the canvas and in a widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from napari.layers import Layer
from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent, QKeySequence
from qtpy.QtWidgets import QWidget

Actions = Mapping[str, Callable[[], None]]
"""What keys do, by napari's names of the keys."""
UNDO, REDO = "Control-Z", "Control-Shift-Z"
# What Qt and napari call the same keys.
NAPARI_NAMES = {
    "Ctrl+Z": UNDO,
    "Ctrl+Shift+Z": REDO,
    "PgUp": "PageUp",
    "PgDown": "PageDown",
    "Return": "Enter",
}


def bind_keys(layer: Layer, actions: Actions) -> None:
    """Bind keys on a layer of our own."""
    for key, action in actions.items():
        # napari hands over the layer that the key was pressed on.
        layer.bind_key(key, lambda _, action=action: action(), overwrite=True)


class KeyFilter(QObject):
    """Hands the keys that are pressed in a widget to the actions of the canvas.

    Parameters
    ----------
    widget : QWidget
        It keeps the filter.
    actions : mapping of str to callable
        By napari's names of the keys.
    active : callable
        Whether they do anything now.
    """

    def __init__(self, widget: QWidget, actions: Actions, active: Callable[[], bool] = lambda: True) -> None:
        super().__init__(widget)
        self._actions, self._active = actions, active
        widget.installEventFilter(self)

    def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: N802
        """Do what a key stands for."""
        if event is None or event.type() != QEvent.Type.KeyPress or not self._active():
            return False
        action = self._actions.get(_name_of(event))
        if action is None:
            return False
        action()
        event.accept()
        return True


def _name_of(event: QKeyEvent) -> str:
    # The digits beside the letters and those of the number pad are the same.
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    combination = QKeySequence(int(modifiers.value) | int(event.key()))
    text = combination.toString(QKeySequence.SequenceFormat.PortableText)
    return NAPARI_NAMES.get(text, text)
