"""Scale of a training: how large the pixels of its photos are, for the model's card."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from napari_rocks2net.imaging import ImageError, Preprocessing, picture_size
from napari_rocks2net.pixel_scale import LearnedPixelSize, input_pixel_size
from napari_rocks2net.samples import Region, SampleTable, crop_region, pixel_sizes
from napari_rocks2net.samples.columns import FILE, REGION, SPLIT
from napari_rocks2net.samples.parts import TEST

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

# Of fewer photos the scale says nothing about the others.
LEAST_SHARE = 0.9


def learned_pixel_sizes(samples: SampleTable, preprocessing: Preprocessing) -> dict[str, LearnedPixelSize]:
    """Return the scale of the photos that each property is learned from.

    Without properties of whose photos less than 90 % say how large their pixels are.

    Parameters
    ----------
    samples : SampleTable
        With the column ``split``; a pixel size that the table does not say is read from the photo's file.
    preprocessing : Preprocessing
        How the photos become the network's input.
    """
    frame = samples.frame[samples.frame[SPLIT] != TEST].reset_index(drop=True)
    sizes = np.array(_input_pixel_sizes(frame, preprocessing))
    learned = {}
    for name in samples.names:
        own = sizes[(frame[name] != "").to_numpy()]
        known = own[~np.isnan(own)]
        if 0 < len(known) < LEAST_SHARE * len(own):
            logger.warning(
                "%d of %d photos of %r say how large their pixels are, too few to say the model's scale.",
                len(known),
                len(own),
                name,
            )
        elif len(known):
            learned[name] = LearnedPixelSize.of(known)
    return learned


def _input_pixel_sizes(frame: pd.DataFrame, preprocessing: Preprocessing) -> list[float]:
    """Return how large a pixel of each sample is in the network's input; NaN where it is not known."""
    size_of = lru_cache(None)(picture_size)
    sizes = []
    for micrometres, file, region in zip(pixel_sizes(frame), frame[FILE], frame[REGION], strict=True):
        try:
            size = _cut_size(size_of(file), region)
            sizes.append(input_pixel_size(preprocessing, size, micrometres or np.nan))
        # Reading it says what is wrong.
        except ImageError:
            sizes.append(np.nan)
    return sizes


def _cut_size(size: tuple[int, int], region: Region | None) -> tuple[int, int]:
    height, width = crop_region(np.broadcast_to(np.uint8(0), (*size, 3)), region).shape[:2]
    return height, width
