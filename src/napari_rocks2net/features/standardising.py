"""Standardisation of descriptors by the photos that there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# In standard deviations: what no photo like those learned from has, however flat one of them was.
MOST_DEVIATIONS = 10.0
# A deviation where all photos agree: anything else is then as far as it can be.
SMALLEST_SCALE = 1e-6


@dataclass(frozen=True, eq=False)
class Standardisation:
    """Takes descriptors to mean 0 and deviation 1.

    Attributes
    ----------
    mean, scale : numpy.ndarray
        (D,) float64.
    """

    mean: Floats
    scale: Floats

    @classmethod
    def of(cls, rows: Floats) -> Standardisation:
        """Return that of descriptors (N, D)."""
        return cls(rows.mean(axis=0), np.maximum(rows.std(axis=0), SMALLEST_SCALE))

    def __call__(self, rows: Floats) -> Floats:
        """Return descriptors (..., D) in deviations of the photos learned from, at most 10."""
        deviations: Floats = ((rows - self.mean) / self.scale).clip(-MOST_DEVIATIONS, MOST_DEVIATIONS)
        return deviations
