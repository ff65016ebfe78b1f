"""Identical pictures under several names: matched by their pixels, never parted by a split."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from napari_rocks2net.file_version import FileVersion, file_version
from napari_rocks2net.imaging import picture_size, read_image
from napari_rocks2net.imaging.reading_many import READING_THREADS, read_many
from napari_rocks2net.samples.columns import FILE, GROUP
from napari_rocks2net.samples.copies.perceptual_hash import TURNS
from napari_rocks2net.samples.copies.perceptual_hash import turned as turned_picture
from napari_rocks2net.wording import first_of

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
NAMED_PAIRS = 5


def identical_pictures(files: Iterable[str], *, turned: bool = False) -> dict[str, str]:
    """Find the files whose decoded pixels are the same, however they are stored.

    Only pictures of one size are decoded. A file that cannot be read is passed over: who uses it says why.

    Parameters
    ----------
    files : iterable of str
        Image files.
    turned : bool
        Whether a picture that was turned by quarters, or mirrored, is the same.

    Returns
    -------
    dict of str to str
        Every file that repeats the picture of an earlier one -> the first file with that picture.
    """
    of_size: dict[tuple[int, int], list[str]] = {}
    for file, size in _read(files, picture_size):
        height, width = sorted(size) if turned else size
        of_size.setdefault((height, width), []).append(file)
    candidates = [file for alike in of_size.values() if len(alike) > 1 for file in alike]
    first: dict[bytes, str] = {}
    pixels = _read(candidates, _turned_hash if turned else file_hash, READING_THREADS)
    earlier = {file: first.setdefault(key, file) for file, key in pixels}
    return {file: other for file, other in earlier.items() if other != file}


def join_groups_of_identical(frame: pd.DataFrame, identical: Mapping[str, str]) -> pd.DataFrame:
    """Make one thin section of those that share a picture, and name the pictures in a warning.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of a `SampleTable`; each file in one group.
    identical : mapping of str to str
        From `identical_pictures`.

    Returns
    -------
    pandas.DataFrame
        The same rows with the joined groups; the frame itself if nothing is identical.
    """
    if not identical:
        return frame
    group_of = dict(zip(frame[FILE], frame[GROUP], strict=True))
    joined: dict[str, str] = {}

    def joint(group: str) -> str:
        """Return the thin section that one has become part of."""
        while group in joined:
            group = joined[group]
        return group

    pairs = []
    for file, other in identical.items():
        group, earlier = joint(group_of[file]), joint(group_of[other])
        if group != earlier:
            joined[group] = earlier
            pairs.append(f"{_short(other)} and {_short(file)}")
    if pairs:
        logger.warning(
            "Thin sections with the same or nearly the same picture are one, which no split parts: %s.",
            first_of(pairs, NAMED_PAIRS, "; "),
        )
    return frame.assign(**{GROUP: frame[GROUP].map(joint)})


def _read(
    files: Iterable[str], read: Callable[[str], Result], threads: int = 0
) -> Iterator[tuple[str, Result]]:
    """Yield the files that can be read, with what was read."""
    files = list(files)
    results = read_many(files, read, on_error=lambda position, error: None, threads=threads)
    return ((file, result) for file, result in zip(files, results, strict=True) if result is not None)


def file_hash(file: str) -> bytes:
    """Return `picture_hash` of an image file; it is kept until the file changes.

    Raises
    ------
    ImageError
        When the file cannot be read.
    """
    return _hashes_of(file)[0]


def _turned_hash(file: str) -> bytes:
    """Return a hash that a picture shares with its turns and mirror images."""
    return _hashes_of(file)[1]


def _hashes_of(file: str) -> tuple[bytes, bytes]:
    return _hashes_of_version(file, file_version(file))


@lru_cache(maxsize=2**16)
def _hashes_of_version(file: str, version: FileVersion) -> tuple[bytes, bytes]:
    """Hash the pixels of a version of a file; a table is often read again after its settings changed."""
    rgb = read_image(file)
    turns = [turned_picture(rgb, turn) for turn in range(TURNS)]
    # That whose first row comes first stands for all; rows of one colour may be alike.
    rows = [picture[0].tobytes() for picture in turns]
    foremost = [picture for picture, row in zip(turns, rows, strict=True) if row == min(rows)]
    return picture_hash(rgb), min(map(picture_hash, foremost))


def picture_hash(rgb: npt.NDArray[np.uint8]) -> bytes:
    """Return 16 bytes that are the same for the same (Y, X, 3) uint8 pixels only."""
    shape = repr(rgb.shape).encode()[:16]
    return hashlib.blake2b(np.ascontiguousarray(rgb).data, person=shape, digest_size=16).digest()


def _short(file: str) -> str:
    return "/".join(Path(file).parts[-2:])
