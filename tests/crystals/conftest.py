"""Synthetic crystals and shapes whose measures are known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from napari_rocks2net.crystals.synthetic import SemImage, draw_sem_image

Shape = Callable[[float, float], np.ndarray]


@pytest.fixture(scope="session")
def sem() -> SemImage:
    """About forty crystals of all classes, 40 px across."""
    return draw_sem_image((256, 320), diameter=40, coverage=0.6, seed=4)


@pytest.fixture(scope="session")
def sem_with_bar() -> SemImage:
    """The same with the instrument's bar below."""
    return draw_sem_image((256, 320), diameter=40, coverage=0.6, seed=4, info_bar=True)


def axes_turned(degrees: float, side: int = 220) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates along and across an axis turned counter-clockwise as seen on the screen, off-centre."""
    y, x = np.mgrid[:side, :side] - (side / 2 + 0.3)
    angle = math.radians(degrees)
    return math.cos(angle) * x - math.sin(angle) * y, math.sin(angle) * x + math.cos(angle) * y


def disc(radius: float) -> np.ndarray:
    along, across = axes_turned(0)
    return (along**2 + across**2 <= radius**2).astype(np.int32)


def ellipse(semi_major: float, semi_minor: float, degrees: float) -> np.ndarray:
    along, across = axes_turned(degrees)
    return ((along / semi_major) ** 2 + (across / semi_minor) ** 2 <= 1).astype(np.int32)


def rectangle(length: float, width: float, degrees: float) -> np.ndarray:
    along, across = axes_turned(degrees)
    return ((np.abs(along) <= length / 2) & (np.abs(across) <= width / 2)).astype(np.int32)
