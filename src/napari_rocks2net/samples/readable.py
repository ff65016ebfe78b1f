"""Samples whose images can be read: a bad one costs a line, not the training."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from napari_rocks2net.imaging import ImageError, picture_size
from napari_rocks2net.imaging.reading_many import READING_THREADS, read_many
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples.columns import FILE, REGION
from napari_rocks2net.samples.copies.identical import file_hash
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.region import MOST_OUTSIDE, Region, crop_region
from napari_rocks2net.samples.table import SampleTable
from napari_rocks2net.untrusted import storable
from napari_rocks2net.wording import count_of

logger = logging.getLogger(__name__)


def _log_excluded(reason: str) -> None:
    """Say in a warning what is left out."""
    logger.warning("Left out: %s", reason)


def readable_samples(
    samples: SampleTable,
    on_error: Callable[[str], None] = _log_excluded,
    on_progress: OnProgress | None = None,
) -> SampleTable:
    """Leave out the samples whose images cannot be used, or whose regions lie beside them: see `crop_region`.

    Parameters
    ----------
    samples : SampleTable
        What is to be trained on.
    on_error : callable
        Called with a sentence for each file or region that is left out; by default it is logged as a warning.
    on_progress : callable, optional
        Called with the number of files looked at and their total.

    Returns
    -------
    SampleTable
        The others, with the classes that are left; the samples themselves if all are.

    Raises
    ------
    SampleError
        When no image of a property can be used.
    """
    files = samples.frame[FILE].unique().tolist()
    usable = frozenset(readable_files(files, on_error, on_progress))
    readable = [
        file in usable and _lies_on(file, region, on_error)
        for file, region in zip(samples.frame[FILE], samples.frame[REGION], strict=True)
    ]
    if all(readable):
        return samples
    frame = samples.frame[readable].reset_index(drop=True)
    properties = []
    for each in samples.properties:
        classes = tuple(name for name in each.classes if (frame[each.name] == name).any())
        if not classes:
            raise SampleError(f"None of the images with a {each.name!r} can be used: check the files.")
        properties.append(RockProperty(each.name, classes))
    return replace(samples, frame=frame, properties=tuple(properties))


def readable_files(
    files: Sequence[str],
    on_error: Callable[[str], None] = _log_excluded,
    on_progress: OnProgress | None = None,
) -> list[str]:
    """Return the files that can be read as images and whose names tables can hold.

    Parameters
    ----------
    files : sequence of str
        Image files.
    on_error, on_progress
        See `readable_samples`.
    """
    usable = []
    results = read_many(files, _check, lambda _, error: on_error(str(error)), READING_THREADS)
    for number, (file, content) in enumerate(zip(files, results, strict=True), 1):
        if content is not None:
            usable.append(file)
        if on_progress is not None:
            on_progress(number, len(files))
    return usable


def sentence_of_cut_regions(samples: SampleTable) -> str:
    """Say how many regions reach beyond their images, of which the part inside is used; "" for none.

    Parameters
    ----------
    samples : SampleTable
        Those of `readable_samples`, or any: what cannot be read, or lies beside its image, is not counted.
    """

    @cache
    def size(file: str) -> tuple[int, int]:
        """Return height and width of an image, as large as can be where it cannot be read."""
        try:
            return picture_size(file)
        except ImageError:
            return sys.maxsize, sys.maxsize

    areas = zip(samples.frame[FILE], samples.frame[REGION], strict=True)
    cut = [
        (file, region)
        for file, region in areas
        if region is not None and 0 < region.outside(*size(file)) <= MOST_OUTSIDE
    ]
    if not cut:
        return ""
    file, region = cut[0]
    edges = ", ".join(f"{edge:g}" for edge in region.box)
    return f"{count_of(len(cut), 'region')} cut at the border of the image, the first is {edges} of {file}."


def _lies_on(file: str, region: Region | None, on_error: Callable[[str], None]) -> bool:
    """Tell whether a region lies on its image; say so if not."""
    if region is None:
        return True
    try:
        crop_region(np.broadcast_to(np.uint8(0), (*picture_size(file), 3)), region)
    except ImageError as error:
        on_error(str(error) if file in str(error) else f"{file}: {error}")
        return False
    return True


def _check(file: str) -> bytes:
    if storable(file) != file:
        raise ImageError(f"{storable(file)} has a name that is no text in UTF-8: rename it.")
    picture_size(file)
    # Identical pictures are looked for by these hashes, which are kept.
    return file_hash(file)
