"""The Crystals widget survives whatever a person does to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from napari_rocks2net.crystals.synthetic import SemImage


def test_random_actions_raise_nothing(
    seed: int,
    viewer: Any,
    open_widget: Any,
    sem_image: SemImage,
    squares: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    release_monkey: Callable[..., None],
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

    release_monkey(widget, actions={"paint": paint})
