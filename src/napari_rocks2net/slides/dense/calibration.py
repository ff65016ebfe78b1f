"""Calibration of the dense way: from means over a part of the slide to those of windows by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class AffineMap:
    """One straight line for each of F features."""

    # (F,) float32.
    slope: Floats
    shift: Floats

    @classmethod
    def fit(cls, features: npt.NDArray[Any], targets: npt.NDArray[Any]) -> Self:
        """Return the lines of least squares; a feature that does not vary is only shifted.

        Parameters
        ----------
        features, targets : numpy.ndarray
            (N, F) features, and what they are to become.
        """
        features, targets = np.asarray(features, float), np.asarray(targets, float)
        centre, target = features.mean(axis=0), targets.mean(axis=0)
        variance = ((features - centre) ** 2).mean(axis=0)
        covariance = ((features - centre) * (targets - target)).mean(axis=0)
        varies = variance > 1e-12
        slope = np.where(varies, covariance / np.where(varies, variance, 1), 1)
        return cls(slope.astype(np.float32), (target - slope * centre).astype(np.float32))

    def __call__(self, features: npt.NDArray[Any]) -> Floats:
        """Return features (N, F) on the lines."""
        return np.asarray(features * self.slope + self.shift, np.float32)


@dataclass(frozen=True, eq=False)
class Calibration:
    """Calibration that makes the dense answers of one model like its exact ones, on one slide."""

    whole: AffineMap  # Of the means over windows.
    local: AffineMap | None = None  # Of those over critical areas.
    # (n, n, C) float32, what is added to the logits at the positions of a window before evidence is sought.
    logits: Floats | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return its numbers, for a file."""
        maps = {"whole": self.whole, "local": self.local}
        return {
            **{name: [each.slope.tolist(), each.shift.tolist()] for name, each in maps.items() if each},
            **({} if self.logits is None else {"logits": self.logits.tolist()}),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote; ValueError, TypeError or KeyError for anything else."""
        maps = {
            name: AffineMap(*np.asarray(values[name], np.float32))
            for name in ("whole", "local")
            if name in values
        }
        logits = np.asarray(values["logits"], np.float32) if "logits" in values else None
        return cls(maps["whole"], maps.get("local"), logits)
