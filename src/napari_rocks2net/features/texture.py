"""Texture and colour: 86 numbers of a photo and of its windows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.features.binary_patterns import pattern_descriptors
from napari_rocks2net.features.colour import COLOUR_MOMENTS, colour_descriptors
from napari_rocks2net.features.gradients import GRADIENT_MOMENTS, gradient_descriptors

FIRST_GRADIENT = 70
TEXTURE_MOMENTS = np.concatenate([COLOUR_MOMENTS, FIRST_GRADIENT + GRADIENT_MOMENTS])
"""(M, 2) columns of a mean and of the deviation about it."""


def texture_descriptors(
    rgb: npt.NDArray[np.uint8], boxes: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Describe texture and colour within boxes; patterns and gradients see across their edges.

    Parameters
    ----------
    rgb : numpy.ndarray
        (y, x, 3) uint8, at the scale to describe.
    boxes : numpy.ndarray
        (N, 4) y0, x0, y1, x1 in the unit square.

    Returns
    -------
    numpy.ndarray
        (N, 86) float32 in -1..1: 30 of `colour_descriptors`, 40 of `pattern_descriptors`, 16 of
        `gradient_descriptors`.
    """
    grey = np.asarray(Image.fromarray(rgb).convert("L"))
    parts = [
        colour_descriptors(rgb, boxes),
        pattern_descriptors(grey, boxes),
        gradient_descriptors(grey, boxes),
    ]
    return np.concatenate(parts, axis=1).astype(np.float32)
