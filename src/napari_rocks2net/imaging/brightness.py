"""Brightness rule: which values of grey and deep images become black and white."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging.errors import ImageError

Levels = tuple[float, float]

# Depths of cameras and of sums of their frames, in bits.
DEPTHS = range(8, 65, 2)
NOTHING_FINITE = "The image holds no finite value (all are NaN or infinite): check how it was made."
WHITE_LEVELS = tuple(2**depth - 1 for depth in DEPTHS)
# Values that are scaled at once, so that a large scan needs no second copy in floats.
BLOCK = 4_000_000


def black_and_white(pictures: Iterable[npt.NDArray[Any]], stated: float | None = None) -> Levels:
    """Return the values that become black and white: the one rule, whatever door a picture comes in by.

    It looks at all pictures of a file or stack together, so that its planes keep their brightness to one
    another, and at nothing else: not at how a viewer shows them.

    * 8 bits: 0 and 255; booleans: 0 and 1.
    * Wider integers: 0 and the white level of the smallest depth of 8, 10, 12, ... 64 bits that holds the
      brightest value, at most the largest of a signed type, so a photo of a 12-bit camera in a 16-bit file is
      not black. Where the file states what the brightest value can be, that counts as one of its values: a
      dark photo of that camera stays dark.
    * Floats within 0..1: 0 and 1. Floats that are whole numbers: as integers.
    * All else, negative values too: the smallest and the largest finite value.

    Parameters
    ----------
    pictures : iterable of numpy.ndarray
        Grey or colour values of one type and any shape, opacity left out; read only as far as needed.
    stated : float, optional
        The largest value that the camera can give, by the file's own words; a brighter pixel contradicts
        them.

    Returns
    -------
    tuple of float
        Black and white; equal where all values are.

    Raises
    ------
    ImageError
        When no value is finite.
    """
    lowest, highest, whole, floating = np.inf, -np.inf, True, False
    full = np.inf
    for picture in pictures:
        if picture.dtype == np.uint8 or picture.dtype.kind == "b":
            return 0.0, 1.0 if picture.dtype.kind == "b" else 255.0
        floating = picture.dtype.kind == "f"
        # Signed numbers reach half as far.
        full = np.inf if floating else float(np.iinfo(picture.dtype).max)
        for values in _blocks(picture):
            finite = values[np.isfinite(values)] if floating else values
            if finite.size:
                lowest, highest = min(lowest, float(finite.min())), max(highest, float(finite.max()))
                whole = whole and (not floating or bool(np.all(finite == np.rint(finite))))
        if stated is None and picture.dtype == np.uint16 and highest > WHITE_LEVELS[DEPTHS.index(14)]:
            break
    if highest < lowest:
        raise ImageError(NOTHING_FINITE)
    white_levels: tuple[float, ...] = tuple(min(white, full) for white in WHITE_LEVELS)
    if stated is not None and stated > highest:
        highest = stated
        # Of any depth, 11 bits too; other numbers are the brightest pixel that a program once saw.
        white_levels = (*sorted({*white_levels, stated}),) if _is_depth(stated) else white_levels
    return _levels(lowest, highest, whole, floating, white_levels)


def _is_depth(white: float) -> bool:
    """Tell whether a number is the largest of 8 bits or more."""
    return white in {2.0**bits - 1 for bits in range(8, 65)}


def scaled(
    values: npt.NDArray[Any], levels: Levels, dtype: type[np.unsignedinteger[Any]] = np.uint8
) -> npt.NDArray[Any]:
    """Scale values so that black becomes 0 and white the largest number of a type, 255 by default.

    Parameters
    ----------
    values : numpy.ndarray
        Booleans, integers or floats of any shape.
    levels : tuple of float
        Black and white, as `black_and_white` returns them.
    dtype : type
        numpy.uint8 or numpy.uint16.

    Returns
    -------
    numpy.ndarray
        The same shape and that type; what is beyond the levels is cut, not-a-number is 0.

    Raises
    ------
    ImageError
        When no value is finite.
    """
    if values.dtype == dtype == np.uint8 and levels == (0.0, 255.0):
        return values
    if values.dtype.kind == "f" and not any(np.isfinite(block).any() for block in _blocks(values)):
        raise ImageError(NOTHING_FINITE)
    result = np.zeros(values.shape, dtype)
    full = np.iinfo(dtype).max
    # Halves, because the range of two huge floats overflows.
    half_range = levels[1] / 2 - levels[0] / 2
    if half_range > 0:
        for source, target in zip(_blocks(values), _blocks(result), strict=True):
            target[...] = _scaled_to(full, source, levels, half_range)
    return result


def _levels(
    lowest: float, highest: float, whole: bool, floating: bool, white_levels: tuple[float, ...]
) -> Levels:
    if floating and lowest >= 0 and highest <= 1:
        return 0.0, 1.0
    if lowest >= 0 and whole:
        for white in white_levels:
            if highest <= white:
                return 0.0, float(white)
    return lowest, highest


def _blocks(values: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Yield views of some rows each."""
    rows = max(1, BLOCK * len(values) // max(1, values.size))
    for first in range(0, len(values), rows):
        yield values[first : first + rows]


def _scaled_to(full: int, values: npt.NDArray[Any], levels: Levels, half_range: float) -> npt.NDArray[Any]:
    # Single precision holds 16-bit values exactly, at half the memory.
    precise: npt.NDArray[Any] = values.astype(np.float32 if values.dtype.itemsize <= 2 else np.float64)
    shares = (np.clip(precise, *levels) / 2 - levels[0] / 2) / half_range
    return np.rint(np.clip(np.nan_to_num(shares * full), 0, full))
