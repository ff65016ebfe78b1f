"""Copies of one photo in a collection: exact, or recompressed, resized, cropped, turned, mirrored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.audit.alignment import correlation_as_crop
from napari_rocks2net.imaging import read_image, read_many
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.samples.columns import FILE, SPLIT
from napari_rocks2net.samples.identical import join_groups_of_identical
from napari_rocks2net.samples.perceptual_hash import (
    differing_bits,
    hashes_of_turns,
    perceptual_hash,
    turned,
)

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

LONGEST = 96
CROP = 0.9
CROP_PLACES = 3
# Of mudstones copies differ in 14 bits at most, different photos in 14 at least. Of the photos of
# benchmarks/label_audit.py copies correlate by 0.46 to 1, different photos by 0.09 at most.
MOST_BITS = 16
LEAST_CORRELATION = 0.3
LIKELY_TURNS = 3
# Of a collection whose copies are looked for before a training.
MOST_PHOTOS = 2_000


@dataclass(frozen=True)
class Duplicate:
    """Two files that show one photo."""

    first: str
    second: str
    """The files, in the order in which they were given."""
    kind: Literal["exact", "near"]
    """Whether all pixels are the same."""
    correlation: float
    """Of their fine detail after alignment, all over, -1..1; 1 for exact copies."""


@dataclass(frozen=True, eq=False)
class _Fingerprint:
    """Fingerprint of a photo: hash of its pixels, thumbnail, perceptual hashes of turns and crops."""

    pixels: bytes
    grey: Floats
    turns: npt.NDArray[np.uint64]
    crops: npt.NDArray[np.uint64]


def find_duplicates(
    files: Sequence[str | Path],
    read: Callable[[str], Bytes] = read_image,
    on_error: Callable[[int, Exception], None] | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Duplicate]:
    """Find copies among photos.

    Candidates are photos with similar perceptual hashes over all turns, mirrors and crops of 90 % a side; a
    candidate is a copy where its fine detail correlates all over with the other photo's, so that neither
    neighbouring fields of one thin section nor photos with the same scale bar are taken for copies.

    Parameters
    ----------
    files : sequence of str or Path
        The photos; each is read once.
    read : callable
        Takes a file, returns (Y, X, 3) uint8.
    on_error : callable, optional
        Takes the position of a file that cannot be read and the error; by default the error is raised.
    on_progress : callable
        Takes how many photos are read, and how many there are.

    Returns
    -------
    list of Duplicate
        Each pair once, in the order of the files.
    """
    names = [str(file) for file in files]
    prints = read_many(names, lambda name: _fingerprint(read(name)), on_error=on_error)
    readable = []
    for done, (name, each) in enumerate(zip(names, prints, strict=True), start=1):
        on_progress(done, len(names))
        if each is not None:
            readable.append((name, each))
    pairs = _candidates([each for _, each in readable])
    judged = (_judged(readable[i], readable[j]) for i, j in pairs)
    return [each for each in judged if each is not None]


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
    if SPLIT in samples.frame or len(files) > MOST_PHOTOS:
        return samples
    duplicates = find_duplicates(files, on_error=lambda position, error: None, on_progress=on_progress)
    first = {file: group[0] for group in duplicate_groups(duplicates) for file in group[1:]}
    return replace(samples, frame=join_groups_of_identical(samples.frame, first))


def _fingerprint(rgb: Bytes) -> _Fingerprint:
    pixels = hashlib.sha256(repr(rgb.shape).encode() + np.ascontiguousarray(rgb).tobytes()).digest()
    image = Image.fromarray(rgb).convert("L")
    scale = LONGEST / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    grey = np.asarray(image.resize(size, Image.Resampling.BOX), float)
    return _Fingerprint(pixels, grey, hashes_of_turns(grey), _hashes_of_crops(grey))


def _hashes_of_crops(grey: Floats) -> npt.NDArray[np.uint64]:
    """Return (10,): of the whole, and of crops at 3 x 3 places."""
    height, width = (max(1, round(CROP * length)) for length in grey.shape)
    places = [
        np.linspace(0, free, CROP_PLACES).round().astype(int)
        for free in (grey.shape[0] - height, grey.shape[1] - width)
    ]
    crops = [grey[y : y + height, x : x + width] for y in places[0] for x in places[1]]
    return np.array([perceptual_hash(each) for each in (grey, *crops)], np.uint64)


def _candidates(prints: Sequence[_Fingerprint]) -> list[tuple[int, int]]:
    """Return the pairs whose hashes differ in few bits in some turn, either of them cropped or none."""
    if not prints:
        return []
    turns, crops = (np.stack([getattr(each, name) for each in prints]) for name in ("turns", "crops"))
    bits = np.stack([differing_bits(turns[:, :, None], each).min((1, 2)) for each in crops])
    close = np.minimum(bits, bits.T) <= MOST_BITS
    return [(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(close, 1)), strict=True)]


def _judged(first: tuple[str, _Fingerprint], second: tuple[str, _Fingerprint]) -> Duplicate | None:
    (one_name, one), (other_name, other) = first, second
    if one.pixels == other.pixels:
        return Duplicate(one_name, other_name, "exact", 1.0)
    whole, part = (one, other) if _least_bits(one, other) <= _least_bits(other, one) else (other, one)
    bits = differing_bits(part.turns[:, None], whole.crops).min(1)
    turns = [turn for turn in bits.argsort()[:LIKELY_TURNS] if bits[turn] <= MOST_BITS]
    greys = [turned(part.grey, int(turn)) for turn in turns]
    correlation = max(correlation_as_crop(whole.grey, grey) for grey in greys)
    if correlation < LEAST_CORRELATION:
        return None
    return Duplicate(one_name, other_name, "near", correlation)


def _least_bits(whole: _Fingerprint, part: _Fingerprint) -> int:
    return int(differing_bits(part.turns[:, None], whole.crops).min())
