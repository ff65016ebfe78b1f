"""Samples as the verbs that train on them load them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.cli.console import print_note, progress
from napari_rocks2net.samples.columns import FILE
from napari_rocks2net.wording import first_of

if TYPE_CHECKING:
    from napari_rocks2net.samples import SampleTable

MOST_NAMED = 5


def load_trainable(
    data: Path, property: str | Sequence[str] | None, group: str | None, encoding: str | None = None
) -> SampleTable:
    """Load samples that can be read, and make one thin section of those that show one photo.

    A line on standard error says of each other why it is left out.

    Parameters
    ----------
    data, property, group, encoding
        See `napari_rocks2net.samples.load_samples`.
    """
    from napari_rocks2net.audit import join_sections_of_copies
    from napari_rocks2net.samples import load_samples, readable_samples, sentence_of_cut_regions

    samples = load_samples(data, property, group, encoding)
    note_first_pages(samples)
    with progress("Looking at the images") as show:
        samples = readable_samples(samples, lambda reason: print_note(f"Left out: {reason}"), show)
    if cut := sentence_of_cut_regions(samples):
        print_note(cut)
    with progress("Looking for copies") as show:
        return join_sections_of_copies(samples, show)


def note_first_pages(samples: SampleTable) -> None:
    """Say of which files the first page or plane alone is a sample, in one line on standard error."""
    from napari_rocks2net.imaging import TIFF_SUFFIXES, ImageError, count_pages

    pages: dict[str, int] = {}
    for file in map(Path, samples.frame[FILE].unique()):
        # What cannot be read is said by who reads it.
        with suppress(ImageError):
            if file.suffix.lower() in TIFF_SUFFIXES and (count := count_pages(file)) > 1:
                pages[file.name] = count
    if pages:
        named = [f"{name} (first of {count})" for name, count in pages.items()]
        print_note(f"Of files with several pages the first is used: {first_of(named, MOST_NAMED)}.")
