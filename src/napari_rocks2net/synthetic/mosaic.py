"""Slide of several rocks beside one another, whose boundaries are known: the truth of a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.drawing import checked_shape
from napari_rocks2net.synthetic.errors import SynthesisError
from napari_rocks2net.synthetic.scan import TILE, SlideScan, draw_scan
from napari_rocks2net.synthetic.section import UM_PER_PIXEL

if TYPE_CHECKING:
    import dask.array as da

# Boundaries run from top to bottom in waves, as high as a twelfth of the slide is wide and half as long.
WAVE_HEIGHT, WAVE_LENGTH = 1 / 12, 1 / 2


@dataclass(frozen=True)
class MosaicScan:
    """Bands of several rocks, rendered where they are looked at, never as a whole."""

    scans: tuple[SlideScan, ...]
    """One for each rock, from left to right, all of the slide's size."""
    names: tuple[str, ...]
    """Their classes."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.scans[0].height, self.scans[0].width

    @property
    def ppl(self) -> da.Array:
        """The slide in plane-polarised light, shape (Y, X, 3), uint8, lazily drawn."""
        return self._lazy("ppl")

    @property
    def xpl(self) -> da.Array:
        """The slide between crossed polars, shape (Y, X, 3), uint8, lazily drawn."""
        return self._lazy("xpl")

    def rock_at(self, y: NDArray[Any], x: NDArray[Any]) -> NDArray[np.intp]:
        """Return which of the rocks lies at places.

        Parameters
        ----------
        y, x : numpy.ndarray
            In pixels, of shapes that go together.

        Returns
        -------
        numpy.ndarray
            Indices of `names`.
        """
        height, width = self.shape
        wave = WAVE_HEIGHT * width * np.sin(2 * np.pi * y / (WAVE_LENGTH * height))
        band = np.floor((x + wave) / width * len(self.names))
        return np.clip(band, 0, len(self.names) - 1).astype(np.intp)

    def _lazy(self, picture: Literal["ppl", "xpl"]) -> da.Array:
        import dask.array as da

        chunks = da.core.normalize_chunks((TILE, TILE), self.shape)
        template = da.zeros((*self.shape, 3), chunks=(*chunks, (3,)), dtype=np.uint8)

        def draw(_: NDArray[np.uint8], block_info: Any) -> NDArray[np.uint8]:
            """Return the tile that dask asks for."""
            (top, bottom), (left, right) = block_info[0]["array-location"][:2]
            return self._tile(picture, top, left, bottom - top, right - left)

        return da.map_blocks(draw, template, dtype=np.uint8, meta=np.empty((0, 0, 0), np.uint8))

    def _tile(self, picture: str, top: int, left: int, height: int, width: int) -> NDArray[np.uint8]:
        rocks = self.rock_at(np.arange(top, top + height)[:, None], np.arange(left, left + width))
        tile = np.empty((height, width, 3), np.uint8)
        for rock in np.unique(rocks):
            scan = self.scans[int(rock)]
            region = scan.section.region(top, left, height, width)
            picture_of_rock = region.ppl(scan.stage) if picture == "ppl" else region.xpl(scan.stage)
            tile[rocks == rock] = picture_of_rock[rocks == rock]
        return tile


def draw_mosaic(
    recipe_names: Sequence[str],
    size: int | tuple[int, int],
    *,
    property: str | None = None,
    um_per_pixel: float = UM_PER_PIXEL,
    seed: int = 0,
) -> MosaicScan:
    """Plan the scan of a slide of several rocks; nothing is drawn yet.

    Parameters
    ----------
    recipe_names : sequence of str
        The rocks from left to right, at least one.
    size, property, um_per_pixel, seed
        As for `draw_scan`, whose errors it raises too.

    Returns
    -------
    MosaicScan
        Its ``ppl`` and ``xpl`` are dask arrays, and ``rock_at`` tells the truth.

    Raises
    ------
    SynthesisError
        When no rock is named.
    """
    if not recipe_names:
        raise SynthesisError("A mosaic needs at least one rock: name its recipes.")
    shape = checked_shape(size)
    scans = (
        draw_scan(name, shape, property=property, um_per_pixel=um_per_pixel, seed=seed + number)
        for number, name in enumerate(recipe_names)
    )
    return MosaicScan(tuple(scans), tuple(recipe_names))
