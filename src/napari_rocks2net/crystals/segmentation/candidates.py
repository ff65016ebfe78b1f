"""Candidates: regions of an image that might be one crystal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_rocks2net.crystals.measuring.hulls import hull_areas
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.crystals.segmentation.watershed import (
    Labels,
    Mask,
    fill_small_holes,
    grow_to_edges,
    label_components,
    renumbered,
    split_touching,
    without_small,
)
from napari_rocks2net.crystals.segmentation.working_image import WorkingImage

Floats = npt.NDArray[np.float64]
Window = tuple[slice, slice]

# The darkest and brightest levels, in percent of the pixels: beyond are dust and burnt-in lettering.
DARKEST_PERCENT, BRIGHTEST_PERCENT = 1.0, 99.7
# Share of the pixels that count as flat, between edges, in the search for crystals that rims outline.
FLATTEST_PERCENT, STEEPEST_PERCENT = 30.0, 92.0
# Holes up to so many times the smallest crystal are shading, not background.
LARGEST_HOLE = 2.0
SMALLEST_SEED = 0.15
LEAST_SOLIDITY = 0.6
# Against division by zero in even images.
LEAST_GREY = 1e-6
# A step that the eye sees, of a range of 1.
CLEAR_STEP = 0.02
FOUR_DIRECTIONS = ((0, 1), (0, -1), (1, 0), (-1, 0))


@dataclass(frozen=True)
class Candidates:
    """Regions that might be crystals, with what tells good ones from bad ones; all (N,)."""

    area: Floats  # In pixels.
    solidity: Floats  # Area over convex area.
    contrast: Floats  # Mean step of grey from outside to inside.
    clear: Floats  # Share of the outline where the step is clear.
    sharpness: Floats  # Mean gradient along the outline over that inside.
    unevenness: Floats  # Standard deviation of the grey values inside over the contrast.
    lettering: Floats  # Share of the pixels that are as white as letters.
    windows: list[Window]  # Bounding boxes.
    masks: list[Mask]  # Each within its window.

    def __len__(self) -> int:
        return len(self.windows)


class Outline(NamedTuple):
    """Figures of the outlines of labels, (labels + 1,) each."""

    contrast: Floats  # Mean step from outside to inside, in grey values.
    clear: Floats  # Share of the outline along which the inside is clearly brighter.
    gradient: Floats  # Mean gradient magnitude along the outline.


def join_candidates(parts: Sequence[Candidates]) -> Candidates:
    """Put candidates of several searches together."""

    def joined(name: str) -> Any:
        """Return a field of all candidates."""
        values = [getattr(part, name) for part in parts]
        if name in ("windows", "masks"):
            return list(chain.from_iterable(values))
        return np.concatenate([np.empty(0), *values])

    return Candidates(*(joined(field.name) for field in fields(Candidates)))


def search(image: WorkingImage, settings: SegmentationSettings) -> Iterator[Candidates]:
    """Yield the candidates at one level after the other, as many times as `count_searches` says.

    Regions brighter than a grey level are taken whole and cut at their necks. Regions flatter than a level
    of the gradient are grown to the edges around them, which finds crystals that only their rims set off.
    A crystal shows at the level of its own outline, whatever the background does elsewhere in the image.

    Parameters
    ----------
    image : WorkingImage
        What is searched.
    settings : SegmentationSettings
        Levels, range of sizes and splitting.
    """
    smallest, largest = (math.pi / 4 * (factor * image.size) ** 2 for factor in settings.size_range)
    for labels in _label_images(image, settings, smallest):
        yield _measured(labels, image, smallest, largest)


def count_searches(settings: SegmentationSettings) -> int:
    """Return the number of `Candidates` that `search` yields."""
    ways = 2 if settings.splitting > 0 else 1
    return ways * settings.levels + (settings.levels + 1) // 2


def _label_images(image: WorkingImage, settings: SegmentationSettings, smallest: float) -> Iterator[Labels]:
    darkest, brightest = np.percentile(image.grey, [DARKEST_PERCENT, BRIGHTEST_PERCENT])
    for level in np.linspace(darkest, brightest, settings.levels + 2)[1:-1]:
        mask = fill_small_holes(image.grey > level, LARGEST_HOLE * smallest)
        whole = label_components(ndimage.binary_opening(mask))
        yield whole
        if settings.splitting > 0:
            yield _pieces(whole, smallest)
    percent = np.linspace(FLATTEST_PERCENT, STEEPEST_PERCENT, (settings.levels + 1) // 2)
    for level in np.percentile(image.gradient, percent):
        mask = fill_small_holes(image.gradient < level, LARGEST_HOLE * SMALLEST_SEED * smallest)
        seeds = without_small(label_components(ndimage.binary_opening(mask)), SMALLEST_SEED * smallest)
        yield grow_to_edges(seeds, image.gradient)


def _pieces(whole: Labels, smallest: float) -> Labels:
    """Cut components at their necks and return the pieces of those that fell apart."""
    pieces = split_touching(without_small(whole, 2 * smallest) > 0)
    owner = np.zeros(int(pieces.max(initial=0)) + 1, np.int32)
    owner[pieces.ravel()] = whole.ravel()
    owner[0] = 0
    count = np.bincount(owner)
    return renumbered(pieces, count[owner] > 1)


def _measured(labels: Labels, image: WorkingImage, smallest: float, largest: float) -> Candidates:
    """Measure the labels of a fitting size and keep those that are bright and fairly convex."""
    area = np.bincount(labels.ravel())
    labels = renumbered(labels, (area >= smallest) & (area <= largest))
    area, outline, convex = np.bincount(labels.ravel()), _outlines(labels, image), hull_areas(labels)
    solidity = np.minimum(1.0, area / np.where(convex > 0, convex, np.inf))
    grey, squared, inner_gradient, letters = _means(
        labels, image.grey, image.grey**2, image.gradient, image.lettering
    )
    deviation = np.sqrt(np.maximum(squared - grey**2, 0))
    selected = np.flatnonzero((solidity >= LEAST_SOLIDITY) & (outline.contrast > 0))
    every_window = ndimage.find_objects(labels)
    windows = [every_window[number - 1] for number in selected]
    return Candidates(
        area[selected].astype(float),
        solidity[selected],
        outline.contrast[selected],
        outline.clear[selected],
        outline.gradient[selected] / np.maximum(inner_gradient[selected], LEAST_GREY),
        deviation[selected] / np.maximum(outline.contrast[selected], LEAST_GREY),
        letters[selected],
        windows,
        [labels[window] == number for window, number in zip(windows, selected, strict=True)],
    )


def _outlines(labels: Labels, image: WorkingImage) -> Outline:
    """Compare the pixels on both sides of each outline, one pixel away from it; borders do not count."""
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


def _moved(padded: npt.NDArray[Any], down: int, right: int) -> npt.NDArray[Any]:
    """Return the neighbours of every pixel of an array that was padded by two."""
    height, width = padded.shape[0] - 4, padded.shape[1] - 4
    return padded[2 + down : 2 + down + height, 2 + right : 2 + right + width]


def _means(labels: Labels, *images: npt.NDArray[Any]) -> list[Floats]:
    """Return the mean of each image (Y, X) over each label, (labels + 1,); 0 for the background."""
    inside = np.flatnonzero(labels)
    owner = labels.ravel()[inside].astype(np.intp)
    count = int(labels.max(initial=0)) + 1
    area = np.maximum(np.bincount(owner, minlength=count), 1)
    sums = (np.bincount(owner, weights=image.ravel()[inside], minlength=count) for image in images)
    return [total / area for total in sums]
