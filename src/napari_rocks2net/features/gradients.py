"""Contrast of a photo at several scales: gradients and deviation of grey at octaves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_rocks2net.features.histograms import box_histograms, deviation, mean, percentile

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

OCTAVES = 4
BLUR = 1.0
LEVELS = 256
WHITE = 255
STEEPEST = np.sqrt(0.5)
GREYS = np.arange(LEVELS) / WHITE
# Gradients are mostly faint: their levels lie closer together there.
STEEPNESSES = STEEPEST * (np.arange(LEVELS) / (LEVELS - 1)) ** 2
# At each octave: columns of the mean steepness and of the deviation about it.
GRADIENT_MOMENTS = np.arange(0, 4 * OCTAVES, 4)[:, None] + np.arange(2)


def gradient_descriptors(grey: Bytes, boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Describe the contrasts within boxes.

    Parameters
    ----------
    grey, boxes
        See `pattern_descriptors`.

    Returns
    -------
    numpy.ndarray
        (N, 16) in 0..1: at each octave the mean, standard deviation and 90th percentile of the magnitude of
        the gradient of grey in 0..1 a pixel, and the standard deviation of grey.
    """
    octave: Floats = grey.astype(np.float32) / np.float32(WHITE)
    statistics: list[npt.NDArray[np.float64]] = []
    for _ in range(OCTAVES):
        steep = box_histograms(_steepness_levels(octave), LEVELS, boxes)
        greys = box_histograms(np.rint(octave * WHITE).astype(np.uint8), LEVELS, boxes)
        statistics += [mean(steep, STEEPNESSES), deviation(steep, STEEPNESSES)]
        statistics += [percentile(steep, STEEPNESSES, 90), deviation(greys, GREYS)]
        octave = ndimage.gaussian_filter(octave, BLUR, mode="nearest")[::2, ::2]
    return np.stack(statistics, axis=1)


def _steepness_levels(octave: Floats) -> Bytes:
    """Return the magnitude of the gradient by central differences as the nearest level of STEEPNESSES."""
    padded = np.pad(octave, 1, mode="edge")
    down = padded[2:, 1:-1] - padded[:-2, 1:-1]
    right = padded[1:-1, 2:] - padded[1:-1, :-2]
    steepness = np.hypot(down, right) / 2
    return np.rint(np.sqrt(steepness / STEEPEST) * (LEVELS - 1)).astype(np.uint8)
