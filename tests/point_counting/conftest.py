"""What the tests of point counts share."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.point_counting import CountingArea, GridSettings, PointCount, counting_grid

CLASSES = ("quartz", "=feldspar", "Übergang, fein")


@pytest.fixture
def count() -> PointCount:
    """Twelve points that nobody has named."""
    settings = GridSettings(points=12, seed=3)
    points = counting_grid(CountingArea((300, 400)), settings)
    return PointCount(
        "A1 PPL.jpg", CountingArea((300, 400)), points, CLASSES, um_per_pixel=2.5, settings=settings
    )


@pytest.fixture
def square() -> np.ndarray:
    """The upper left quarter of a photo of 300 x 400 pixels."""
    return np.array([[0, 0], [0, 200], [150, 200], [150, 0]], float)
