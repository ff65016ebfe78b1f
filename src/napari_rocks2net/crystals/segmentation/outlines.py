"""Outlines of labels: how convex they are, and how bright against their surroundings."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.measuring.hulls import hull_areas
from napari_rocks2net.crystals.segmentation.watershed import Labels
from napari_rocks2net.crystals.segmentation.working_image import WorkingImage

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# A step that the eye sees, of a range of 1.
CLEAR_STEP = 0.02
FOUR_DIRECTIONS = ((0, 1), (0, -1), (1, 0), (-1, 0))


class Outline(NamedTuple):
    """What the outlines of labels look like, (labels + 1,) each."""

    contrast: Floats  # Mean step from outside to inside, in grey values.
    clear: Floats  # Share of the outline along which the inside is clearly brighter.
    gradient: Floats  # Mean gradient magnitude along the outline.


def solidities(labels: Labels) -> Floats:
    """Return area over convex area of each label, in 0..1; 0 for numbers that do not occur."""
    convex = hull_areas(labels)
    return np.minimum(1.0, np.bincount(labels.ravel()) / np.where(convex > 0, convex, np.inf))


def outlines(labels: Labels, image: WorkingImage) -> Outline:
    """Return a comparison of the pixels on both sides of each outline, one pixel away from it.

    Parameters
    ----------
    labels : numpy.ndarray
        (Y, X) integers. Outlines along the border of the image do not count.
    image : WorkingImage
        Of the same height and width.
    """
    count = int(labels.max(initial=0)) + 1
    grey, outside = np.pad(image.grey, 2, mode="edge"), np.pad(labels, 2, constant_values=-1)
    length, contrast, clear, gradient = np.zeros((4, count))
    for down, right in FOUR_DIRECTIONS:
        neighbour = _moved(outside, down, right)
        edge = (labels > 0) & (neighbour != labels) & (neighbour >= 0)
        owner = labels[edge]
        step = _moved(grey, -down, -right)[edge] - _moved(grey, 2 * down, 2 * right)[edge]
        length += np.bincount(owner, minlength=count)
        contrast += np.bincount(owner, weights=step, minlength=count)
        clear += np.bincount(owner, weights=step > CLEAR_STEP, minlength=count)
        gradient += np.bincount(owner, weights=image.gradient[edge], minlength=count)
    length = np.maximum(length, 1)
    return Outline(contrast / length, clear / length, gradient / length)


def means(labels: Labels, *images: npt.NDArray[Any]) -> list[Floats]:
    """Return the mean of each image over each label, (labels + 1,); 0 for the background.

    Parameters
    ----------
    labels, *images : numpy.ndarray
        (Y, X) integers, (Y, X) numbers.
    """
    inside = np.flatnonzero(labels)
    owner = labels.ravel()[inside].astype(np.intp)
    count = int(labels.max(initial=0)) + 1
    area = np.maximum(np.bincount(owner, minlength=count), 1)
    sums = (np.bincount(owner, weights=image.ravel()[inside], minlength=count) for image in images)
    return [total / area for total in sums]


def _moved(padded: npt.NDArray[Any], down: int, right: int) -> npt.NDArray[Any]:
    """Return the neighbours of every pixel of an array that was padded by two."""
    height, width = padded.shape[0] - 4, padded.shape[1] - 4
    return padded[2 + down : 2 + down + height, 2 + right : 2 + right + width]
