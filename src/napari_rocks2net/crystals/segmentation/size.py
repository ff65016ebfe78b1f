"""Size estimation: the typical diameter of the crystals of an image."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from napari_rocks2net.crystals.segmentation.candidates import Candidates, join_candidates, search
from napari_rocks2net.crystals.segmentation.selection import (
    DEFAULT_SCORING,
    candidate_features,
    least_probability,
    place_candidates,
    weighted_median,
)
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.crystals.segmentation.working_image import STANDARD_SIZE, WorkingImage, working_image

Grey = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

# More pixels than that say nothing more about the typical size.
MOST_PIXELS = 1_000_000
LEVELS = 5
# Candidates that are searched at each halving of the resolution, as multiples of the standard size; the first
# finds the small ones too. The last image has at least so many pixels a side.
SIZE_RANGE, FIRST_RANGE = (0.5, 1.5), (0.2, 1.5)
SMALLEST_SIDE = 24
# Sizes that are compared, from the smallest to a share of the image.
SMALLEST_SIZE, LARGEST_SHARE = 8.0, 0.7
SIZES_AN_OCTAVE = 4
# What a crystal counts by its diameter: by its number, a large one is worth less than its texture; by its
# area, less than the clump that it belongs to.
DIAMETER_POWER = 0.5
# Smoothed and grown over covered neighbours, candidates are so many pixels wider than what is seen of bodies:
# in drawn agglomerates, whose truth is known, of 10 to 55 pixels; no correction is larger than that share.
EXCESS, LARGEST_EXCESS = 3.0, 0.4


@dataclass(frozen=True)
class _Octave:
    """Candidates in an image that was halved several times."""

    image: WorkingImage
    candidates: Candidates
    factor: int  # How many times smaller than the original.

    def probabilities(self, size: float, settings: SegmentationSettings) -> Floats:
        """Return how likely each candidate is a crystal where a typical one has that diameter."""
        if not len(self.candidates):
            return np.empty(0)
        noise = float(np.median(self.image.gradient))
        features = candidate_features(self.candidates, size / self.factor, noise, settings)
        return DEFAULT_SCORING.probabilities(features)

    @property
    def enlarged(self) -> Candidates:
        """The candidates in the original image."""
        return replace(
            self.candidates,
            area=self.candidates.area * self.factor**2,
            windows=[
                (
                    slice(self.factor * rows.start, self.factor * rows.stop),
                    slice(self.factor * columns.start, self.factor * columns.stop),
                )
                for rows, columns in self.candidates.windows
            ],
            masks=[mask.repeat(self.factor, 0).repeat(self.factor, 1) for mask in self.candidates.masks],
        )


def estimate_size(grey: Grey, settings: SegmentationSettings) -> float:
    """Return the typical diameter in pixels: the median of the crystals that explain the image best.

    Candidates of all sizes are searched in an image pyramid. For one typical size after the other, those that
    are then likely are chosen; the size that leaves the most likely crystals wins. So a chain is many
    crystals of one size, not a large one, and the texture of a large crystal is less likely than the crystal.

    Parameters
    ----------
    grey : numpy.ndarray
        (Y, X) float32 in 0..1.
    settings : SegmentationSettings
        As for the segmentation; the size is not looked at.
    """
    part = _middle(grey)
    octaves = list(_octaves(part, settings))
    candidates = join_candidates([octave.enlarged for octave in octaves])
    diameters = np.sqrt(4 / math.pi * candidates.area)
    largest = LARGEST_SHARE * min(part.shape)
    # What covers most of the image is ground around dark specks, unless there is nothing else.
    for eligible in (diameters <= largest, diameters > 0):
        best, median = 0.0, largest / 5
        for size in SMALLEST_SIZE * 2 ** np.arange(
            0, math.log2(largest / SMALLEST_SIZE), 1 / SIZES_AN_OCTAVE
        ):
            scores = np.concatenate([octave.probabilities(size, settings) for octave in octaves]) * eligible
            labels = np.zeros(part.shape, np.int32)
            chosen = place_candidates(candidates, scores, least_probability(settings), labels)
            # Log odds, so that what is as likely as not counts nothing.
            likely = np.maximum(logit(scores[chosen]), 0)
            covered = float((likely * diameters[chosen] ** DIAMETER_POWER).sum())
            if covered > best:
                best, median = covered, weighted_median(diameters[chosen], scores[chosen])
        if best:
            break
    return median - min(EXCESS, LARGEST_EXCESS * median)


def _octaves(grey: Grey, settings: SegmentationSettings) -> Iterator[_Octave]:
    factor = 1
    while factor == 1 or min(grey.shape) / factor >= SMALLEST_SIDE:
        range_ = FIRST_RANGE if factor == 1 else SIZE_RANGE
        wide = replace(settings, size=None, size_range=range_, levels=min(LEVELS, settings.levels))
        image = working_image(grey, STANDARD_SIZE * factor, settings.denoising, settings.dark)
        yield _Octave(image, join_candidates(list(search(image, wide))), factor)
        factor *= 2


def _middle(grey: Grey) -> Grey:
    """Cut the middle out of a large image, a multiple of the smallest pixels of the pyramid."""
    keep = min(1.0, math.sqrt(MOST_PIXELS / grey.size))
    coarsest = 2 ** max(0, math.floor(math.log2(keep * min(grey.shape) / SMALLEST_SIDE)))
    height, width = (coarsest * max(1, round(keep * side) // coarsest) for side in grey.shape)
    top, left = (grey.shape[0] - height) // 2, (grey.shape[1] - width) // 2
    return grey[top : top + height, left : left + width]
