"""The Map slide widget survives whatever a person does to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.plugin.monkey import SEEDS, Monkey


@pytest.mark.parametrize("seed", SEEDS)
def test_random_actions_raise_nothing(
    seed: int,
    open_widget: Callable[[], Any],
    two_halves: np.ndarray,
    viewer: Any,
    qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    viewer.add_image(two_halves, name="slide")
    widget = open_widget()
    Monkey(
        viewer,
        widget,
        monkeypatch,
        tmp_path,
        seed=seed,
        files=(tmp_path,),
        actions={"the map ends": lambda: qtbot.waitUntil(lambda: not widget.jobs.running)},
    ).run(qtbot)
    widget.jobs.cancel()
    qtbot.waitUntil(lambda: not widget.jobs.running)
