"""Large pictures a strip of rows at a time: reduced, judged and compared without a copy of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from napari_rocks2net.imaging.brightness import black_and_white
from napari_rocks2net.imaging.colour import channels_last, opacity_of, part_as_rgb
from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.reading import read_levels, read_plane
from napari_rocks2net.imaging.reduction import block_means, sensible_size

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
    empty = _is_empty(pixels, index)
    for stored in value_strips(pixels, index):
        values = stored[..., :3] if empty else stored
        if values.dtype.kind == "f":
            # Not-a-number is black; a strip, unlike an image, may hold nothing else.
            values = np.where(np.isnan(values), values.dtype.type(levels[0]), values)
        yield part_as_rgb(values, levels)


def _is_empty(pixels: Any, index: tuple[int, ...]) -> bool:
    """Return whether no pixel of a plane would be seen; see `StoredPicture.whole`."""
    if pixels.shape[len(index) + 2 :] != (4,):
        return False
    opacities = (opacity_of(strip[..., 3:]) for strip in value_strips(pixels, index))
    return not any(opacity is None or opacity.any() for opacity in opacities)


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


def checksum(strips: Iterable[np.ndarray]) -> bytes:
    """Return a checksum of an image and its size, from strips of its rows, each (N, X, 3) uint8."""
    digest, height, width = blake2b(digest_size=16), 0, 0
    for strip in strips:
        digest.update(np.ascontiguousarray(strip).data)
        height, width = height + len(strip), strip.shape[1]
    return digest.digest() + f"{height} x {width}".encode()


def has_channels(rgb: bool, shape: Sequence[int]) -> bool:
    """Return whether the last axis holds colours.

    napari guesses RGB only when both sides exceed 30 px, so a small photo arrives as a stack of
    pictures one, three or four pixels wide, which nobody means.

    Parameters
    ----------
    rgb : bool
        Whether that is known.
    shape : sequence of int
        Of the pixels.
    """
    return rgb or (len(shape) >= 3 and shape[-1] in (1, 3, 4) and shape[-2] > 4)


def sensible_level(levels: Sequence[Any], planar: int) -> Any:
    """Return the coarsest level with all pixels that the file would be read with.

    Parameters
    ----------
    levels : sequence of array_like
        The finest first.
    planar : int
        The number of leading axes.
    """
    height, width = sensible_size(*levels[0].shape[planar : planar + 2])
    sizes = [level.shape[planar : planar + 2] for level in levels]
    fine_enough = [
        level for level, size in zip(levels, sizes, strict=True) if size[0] >= height and size[1] >= width
    ]
    # A level that also reduces the stack's other axes would lose planes.
    same_planes = [level for level in fine_enough if level.shape[:planar] == levels[0].shape[:planar]]
    return same_planes[-1] if same_planes else levels[0]


def plane_brightness(
    pixels: Any, index: tuple[int, ...], origin: tuple[str, tuple[int, ...]] | None = None
) -> tuple[float, float]:
    """Return the values of a stack of pictures that become black and white; it may take reading all of it.

    Parameters
    ----------
    pixels : array_like
        See `value_strips`.
    index : tuple of int
        A plane of it.
    origin : tuple, optional
        (file, plane in it) that the plane was read from: what the file states about its numbers holds for
        pixels that are still those of the file.
    """
    if pixels.dtype == np.uint8:
        return 0.0, 255.0
    levels = None if origin is None else _stated_levels(*origin)
    if origin and levels and checksum(rgb_strips(pixels, index, levels)) == checksum([read_plane(*origin)]):
        return levels
    indices = np.ndindex(*pixels.shape[: len(index)])
    strips = (strip for each in indices for strip in value_strips(pixels, each))
    return black_and_white(channels_last(strip)[..., :3] for strip in strips)


def _stated_levels(file: str, plane: tuple[int, ...]) -> tuple[float, float] | None:
    try:
        return read_levels(file, plane)
    # The file may be gone, or of a format that another plugin read.
    except ImageError:
        return None


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
