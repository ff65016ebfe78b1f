"""Size estimation: the typical diameter of the crystals of an image."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage.transform import resize

from napari_rocks2net.crystals.segmentation.candidates import join_candidates, search
from napari_rocks2net.crystals.segmentation.selection import select, weighted_median
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.crystals.segmentation.working_image import working_image

Grey = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

# Standard deviations of the Laplacian of Gaussian, half an octave apart: discs 4 to 360 pixels across.
SCALES = tuple(1.5 * 2 ** (step / 2) for step in range(14))
# A bright disc answers most where its radius is the square root of two times the standard deviation
# (Lindeberg 1998); textured and touching crystals answer half an octave too low.
DIAMETER_OF_SCALE = 2 * math.sqrt(2) * math.sqrt(2)
# Larger scales are looked at in a shrunken image, where they are this many pixels.
COMPUTED_SCALE = 3.0
LEAST_RESPONSE = 0.01
# More pixels than that say nothing more about the typical size.
MOST_PIXELS = 1_000_000
# The first look is coarse and wide, and repeated while it changes much.
LEVELS = 5
SIZE_RANGE = (0.25, 3.0)
LOOKS = 2
SETTLED = 1.25


def estimate_size(grey: Grey, settings: SegmentationSettings) -> float:
    """Return the typical diameter in pixels: of the crystal to which the median pixel of crystal belongs.

    The blobs of the image give a first guess; crystals found with it, their own median.

    Parameters
    ----------
    grey : numpy.ndarray
        (Y, X) float32 in 0..1.
    settings : SegmentationSettings
        As for the segmentation; the size is not looked at.
    """
    part = _middle(grey)
    size = blob_size(np.float32(1) - part if settings.dark else part)
    wide = replace(settings, size=None, size_range=SIZE_RANGE, levels=min(LEVELS, settings.levels))
    for _ in range(LOOKS):
        median = _median_size(part, size, wide)
        settled = max(median / size, size / median) < SETTLED
        size = median
        if settled:
            break
    return size


def blob_size(grey: Grey) -> float:
    """Guess the typical diameter from the maxima of the normalised Laplacian of Gaussian over scales."""
    responses = [_response(grey, scale) for scale in SCALES]
    diameters: list[npt.NDArray[Any]] = [np.empty(0)]
    weights: list[npt.NDArray[Any]] = [np.empty(0)]
    for index, response in enumerate(responses):
        neighbours = responses[max(0, index - 1) : index + 2]
        maxima = response[_is_maximum(response, neighbours)]
        of_scale = DIAMETER_OF_SCALE * SCALES[index]
        diameters.append(np.full(len(maxima), of_scale))
        weights.append(maxima * of_scale**2)
    largest = float(min(grey.shape))
    diameter, weight = np.concatenate(diameters), np.concatenate(weights)
    return min(weighted_median(diameter, weight), largest) if len(diameter) else largest / 8


def _middle(grey: Grey) -> Grey:
    """Cut the middle out of a large image."""
    keep = min(1.0, math.sqrt(MOST_PIXELS / grey.size))
    height, width = (round(keep * length) for length in grey.shape)
    top, left = (grey.shape[0] - height) // 2, (grey.shape[1] - width) // 2
    return grey[top : top + height, left : left + width]


def _response(grey: Grey, scale: float) -> Grey:
    factor = min(1.0, COMPUTED_SCALE / scale)
    shape = [max(2, round(length * factor)) for length in grey.shape]
    small = resize(grey, shape, order=1, anti_aliasing=True).astype(np.float32) if factor < 1 else grey
    sigma = scale * factor
    return np.asarray(-ndimage.gaussian_laplace(small, sigma, mode="nearest") * sigma**2)


def _is_maximum(response: Grey, neighbours: list[Grey]) -> npt.NDArray[np.bool_]:
    """Tell where a response is the largest around in space and in the neighbouring scales."""
    highest = ndimage.maximum_filter(response, 5)
    for other in neighbours:
        same = other if other.shape == response.shape else resize(other, response.shape, order=1)
        highest = np.maximum(highest, ndimage.maximum_filter(same, 3))
    return np.asarray((response >= highest) & (response > LEAST_RESPONSE))


def _median_size(grey: Grey, size: float, settings: SegmentationSettings) -> float:
    """Segment with a guess of the size and return the median size of the crystals, or the guess."""
    image = working_image(grey, size, settings.denoising, settings.dark)
    selection = select(join_candidates(list(search(image, settings))), image, settings)
    if not len(selection.areas):
        return size
    median = weighted_median(selection.areas, selection.areas * selection.scores)
    return math.sqrt(4 / math.pi * median) * size / image.size
