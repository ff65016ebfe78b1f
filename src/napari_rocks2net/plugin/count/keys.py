"""Keys of a count, the same on the canvas and in the widget."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from qtpy.QtCore import QEvent, QObject
from qtpy.QtGui import QKeyEvent, QKeySequence
from qtpy.QtWidgets import QWidget

from napari_rocks2net.plugin.count.class_table import KEYS

Action = Callable[[], None]
# What Qt and napari call the same keys.
NAPARI_NAMES = {
    "Ctrl+Z": "Control-Z",
    "Ctrl+Shift+Z": "Control-Shift-Z",
    "PgUp": "PageUp",
    "PgDown": "PageDown",
    "Return": "Enter",
}


def key_actions(
    name: Callable[[int], None],
    leave_out: Action,
    accept: Action,
    undo: Action,
    redo: Action,
    step: Callable[[int], None],
) -> dict[str, Action]:
    """Return what every key does, by napari's name of the key.

    Parameters
    ----------
    name : callable
        Takes the number of a class, from 0.
    leave_out, accept, undo, redo : callable
        For the point under the cross.
    step : callable
        Takes by how many points to go on.
    """
    named: dict[str, Action] = {key: partial(name, number) for number, key in enumerate(KEYS)}
    return named | {
        "0": leave_out,
        "Enter": accept,
        "Backspace": undo,
        "Control-Z": undo,
        "Control-Shift-Z": redo,
        "PageUp": partial(step, -1),
        "PageDown": partial(step, 1),
    }


class KeyFilter(QObject):
    """Hands the keys that are pressed in a widget to the actions of the canvas.

    Parameters
    ----------
    widget : QWidget
        It keeps the filter.
    actions : mapping of str to callable
        By napari's names of the keys.
    active : callable
        Whether a count is under way.
    """

    def __init__(self, widget: QWidget, actions: dict[str, Action], active: Callable[[], bool]) -> None:
        super().__init__(widget)
        self._actions, self._active = actions, active
        widget.installEventFilter(self)

    def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: N802
        """Do what a key stands for."""
        if event is None or event.type() != QEvent.Type.KeyPress or not self._active():
            return False
        action = self._actions.get(_name_of(event))
        if action is not None:
            action()
        return action is not None


def _name_of(event: QKeyEvent) -> str:
    text = QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)
    return NAPARI_NAMES.get(text, text)
