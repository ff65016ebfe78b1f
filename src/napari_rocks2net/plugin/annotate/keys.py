"""Keys of the annotation layers and of the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from napari.layers import Shapes

from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.plugin.work.keys import REDO, UNDO

Action = Callable[[], None]
KEYS_IN_WORDS = (
    "1-9 label · 0 clear · N next · P previous (PgDn, PgUp) · A accept prediction · "
    "Ctrl+Z undo · Ctrl+Shift+Z redo"
)
PAGES = frozenset({"PageDown", "PageUp"})


def key_actions(annotator: Annotator) -> dict[str, Action]:
    """Return what every key does, by napari's name of the key."""
    labels = {str(number): partial(annotator.label_number, number) for number in range(1, 10)}
    previous = partial(annotator.show_next, -1)
    return labels | {
        **dict.fromkeys(("0", "Backspace"), partial(annotator.label, None)),
        **dict.fromkeys(("N", "PageDown"), annotator.show_next),
        **dict.fromkeys(("P", "PageUp"), previous),
        "A": annotator.accept,
        UNDO: annotator.undo,
        REDO: annotator.redo,
    }


def region_key_actions(annotator: Annotator, layer: Shapes) -> dict[str, Action]:
    """Return those on the layer of regions: P stays the polygon tool, Backspace deletes selected shapes."""

    def clear_or_delete() -> None:
        """Delete the selected shapes, or else take the image's label off."""
        if layer.selected_data:
            layer.remove_selected()
        else:
            annotator.label(None)

    actions = key_actions(annotator) | {"Backspace": clear_or_delete}
    del actions["P"]
    return actions


def table_key_actions(annotator: Annotator) -> dict[str, Action]:
    """Return those in the table, whose pages are its own."""
    return {key: action for key, action in key_actions(annotator).items() if key not in PAGES}
