"""Copies of photos among samples: their thin sections become one, so that no split parts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from napari_rocks2net.audit.duplicates import duplicate_groups, find_duplicates
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.samples.columns import FILE
from napari_rocks2net.samples.identical import join_groups_of_identical

MOST_PHOTOS = 2_000


def join_sections_of_copies(
    samples: SampleTable, on_progress: Callable[[int, int], None] = lambda done, total: None
) -> SampleTable:
    """Make one thin section of those that show one photo, be it resized, cropped or turned.

    Every photo is read once, so above 2,000 photos only those with the same pixels are joined, by
    `napari_rocks2net.samples.split_samples`.

    Parameters
    ----------
    samples : SampleTable
        Samples that are split already stay as they are.
    on_progress : callable
        Takes how many photos are read, and how many there are.

    Returns
    -------
    SampleTable
        The same rows in the same order; the copies are logged. A photo that cannot be read has none.
    """
    files = samples.frame[FILE].unique().tolist()
    if "split" in samples.frame or len(files) > MOST_PHOTOS:
        return samples
    duplicates = find_duplicates(files, on_error=lambda position, error: None, on_progress=on_progress)
    first = {file: group[0] for group in duplicate_groups(duplicates) for file in group[1:]}
    return replace(samples, frame=join_groups_of_identical(samples.frame, first))
