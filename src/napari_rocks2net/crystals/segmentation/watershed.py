"""Watershed: masks of touching crystals cut apart, outlines moved to the edges at full resolution."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage.segmentation import clear_border, find_boundaries, watershed
from skimage.transform import resize

Labels = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)
MARKER_DISTANCE = 5
# How far an outline moves to an edge, in pixels of each doubling of the resolution.
REACH = 2


def split_touching(mask: Mask) -> Labels:
    """Return a mask (Y, X) cut at its necks, int32, by a watershed of the distance to the background."""
    # The Gaussian merges neighbouring summits.
    distance = ndimage.gaussian_filter(ndimage.distance_transform_edt(mask).astype(np.float32), 1.0)
    summits = (ndimage.maximum_filter(distance, MARKER_DISTANCE) == distance) & mask
    markers = ndimage.label(summits, EIGHT_NEIGHBOURS)[0]
    return np.asarray(watershed(-distance, markers, mask=mask), np.int32)


def grow_to_edges(seeds: Labels, gradient: npt.NDArray[np.float32]) -> Labels:
    """Return seeds grown over the whole image until they meet on the crests of the gradient, (Y, X) int32.

    Parameters
    ----------
    seeds : numpy.ndarray
        (Y, X) integers, 0 where no seed is.
    gradient : numpy.ndarray
        (Y, X) gradient magnitude.
    """
    # The inside of a seed has nothing to flood, but would take most of the time.
    inside = ndimage.binary_erosion(seeds > 0, border_value=1)
    grown = watershed(gradient, np.where(inside, 0, seeds), mask=~inside)
    return np.where(inside, seeds, np.asarray(grown, np.int32))


def label_components(mask: Mask) -> Labels:
    """Number the connected parts of a mask (four neighbours) from 1."""
    return np.asarray(ndimage.label(mask)[0], np.int32)


def fill_small_holes(mask: Mask, largest: float) -> Mask:
    """Return a mask without its small holes; what touches the image's border is no hole.

    Parameters
    ----------
    mask : numpy.ndarray
        (Y, X) booleans.
    largest : float
        Holes of fewer pixels are filled.
    """
    holes = clear_border(label_components(~mask))
    fill = np.bincount(holes.ravel()) < largest
    fill[0] = False
    return mask | fill[holes]


def without_small(labels: Labels, smallest: float) -> Labels:
    """Return labels without the small ones; the others keep their numbers.

    Parameters
    ----------
    labels : numpy.ndarray
        (Y, X) integers.
    smallest : float
        Labels of fewer pixels are dropped.
    """
    small = np.bincount(labels.ravel()) < smallest
    small[0] = False
    return np.where(small[labels], np.int32(0), labels)


def renumbered(labels: Labels, keep: npt.NDArray[np.bool_]) -> Labels:
    """Return the labels whose entry is True, numbered 1, 2, ... in the same order, (Y, X) int32.

    Parameters
    ----------
    labels : numpy.ndarray
        (Y, X) integers.
    keep : numpy.ndarray
        (largest label + 1,) booleans; the entry of 0 is not looked at.
    """
    keep = keep.copy()
    keep[0] = False
    numbers = (np.cumsum(keep) * keep).astype(np.int32)
    return numbers[labels]


def refine_outlines(labels: Labels, grey: npt.NDArray[np.float32], smoothing: float) -> Labels:
    """Return labels at full resolution, their outlines on the crests of the gradient beside them.

    The resolution is doubled time after time, so that an outline is never farther from its edge than a few
    pixels and the texture of large crystals does not catch it. (Y, X) int32 with the same numbers.

    Parameters
    ----------
    labels : numpy.ndarray
        (y, x) integers found in a shrunken image, or in the image itself: those stay.
    grey : numpy.ndarray
        (Y, X) float32, the image.
    smoothing : float
        Standard deviation in pixels of the Gaussian against noise, at every resolution.
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
