"""Key bindings of the annotation layers and the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from napari.layers import Layer, Shapes
from qtpy.QtCore import Qt

from napari_rocks2net.annotation.annotator import Annotator

Action = Callable[[], None]
KEYS_IN_WORDS = (
    "1-9 label · 0 clear · N next · P previous (PgDn, PgUp) · A accept prediction · "
    "Ctrl+Z undo · Ctrl+Shift+Z redo"
)
CONTROL = int(Qt.KeyboardModifier.ControlModifier.value)
SHIFT = int(Qt.KeyboardModifier.ShiftModifier.value)


def key_actions(annotator: Annotator) -> dict[str, Action]:
    """Return what every key does, by napari's name of the key."""
    actions: dict[str, Action] = {
        str(number): partial(annotator.label_number, number) for number in range(1, 10)
    }
    return actions | {
        "0": partial(annotator.label, None),
        "Backspace": partial(annotator.label, None),
        "N": annotator.show_next,
        "P": partial(annotator.show_next, -1),
        "PageDown": annotator.show_next,
        "PageUp": partial(annotator.show_next, -1),
        "A": annotator.accept,
        "Control-Z": annotator.undo,
        "Control-Shift-Z": annotator.redo,
    }


def bind_image_keys(layer: Layer, annotator: Annotator) -> None:
    """Bind every key on our own image layer."""
    _bind(layer, key_actions(annotator))


def bind_region_keys(layer: Shapes, annotator: Annotator) -> None:
    """Bind the keys on our own Shapes layer; P stays the polygon tool, Backspace deletes selected shapes."""
    actions = key_actions(annotator)
    del actions["P"]

    def clear_or_delete() -> None:
        """Delete the selected shapes, or else take the image's label off."""
        if layer.selected_data:
            layer.remove_selected()
        else:
            annotator.label(None)

    _bind(layer, actions | {"Backspace": clear_or_delete})


def qt_key_actions(annotator: Annotator) -> dict[tuple[int, int], Action]:
    """Return what the keys do in the table, by (Qt key, modifiers)."""
    named = key_actions(annotator)
    keys = {str(number): getattr(Qt.Key, f"Key_{number}") for number in range(10)}
    keys |= {"Backspace": Qt.Key.Key_Backspace, "N": Qt.Key.Key_N, "P": Qt.Key.Key_P, "A": Qt.Key.Key_A}
    plain = {(int(key.value), 0): named[name] for name, key in keys.items()}
    z = int(Qt.Key.Key_Z.value)
    return plain | {(z, CONTROL): named["Control-Z"], (z, CONTROL | SHIFT): named["Control-Shift-Z"]}


def _bind(layer: Layer, actions: dict[str, Action]) -> None:
    for key, action in actions.items():
        # napari hands over the layer that the key was pressed on.
        layer.bind_key(key, lambda _, action=action: action(), overwrite=True)
