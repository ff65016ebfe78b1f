"""Outline refinement: labels of a shrunken image on the edges of the image at full resolution."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage.segmentation import find_boundaries
from skimage.transform import resize

from napari_rocks2net.crystals.segmentation.watershed import Labels, grow_to_edges

# How far an outline moves to an edge, in pixels of each doubling of the resolution.
REACH = 2


def refine_outlines(labels: Labels, grey: npt.NDArray[np.float32], smoothing: float) -> Labels:
    """Return labels at full resolution, their outlines on the crests of the gradient beside them.

    The resolution is doubled time after time, so that an outline is never farther from its edge than a few
    pixels and the texture of large crystals does not catch it.

    Parameters
    ----------
    labels : numpy.ndarray
        (y, x) integers found in a shrunken image, or in the image itself: those stay.
    grey : numpy.ndarray
        (Y, X) float32, the image.
    smoothing : float
        Standard deviation in pixels of the Gaussian against noise, at every resolution.

    Returns
    -------
    numpy.ndarray
        (Y, X) int32 with the same numbers.
    """
    # Rounded: where little was shrunk the outlines are as good as they get, and small crystals would suffer.
    for halvings in reversed(range(round(math.log2(grey.shape[0] / labels.shape[0])))):
        shape = tuple(max(1, round(side / 2**halvings)) for side in grey.shape)
        part = resize(grey, shape, order=1, anti_aliasing=True).astype(np.float32) if halvings else grey
        labels, gradient = _resized(labels, shape), ndimage.gaussian_gradient_magnitude(part, smoothing)
        # Labels and background grow again from what is farther from the outlines than the reach.
        undecided = ndimage.binary_dilation(find_boundaries(labels, mode="thick"), iterations=REACH - 1)
        # A label too small for an inside stays as it is.
        with_inside = np.bincount(labels.ravel(), weights=~undecided.ravel()) > 0
        undecided &= with_inside[labels]
        labels = grow_to_edges(np.where(undecided, 0, labels + 1).astype(np.int32), gradient) - 1
    return _resized(labels, grey.shape)


def _resized(labels: Labels, shape: tuple[int, ...]) -> Labels:
    return resize(labels, shape, order=0, preserve_range=True, anti_aliasing=False).astype(np.int32)
