"""Levels of a slide: one picture of it at one scale, read block by block."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.imaging.colour import StoredPicture, channels_last, opacity_of

BLOCK = 512


class Level(Protocol):
    """A picture that is read in blocks of one size, those at its far edges cut off."""

    height: int
    width: int
    """Its size in pixels."""
    block: tuple[int, int]
    """Height and width of a block."""

    def picture(self, row: int, column: int) -> StoredPicture:
        """Read the block of a row and column of blocks, counted from 0.

        Parameters
        ----------
        row, column : int
            Within the level.

        Returns
        -------
        StoredPicture
            Grey or RGB.
        """


def block_place(level: Level, row: int, column: int) -> tuple[slice, slice]:
    """Return the rows and columns of a level that a block covers.

    Parameters
    ----------
    level : Level
        The level.
    row, column : int
        Of the block, counted from 0.
    """
    (height, width), (y, x) = level.block, (row * level.block[0], column * level.block[1])
    return slice(y, min(y + height, level.height)), slice(x, min(x + width, level.width))


class ArrayLevel(Level):
    """A level that any array gives: numpy, dask, zarr or another that is sliced like them.

    Parameters
    ----------
    array : array_like
        (Y, X), (Y, X, 1), (Y, X, 3) or (Y, X, 4) of booleans, integers or floats.

    Raises
    ------
    ImageError
        When it has another shape or type.
    """

    def __init__(self, array: Any) -> None:
        shape, kind = tuple(map(int, array.shape)), np.dtype(array.dtype).kind
        if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 3, 4)) or kind not in "buif":
            raise ImageError(
                f"The slide has shape {shape} and holds {array.dtype} values: pass integers or floats as "
                "(Y, X), or as (Y, X, channels) with 1, 3 or 4 channels last."
            )
        self._array = array
        self.height, self.width = (int(length) for length in array.shape[:2])
        self.block = _chunk_of(array)

    def picture(self, row: int, column: int) -> StoredPicture:
        """Read a block as the array holds it."""
        values = channels_last(np.asarray(self._array[block_place(self, row, column)]))
        opacity = opacity_of(values[..., 3:]) if values.shape[2] == 4 else None
        return StoredPicture(values[..., :3], opacity=opacity)


def _chunk_of(array: Any) -> tuple[int, int]:
    """Return the size of the pieces that an array is made of: reading a part of one reads all of it."""
    chunks = getattr(array, "chunks", None)
    if not chunks or len(chunks) < 2:
        return BLOCK, BLOCK
    # Dask lists the length of each, zarr names one for all.
    height, width = (max(each) if isinstance(each, tuple) else int(each) for each in chunks[:2])
    return height, width
