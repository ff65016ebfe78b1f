"""The Pair views widget survives whatever a person does to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def test_random_actions_raise_nothing(
    viewer: Any,
    qtbot: Any,
    rng: np.random.Generator,
    release_monkey: Callable[..., None],
) -> None:
    for name in ("S1 PPL", "S1 XPL", "S2 XPL 45"):
        viewer.add_image(rng.integers(0, 256, (60, 80, 3), np.uint8), name=name)
    _, widget = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Pair views")
    release_monkey(
        widget,
        actions={
            "all are selected": lambda: setattr(viewer.layers, "selection", set(viewer.layers)),
            "pair": widget.pair,
            "lay on one another": widget.register,
            "next view": lambda: widget.show_next(1),
            "the work ends": lambda: qtbot.waitUntil(lambda: not widget.jobs.running),
        },
    )
    qtbot.waitUntil(lambda: not widget.jobs.running)
