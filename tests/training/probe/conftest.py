"""Photos described by random numbers: two textures that differ a little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from napari_rocks2net.features import WINDOW_GRID, WINDOW_SIDES, Descriptors
from napari_rocks2net.models.probe import SIZES


@dataclass(frozen=True)
class SyntheticPhotos:
    """Descriptors of photos, their labels and thin sections."""

    descriptors: list[Descriptors]
    labels: list[str]
    groups: list[str]


@pytest.fixture
def draw(rng: np.random.Generator) -> Callable[..., SyntheticPhotos]:
    """Draw photos of classes whose first numbers differ; those of a section are alike."""

    def make(photos: int = 48, classes: int = 3, of_section: int = 2, apart: float = 1.5) -> SyntheticPhotos:
        labels = [number // of_section % classes for number in range(photos)]
        centres = {kind: rng.normal(0, apart / 3, (classes, size)) for kind, size in SIZES.items()}
        sections = {kind: rng.normal(0, 1, (photos // of_section + 1, size)) for kind, size in SIZES.items()}
        descriptors = []
        for number, label in enumerate(labels):
            whole = {
                kind: centres[kind][label] + sections[kind][number // of_section] + rng.normal(0, 0.5, size)
                for kind, size in SIZES.items()
            }
            grid = (len(WINDOW_SIDES), WINDOW_GRID, WINDOW_GRID)
            windows = {kind: row + rng.normal(0, 0.3, (*grid, len(row))) for kind, row in whole.items()}
            descriptors.append(
                Descriptors(
                    {kind: row.astype(np.float32) for kind, row in whole.items()},
                    {kind: rows.astype(np.float32) for kind, rows in windows.items()},
                )
            )
        names = [f"rock {label}" for label in labels]
        return SyntheticPhotos(descriptors, names, [f"s{number // of_section}" for number in range(photos)])

    return make
