"""Copies of one photo in a collection: exact, or recompressed, resized, cropped, turned, labelled."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import read_image, read_many
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.samples.columns import ANGLE, FIELD, FILE, LIGHT, SPLIT
from napari_rocks2net.samples.copies.grey_thumbnail import grey_thumbnail
from napari_rocks2net.samples.copies.identical import join_groups_of_identical
from napari_rocks2net.samples.copies.near_copies import copies
from napari_rocks2net.views import guess_views

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

Bytes = npt.NDArray[np.uint8]

# Of a collection whose copies are looked for before a training.
MOST_PHOTOS = 2_000


@dataclass(frozen=True)
class Duplicate:
    """Two files that show one photo."""

    first: str
    second: str
    """The files, in the order in which they were given."""
    kind: Literal["exact", "near", "views"]
    """Whether all pixels are the same, or the photos are views of one field, in two lights or stage angles,
    and no copies."""
    correlation: float
    """Of their fine detail after alignment, all over, -1..1; 1 for exact copies."""


@dataclass(frozen=True, eq=False)
class _Fingerprint:
    """Fingerprint of a photo: the hash of its pixels, and see `grey_thumbnail`."""

    pixels: bytes
    grey: npt.NDArray[np.float32] | None


def find_duplicates(
    files: Sequence[str | Path],
    read: Callable[[str], Bytes] = read_image,
    on_error: Callable[[int, Exception], None] | None = None,
    on_progress: OnProgress = lambda done, total: None,
) -> list[Duplicate]:
    """Find copies among photos.

    Copies may be recompressed, resized, turned or mirrored, cropped to half of each side, carry a label, or a
    strip beside them. Their fine detail correlates all over, so that neither neighbouring fields of one thin
    section nor photos with the same scale bar are taken for copies; see
    `napari_rocks2net.samples.copies.near_copies.copies`.

    Parameters
    ----------
    files : sequence of str or Path
        The photos; each is read once.
    read : callable
        Takes a file, returns (Y, X, 3) uint8.
    on_error : callable, optional
        Takes the position of a file that cannot be read and the error; by default the error is raised.
    on_progress : callable
        Takes how many steps are done and how many there are: each photo is read, and compared with others.

    Returns
    -------
    list of Duplicate
        Each pair once, in the order of the files.
    """
    names = [str(file) for file in files]
    prints = read_many(names, lambda name: _fingerprint(read(name)), on_error=on_error)
    readable = []
    for done, (name, each) in enumerate(zip(names, prints, strict=True), start=1):
        on_progress(done, 2 * len(names))
        if each is not None:
            readable.append((name, each))
    exact = _exact([each for _, each in readable])
    greys = [each.grey for _, each in readable]
    pairs = _near(greys, lambda done, _: on_progress(len(names) + done, 2 * len(names))) | exact
    return [
        Duplicate(readable[i][0], readable[j][0], "exact" if (i, j) in exact else "near", pairs[i, j])
        for i, j in sorted(pairs)
    ]


def known_views(duplicates: Iterable[Duplicate], frame: pd.DataFrame) -> list[Duplicate]:
    """Return duplicates in which those are marked as views that a table or the names of files know as such.

    Photos of one field in two lights may be as alike as copies are, for their outlines are the same. Those
    with the same pixels are copies whatever they are called.

    Parameters
    ----------
    duplicates : iterable of Duplicate
        Pairs of files.
    frame : pandas.DataFrame
        Rows of a `SampleTable` with these files, perhaps with columns of views.
    """
    files = frame[FILE].unique().tolist()
    views = [(each.field, each.light, each.angle) for each in guess_views(files)]
    sources: list[dict[str, Any]] = [dict(zip(files, views, strict=True))]
    if LIGHT in frame:
        # The table knows better than the names.
        columns = (frame[name] for name in (FILE, FIELD, LIGHT, ANGLE))
        sources.insert(0, {file: view for file, *view in zip(*columns, strict=True)})

    def are_views(first: str, second: str) -> bool:
        """Tell whether two files show one field in two ways."""
        for known in sources:
            (field, *view), (other_field, *other_view) = known[first], known[second]
            if field and other_field and view[0] and other_view[0]:
                return field == other_field and view != other_view
        return False

    return [
        replace(each, kind="views") if each.kind == "near" and are_views(each.first, each.second) else each
        for each in duplicates
    ]


def duplicate_groups(duplicates: Iterable[Duplicate]) -> list[tuple[str, ...]]:
    """Return the files that show one photo together, through however many copies.

    Returns
    -------
    list of tuple of str
        Sorted, each of two files or more; no file is in two of them.
    """
    group_of: dict[str, set[str]] = {}
    for each in duplicates:
        joined = group_of.get(each.first, {each.first}) | group_of.get(each.second, {each.second})
        group_of.update(dict.fromkeys(joined, joined))
    return sorted({tuple(sorted(group)) for group in group_of.values()})


def join_sections_of_copies(
    samples: SampleTable, on_progress: OnProgress = lambda done, total: None
) -> SampleTable:
    """Make one thin section of those that show one photo, be it resized, cropped or turned.

    Every photo is read once, so above 2,000 photos only those with the same pixels are joined, by
    `napari_rocks2net.samples.split_samples`; a warning says so.

    Parameters
    ----------
    samples : SampleTable
        Samples that are split already stay as they are.
    on_progress : callable
        See `find_duplicates`.

    Returns
    -------
    SampleTable
        The same rows in the same order; the copies are logged. A photo that cannot be read has none.
    """
    files = samples.frame[FILE].unique().tolist()
    if SPLIT in samples.frame:
        return samples
    if len(files) > MOST_PHOTOS:
        logger.warning(
            "%s photos are too many to look for copies that were resized, cropped or turned, which may part "
            "between training and test; napari-rocks2net audit looks for them.",
            f"{len(files):,}",
        )
        return samples
    duplicates = find_duplicates(files, on_error=lambda position, error: None, on_progress=on_progress)
    first = {file: group[0] for group in duplicate_groups(duplicates) for file in group[1:]}
    return replace(samples, frame=join_groups_of_identical(samples.frame, first))


def _fingerprint(rgb: Bytes) -> _Fingerprint:
    pixels = hashlib.sha256(repr(rgb.shape).encode() + np.ascontiguousarray(rgb).tobytes()).digest()
    return _Fingerprint(pixels, grey_thumbnail(rgb))


def _exact(prints: Sequence[_Fingerprint]) -> dict[tuple[int, int], float]:
    """Return the pairs with the same pixels."""
    same: dict[bytes, list[int]] = {}
    for position, each in enumerate(prints):
        same.setdefault(each.pixels, []).append(position)
    return {pair: 1.0 for positions in same.values() for pair in combinations(positions, 2)}


def _near(
    greys: Sequence[npt.NDArray[np.float32] | None], on_progress: OnProgress
) -> dict[tuple[int, int], float]:
    """Return the pairs of which one shows the other or a part of it."""
    pairs: dict[tuple[int, int], float] = {}
    for whole, part, correlation in copies(greys, greys, on_progress):
        pair = (min(whole, part), max(whole, part))
        pairs[pair] = max(correlation, pairs.get(pair, 0.0))
    return pairs
