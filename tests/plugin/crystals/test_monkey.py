"""The Crystals widget survives whatever a person does to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.plugin.monkey import SEEDS, Monkey

from napari_rocks2net.crystals.synthetic import SemImage


@pytest.mark.parametrize("seed", SEEDS)
def test_random_actions_raise_nothing(
    seed: int,
    viewer: Any,
    open_widget: Any,
    sem_image: SemImage,
    squares: np.ndarray,
    qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    viewer.add_image(sem_image.image, name="sem")
    viewer.add_labels(squares, name="mine")
    widget = open_widget()
    # No child process: what a training does is the Train widget's.
    monkeypatch.setattr(widget.classifying.training.job, "start", lambda prepare: None)
    random = np.random.default_rng(seed)

    def paint() -> None:
        layer = widget.crystals.layer
        if layer is not None and layer.ndim == 2:
            place = tuple(int(random.integers(side)) for side in layer.data.shape)
            layer.fill(place, int(random.integers(5)))

    Monkey(viewer, widget, monkeypatch, tmp_path, seed=seed, actions={"paint": paint}).run(qtbot)
