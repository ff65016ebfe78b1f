"""Keys of a count, the same on the canvas and in the widget."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from napari_rocks2net.plugin.count.class_table import KEYS

Action = Callable[[], None]


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
