"""Colour of a photo: the distributions of red, green, blue, hue, saturation and value."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.features.histograms import box_histograms, deviation, mean, percentile

LEVELS = 256
VALUES = np.arange(LEVELS) / (LEVELS - 1)
PERCENTILES = (10, 50, 90)


def colour_descriptors(rgb: npt.NDArray[np.uint8], boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Describe the colours within boxes.

    Parameters
    ----------
    rgb : numpy.ndarray
        (y, x, 3) uint8.
    boxes : numpy.ndarray
        (N, 4) y0, x0, y1, x1 in the unit square.

    Returns
    -------
    numpy.ndarray
        (N, 30) in 0..1: of R, G, B, H, S and V the means, the standard deviations, and the 10th, 50th and
        90th percentiles, six numbers of each.
    """
    hsv = np.asarray(Image.fromarray(rgb).convert("HSV"))
    channels = np.moveaxis(np.concatenate([rgb, hsv], axis=-1), -1, 0)
    histograms = np.stack([box_histograms(channel, LEVELS, boxes) for channel in channels], axis=1)
    statistics = [mean(histograms, VALUES), deviation(histograms, VALUES)]
    statistics += [percentile(histograms, VALUES, percent) for percent in PERCENTILES]
    return np.concatenate(statistics, axis=1)
