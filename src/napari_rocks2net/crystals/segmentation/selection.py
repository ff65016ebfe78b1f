"""Selection of crystals among overlapping candidates: the likeliest first.

How likely a candidate is a crystal says a logistic regression of a handful of properties that a person looks
at. Its weights were fitted to the candidates of the 26 micrographs of EMPS (Yildirim & Cole 2021, MIT
licence), each image counting the same.
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
from napari_rocks2net.crystals.segmentation.watershed import Labels, renumbered
from napari_rocks2net.crystals.segmentation.working_image import WorkingImage

# Solidity that is worth nothing and everything, at medium splitting.
NO_SOLIDITY, FULL_SOLIDITY = 0.7, 0.95
# What full splitting, beyond the medium one, adds to the worthless solidity.
SOLIDITY_RANGE = 0.2
# Percentile of the contrasts of an image that the others are compared with.
FULL_CONTRAST_PERCENT = 90
MOST_LETTERING = 0.5
RATIO_LIMITS = (1e-3, 1e3)
# Share of a candidate that better ones may have taken already.
LARGEST_LOSS = 0.25
# Probability from which a candidate is taken, with a sensitivity of 0, 0.5 and 1.
PROBABILITIES = (0.8, 0.3, 0.02)
# With a sensitivity of 0, crystals with less than that share of the median contrast are dropped.
FAINTEST_SHARE = 0.6


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


def select(
    candidates: Candidates,
    image: WorkingImage,
    settings: SegmentationSettings,
    scoring: Scoring = DEFAULT_SCORING,
) -> Labels:
    """Return the best candidate, then the best of those that are still free, and so on, as (Y, X) labels.

    Parameters
    ----------
    candidates : Candidates
        Of that image.
    image : WorkingImage
        (Y, X), what was searched.
    settings : SegmentationSettings
        `splitting` and `sensitivity`.
    scoring : Scoring
        What makes a candidate good.
    """
    labels = np.zeros(image.grey.shape, np.int32)
    if not len(candidates):
        return labels
    noise = float(np.median(image.gradient))
    scores = scoring.probabilities(candidate_features(candidates, image.size, noise, settings))
    chosen = place_candidates(candidates, scores, least_probability(settings), labels)
    if not len(chosen):
        return labels
    # Faint beside the crystal to which the median pixel belongs.
    contrast = candidates.contrast[chosen]
    typical = weighted_median(contrast, candidates.area[chosen])
    bright = contrast >= (1 - settings.sensitivity) * FAINTEST_SHARE * typical
    return renumbered(labels, np.concatenate([[False], bright]))


def least_probability(settings: SegmentationSettings) -> float:
    """Return the probability from which the sensitivity of the settings takes a candidate."""
    return float(np.interp(settings.sensitivity, (0, 0.5, 1), PROBABILITIES))


def place_candidates(
    candidates: Candidates, scores: Floats, least: float, labels: Labels
) -> npt.NDArray[np.int64]:
    """Write the best candidates, of which most is still free, into a label image; return their indices.

    Parameters
    ----------
    candidates : Candidates
        With windows and masks of that image.
    scores : numpy.ndarray
        (N,) the best is placed first.
    least : float
        Score from which a candidate is placed.
    labels : numpy.ndarray
        (Y, X) int32, 0 where it is free; 1, 2, ... are written into it.

    Returns
    -------
    numpy.ndarray
        (M,) int64, the indices of those placed, the best first.
    """
    chosen: list[int] = []
    for index in np.argsort(-scores, kind="stable"):
        if scores[index] < least:
            break
        window = labels[candidates.windows[index]]
        free = candidates.masks[index] & (window == 0)
        if np.count_nonzero(free) >= (1 - LARGEST_LOSS) * candidates.area[index]:
            chosen.append(int(index))
            window[free] = len(chosen)
    return np.asarray(chosen, np.int64)


def weighted_median(values: Floats, weights: Floats) -> float:
    """Return the value below which lies half of the weight.

    Parameters
    ----------
    values, weights : numpy.ndarray
        (N,) numbers, N >= 1; weights are not negative.
    """
    order = np.argsort(values)
    share = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(int(np.searchsorted(share, 0.5)), len(order) - 1)])
