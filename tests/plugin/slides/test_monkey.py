"""The Map slide widget survives whatever a person does to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def test_random_actions_raise_nothing(
    open_widget: Callable[[], Any],
    two_halves: np.ndarray,
    viewer: Any,
    qtbot: Any,
    tmp_path: Path,
    release_monkey: Callable[..., None],
) -> None:
    viewer.add_image(two_halves, name="slide")
    widget = open_widget()
    release_monkey(
        widget,
        files=(tmp_path,),
        actions={"the map ends": lambda: qtbot.waitUntil(lambda: not widget.jobs.running)},
    )
    widget.jobs.cancel()
    qtbot.waitUntil(lambda: not widget.jobs.running)
