"""Logistic regression: how likely a candidate is a crystal.

It works on a handful of properties that a person looks at. Its weights were fitted to the
candidates of the 26 micrographs of EMPS (Yildirim & Cole 2021, MIT licence), each image counting the same.
``python benchmarks/fit_crystal_scoring.py`` repeats that, and tells how well images do that were left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.segmentation.candidates import Candidates, Floats
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings

# Solidity that is worth nothing and everything, at medium splitting.
NO_SOLIDITY, FULL_SOLIDITY = 0.7, 0.95
# What full splitting, beyond the medium one, adds to the worthless solidity.
SOLIDITY_RANGE = 0.2
# Percentile of the contrasts of an image that the others are compared with.
FULL_CONTRAST_PERCENT = 90
MOST_LETTERING = 0.5
RATIO_LIMITS = (1e-3, 1e3)


@dataclass(frozen=True)
class Scoring:
    """A logistic regression."""

    intercept: float
    weights: Mapping[str, float]  # What each unit of a property of `FEATURES` adds to the logit.

    def probabilities(self, features: npt.NDArray[np.float64]) -> Floats:
        """Return the probabilities (N,) of rows of `candidate_features`."""
        logit = features @ np.array([self.weights[name] for name in FEATURES]) + self.intercept
        return np.asarray(1 / (1 + np.exp(-logit)))


FEATURES = (
    "convexity",
    "size",
    "size squared",
    "contrast to others",
    "contrast to noise",
    "sharpness",
    "clear outline",
    "lettering",
    "unevenness",
)
DEFAULT_SCORING = Scoring(
    -11.72, dict(zip(FEATURES, (4.66, -0.3, -2.45, 0.93, 0.28, 3.84, 6.74, -21.78, 2.07), strict=True))
)


def candidate_features(
    candidates: Candidates, size: float, noise: float, settings: SegmentationSettings
) -> npt.NDArray[np.float64]:
    """Return the properties of candidates that `FEATURES` names, (N, 9) float64.

    Parameters
    ----------
    candidates : Candidates
        At least one.
    size : float
        Typical diameter in pixels.
    noise : float
        Median gradient magnitude of the image.
    settings : SegmentationSettings
        `splitting` says how convex a crystal has to be.
    """
    floor = NO_SOLIDITY + (settings.splitting - 0.5) * SOLIDITY_RANGE
    ratio = np.log(np.sqrt(4 / math.pi * candidates.area) / size)
    typical = np.percentile(candidates.contrast, FULL_CONTRAST_PERCENT)
    return np.column_stack(
        [
            np.clip((candidates.solidity - floor) / (FULL_SOLIDITY - floor), 0, 1),
            ratio,
            ratio**2,
            _log(candidates.contrast / typical),
            _log(candidates.contrast / max(noise, 1 / RATIO_LIMITS[1])),
            _log(candidates.sharpness),
            candidates.clear,
            np.minimum(candidates.lettering, MOST_LETTERING),
            _log(candidates.unevenness),
        ]
    )


def _log(ratio: Floats) -> Floats:
    return np.log(np.clip(ratio, *RATIO_LIMITS))
