"""Large pictures a strip of rows at a time: reduced without a copy of the whole, every chunk read once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from napari_rocks2net.imaging import as_rgb
from napari_rocks2net.imaging.reduction import block_means

STRIP_BYTES = 48_000_000


def value_strips(pixels: Any, index: tuple[int, ...] = ()) -> Iterator[np.ndarray]:
    """Yield a plane as it is stored, some rows at a time.

    Parameters
    ----------
    pixels : array_like
        Leading axes, Y, X and perhaps colours: numpy, dask, zarr or anything that is sliced alike.
    index : tuple of int
        The plane: a position along the leading axes.

    Yields
    ------
    numpy.ndarray
        (rows, X) or (rows, X, channels), from the top; they end where chunks end.
    """
    for first, last in _bounds(pixels, len(index)):
        yield np.asarray(pixels[(*index, slice(first, last))])


def rgb_strips(pixels: Any, index: tuple[int, ...], levels: tuple[float, float]) -> Iterator[np.ndarray]:
    """Yield a plane as (rows, X, 3) uint8, together what `as_rgb` makes of the whole.

    Parameters
    ----------
    pixels, index
        See `value_strips`.
    levels : tuple of float
        The values that become black and white.
    """
    for values in value_strips(pixels, index):
        if values.dtype.kind == "f":
            # Not-a-number is black; a strip, unlike an image, may hold nothing else.
            values = np.where(np.isnan(values), values.dtype.type(levels[0]), values)
        yield as_rgb(values, levels=levels)


def reduced_rgb(
    pixels: Any, index: tuple[int, ...], size: tuple[int, int], levels: tuple[float, float]
) -> np.ndarray:
    """Reduce a plane to the means of its blocks.

    Parameters
    ----------
    pixels, index, levels
        See `rgb_strips`.
    size : tuple of int
        (Y, X) of the result, at most that of the plane.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8.
    """
    height, width = pixels.shape[len(index) : len(index) + 2]
    return block_means(rgb_strips(pixels, index, levels), (height, width), size)


def _bounds(pixels: Any, axis: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last row of strips that hold whole chunks and, if possible, few bytes."""
    height, *others = pixels.shape[axis:]
    most = max(1, STRIP_BYTES // (int(np.prod(others)) * max(3, pixels.dtype.itemsize)))
    first = last = 0
    for end in _chunk_ends(pixels, axis):
        if end - first > most and last > first:
            yield first, last
            first = last
        last = end
    yield first, height


def _chunk_ends(pixels: Any, axis: int) -> list[int]:
    """Return the rows after which dask, zarr or HDF5 begin a new chunk; every row of an array without."""
    height = pixels.shape[axis]
    chunks = getattr(pixels, "chunks", None)
    length = chunks[axis] if chunks else 1
    ends = np.cumsum(length) if isinstance(length, tuple) else np.arange(length, height + length, length)
    return np.minimum(ends, height).tolist()
