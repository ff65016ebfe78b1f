"""Planted clues: noise images whose class shows in one small patch, to test localisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NOISE = 0.3
SIGNAL = 2.0


@dataclass(frozen=True, eq=False)
class PlantedClues:
    """Images, their classes, and where the clue lies."""

    # (N, 3, S, S) float32, noise around 0 with a bright patch in the channel that is the class.
    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]  # (N,) int64, 0..2.
    clues: npt.NDArray[np.float32]  # (N, 4) float32, y0, x0, y1, x1 of the patches in the unit square.

    def covered_by(self, areas: npt.NDArray[np.floating]) -> float:
        """Return the share (0..1) of the clues whose centre lies in its area, (N, 4) in the unit square."""
        centres = (self.clues[:, :2] + self.clues[:, 2:]) / 2
        inside = (centres >= areas[:, :2]) & (centres <= areas[:, 2:])
        return float(inside.all(axis=1).mean())


def planted_clues(count: int, side: int, patch: int, seed: int = 0) -> PlantedClues:
    """Return images of three classes, each with one patch somewhere.

    Parameters
    ----------
    count : int
        Images.
    side, patch : int
        Sides of the image and of the patch, in pixels.
    seed : int
        The same numbers give the same images.
    """
    random = np.random.default_rng(seed)
    images = NOISE * random.standard_normal((count, 3, side, side), dtype=np.float32)
    labels = random.integers(3, size=count)
    corners = random.integers(side - patch + 1, size=(count, 2))
    for image, label, (y, x) in zip(images, labels, corners, strict=True):
        image[label, y : y + patch, x : x + patch] += SIGNAL
    clues = (np.hstack([corners, corners + patch]) / side).astype(np.float32)
    return PlantedClues(images, labels, clues)
