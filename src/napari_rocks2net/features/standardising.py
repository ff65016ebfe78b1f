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
    """Takes descriptors to mean 0 and deviation 1."""

    mean: Floats
    scale: Floats
    """(D,) float64."""

    @classmethod
    def of(cls, rows: Floats) -> Standardisation:
        """Return that of descriptors (N, D); what is not a number, a view that is missing, counts nowhere."""
        present = ~np.isnan(rows)
        count = np.maximum(present.sum(axis=0), 1)
        mean = np.where(present, rows, 0.0).sum(axis=0) / count
        squares = np.where(present, rows - mean, 0.0) ** 2
        return cls(mean, np.maximum(np.sqrt(squares.sum(axis=0) / count), SMALLEST_SCALE))

    def __call__(self, rows: Floats) -> Floats:
        """Return descriptors (..., D) in deviations of those learned from, at most 10; 0 where missing."""
        deviations: Floats = ((rows - self.mean) / self.scale).clip(-MOST_DEVIATIONS, MOST_DEVIATIONS)
        return np.nan_to_num(deviations, copy=False, nan=0.0)
