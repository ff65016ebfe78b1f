"""Slide: a scan of any size, read where a window needs it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError, black_and_white
from napari_rocks2net.imaging.brightness import Levels
from napari_rocks2net.imaging.colour import StoredPicture
from napari_rocks2net.slides.block_cache import BlockCache, Pixels
from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.levels import ArrayLevel, Level
from napari_rocks2net.wording import first_line

# Blocks that are kept: a band of a 100,000 px wide slide, as high as a window and a block.
CACHED_BYTES = 400_000_000
# Levels are said to be whole numbers of times smaller, but their sides are rounded.
ROUNDING = 0.02


class Slide:
    """A scan at one or several scales; no more of it is in memory than a band of windows.

    Parameters
    ----------
    levels : sequence of Level
        The finest first, each of them the whole slide.
    name : str
        For messages and names of files.
    um_per_pixel : float, optional
        Micrometres a pixel of the finest level, where they are known.
    close : callable, optional
        Called when the slide is closed.
    brightness : callable, optional
        Returns the values that become black and white, of all planes of the scan; by default those of the
        finest level.

    Attributes
    ----------
    path : pathlib.Path or None
        The file that it was opened from.

    Raises
    ------
    SlideError
        When there is no level, or the pixel size is no positive number.
    """

    def __init__(
        self,
        levels: Sequence[Level],
        name: str = "slide",
        um_per_pixel: float | None = None,
        close: Callable[[], None] | None = None,
        brightness: Callable[[], Levels] | None = None,
    ) -> None:
        if not levels or not levels[0].height or not levels[0].width:
            raise SlideError(f"{name} has no pixel: check how it was made.")
        if um_per_pixel is not None and not 0 < um_per_pixel < np.inf:
            raise SlideError(f"{name} has pixels of {um_per_pixel:g} µm: pass a positive length.")
        self.levels, self.name, self.um_per_pixel = tuple(levels), name, um_per_pixel
        self.path: Path | None = None
        self._close = close
        self._blocks = BlockCache(CACHED_BYTES)
        self._brightness = brightness or (lambda: black_and_white(block_values(self.levels[0])))
        self._black_and_white: Levels | None = None
        self._finding_levels = threading.Lock()

    @classmethod
    def of_arrays(
        cls,
        *levels: Any,
        name: str = "slide",
        um_per_pixel: float | None = None,
        brightness: Callable[[], Levels] | None = None,
    ) -> Slide:
        """Make a slide of arrays.

        Parameters
        ----------
        *levels : array_like
            (Y, X), (Y, X, 1), (Y, X, 3) or (Y, X, 4): numpy, dask, zarr. The finest first, where there are
            several.
        name : str
            For messages and names of files.
        um_per_pixel : float, optional
            Micrometres a pixel of the finest.
        brightness : callable, optional
            See `Slide`.

        Raises
        ------
        SlideError
            When there is none, or one is empty.
        ImageError
            When one has another shape or type.
        """
        return cls([ArrayLevel(level) for level in levels], name, um_per_pixel, brightness=brightness)

    def __enter__(self) -> Self:
        """Return the slide, which is closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._close is not None:
            self._close()

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the finest level in pixels."""
        return self.levels[0].height, self.levels[0].width

    def reduction(self, level: int) -> float:
        """Return how many pixels of the slide one of a level is wide."""
        ratio = self.shape[1] / self.levels[level].width
        whole = round(ratio)
        return float(whole) if abs(ratio - whole) <= ROUNDING * whole else ratio

    def level_for(self, reduction: float) -> int:
        """Return the coarsest level that is reduced by no more than a number of times."""
        enough = [level for level in range(len(self.levels)) if self.reduction(level) <= reduction]
        return max(enough, key=self.reduction, default=0)

    def window(self, y0: float, x0: float, side: float, level: int = 0) -> Pixels:
        """Read a square.

        Parameters
        ----------
        y0, x0, side : float
            Its upper left corner and its side, in pixels of the finest level.
        level : int
            The level that it is read from.

        Returns
        -------
        numpy.ndarray
            (Y, X, 3) uint8, of at least one pixel; smaller where it reaches beyond the slide.

        Raises
        ------
        ImageError
            When it cannot be read.
        """
        times, picture = self.reduction(level), self.levels[level]
        pixels = max(1, round(side / times))
        top = min(max(0, round(y0 / times)), picture.height - 1)
        left = min(max(0, round(x0 / times)), picture.width - 1)
        return self.read(
            level, top, left, min(pixels, picture.height - top), min(pixels, picture.width - left)
        )

    def fingerprint(self) -> str:
        """Return what tells the slide from others: a hash of its size, its scales and some of its pixels."""
        digest = hashlib.sha256(repr([(each.height, each.width) for each in self.levels]).encode())
        coarsest = self.levels[-1]
        for share in (0.25, 0.5, 0.75):
            row = int(coarsest.height * share) // coarsest.block[0]
            column = int(coarsest.width * share) // coarsest.block[1]
            try:
                digest.update(self._block(len(self.levels) - 1, row, column).tobytes())
            except ImageError:
                digest.update(b"unreadable")
        return digest.hexdigest()[:16]

    def read(self, level: int, top: int, left: int, height: int, width: int) -> Pixels:
        """Read a rectangle that lies within a level.

        Parameters
        ----------
        level : int
            Which one.
        top, left, height, width : int
            In pixels of the level.

        Returns
        -------
        numpy.ndarray
            (height, width, 3) uint8.

        Raises
        ------
        ImageError
            When it cannot be read.
        """
        picture = np.empty((height, width, 3), np.uint8)
        block_height, block_width = self.levels[level].block
        for row in range(top // block_height, (top + height - 1) // block_height + 1):
            for column in range(left // block_width, (left + width - 1) // block_width + 1):
                block = self._block(level, row, column)
                y, x = row * block_height, column * block_width
                y0, x0 = max(top, y), max(left, x)
                y1, x1 = min(top + height, y + len(block)), min(left + width, x + block.shape[1])
                picture[y0 - top : y1 - top, x0 - left : x1 - left] = block[y0 - y : y1 - y, x0 - x : x1 - x]
        return picture

    def _block(self, level: int, row: int, column: int) -> Pixels:
        def read() -> Pixels:
            """Return the block in colours."""
            picture = _picture(self.levels[level], row, column)
            deep = picture.white is None and picture.values.dtype != np.uint8
            return picture.rgb(self._levels_of_brightness() if deep else None)

        return self._blocks.get((level, row, column), read)

    def _levels_of_brightness(self) -> Levels:
        """Return the black and white of the whole slide: those of each window would hide the differences."""
        with self._finding_levels:
            if self._black_and_white is None:
                self._black_and_white = self._brightness()
            return self._black_and_white


def block_values(level: Level) -> Iterator[npt.NDArray[Any]]:
    """Yield the values of a level, block by block, without those that cannot be read."""
    for row in range(-(-level.height // level.block[0])):
        for column in range(-(-level.width // level.block[1])):
            # A broken tile is the affair of the cells that need it.
            with suppress(ImageError):
                yield _picture(level, row, column).values


def _picture(level: Level, row: int, column: int) -> StoredPicture:
    try:
        return level.picture(row, column)
    except (ImageError, MemoryError):
        raise
    # Decoders and lazy data meet damage with whatever error they happen to run into.
    except Exception as error:
        raise ImageError(f"a part of the slide cannot be read ({first_line(error)}).") from error


def name_of(path: Path) -> str:
    """Return what a slide's file is called without its endings, such as ".ome.tif"."""
    name = path.name
    for ending in (".tif", ".tiff", ".zarr", ".ome", ".npy", path.suffix):
        name = name.removesuffix(ending) or name
    return name
