"""Selection of crystals among overlapping candidates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.segmentation.candidates import Candidates, Floats
from napari_rocks2net.crystals.segmentation.scoring import DEFAULT_SCORING, Scoring, candidate_features
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.crystals.segmentation.watershed import Labels, renumbered
from napari_rocks2net.crystals.segmentation.working_image import WorkingImage

# Share of a candidate that better ones may have taken already.
LARGEST_LOSS = 0.25
# Probability from which a candidate is taken, with a sensitivity of 0, 0.5 and 1.
PROBABILITIES = (0.8, 0.3, 0.02)
# With a sensitivity of 0, crystals with less than that share of the median contrast are dropped.
FAINTEST_SHARE = 0.6


@dataclass(frozen=True)
class Selection:
    """Chosen crystals."""

    labels: Labels  # (Y, X)
    areas: Floats  # (N,) pixels of each label, from 1 on.
    scores: Floats  # (N,) probability in 0..1.


def select(
    candidates: Candidates,
    image: WorkingImage,
    settings: SegmentationSettings,
    scoring: Scoring = DEFAULT_SCORING,
) -> Selection:
    """Return the best candidate, then the best of those that are still free, and so on.

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
        return Selection(labels, np.empty(0), np.empty(0))
    noise = float(np.median(image.gradient))
    scores = scoring.probabilities(candidate_features(candidates, image.size, noise, settings))
    chosen = place_candidates(candidates, scores, least_probability(settings), labels)
    keep = _not_faint(candidates.contrast[chosen], candidates.area[chosen], settings.sensitivity)
    chosen = chosen[keep]
    labels = renumbered(labels, np.concatenate([[False], keep]))
    return Selection(labels, candidates.area[chosen], scores[chosen])


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


def _not_faint(contrast: Floats, area: Floats, sensitivity: float) -> npt.NDArray[np.bool_]:
    """Tell which crystals have contrast enough beside the one to which the median pixel belongs."""
    if not len(contrast):
        return np.zeros(0, bool)
    typical = weighted_median(contrast, area)
    return np.asarray(contrast >= (1 - sensitivity) * FAINTEST_SHARE * typical)


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
