"""Candidates: regions of an image that might be one crystal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_rocks2net.crystals.segmentation.outlines import means, outlines, solidities
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


def join_candidates(parts: Sequence[Candidates]) -> Candidates:
    """Put candidates of several searches together."""

    def joined(name: str) -> Any:
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
    return ways * settings.levels + _edge_levels(settings)


def _edge_levels(settings: SegmentationSettings) -> int:
    return (settings.levels + 1) // 2


def _label_images(image: WorkingImage, settings: SegmentationSettings, smallest: float) -> Iterator[Labels]:
    darkest, brightest = np.percentile(image.grey, [DARKEST_PERCENT, BRIGHTEST_PERCENT])
    for level in np.linspace(darkest, brightest, settings.levels + 2)[1:-1]:
        mask = _tidied(image.grey > level, LARGEST_HOLE * smallest)
        whole = label_components(mask)
        yield whole
        if settings.splitting > 0:
            yield _pieces(whole, smallest)
    percent = np.linspace(FLATTEST_PERCENT, STEEPEST_PERCENT, _edge_levels(settings))
    for level in np.percentile(image.gradient, percent):
        mask = _tidied(image.gradient < level, LARGEST_HOLE * SMALLEST_SEED * smallest)
        seeds = without_small(label_components(mask), SMALLEST_SEED * smallest)
        yield grow_to_edges(seeds, image.gradient)


def _tidied(mask: Mask, largest_hole: float) -> Mask:
    return np.asarray(ndimage.binary_opening(fill_small_holes(mask, largest_hole)), bool)


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
    area, outline = np.bincount(labels.ravel()), outlines(labels, image)
    solidity = solidities(labels)
    grey, squared, inner_gradient, letters = means(
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
