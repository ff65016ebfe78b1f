"""Slide scans of any size, rendered region by region as dask arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.drawing import checked_shape
from napari_rocks2net.synthetic.section import UM_PER_PIXEL, ThinSection

if TYPE_CHECKING:
    import dask.array as da

TILE = 512
ScanPicture = Literal["ppl", "xpl", "grains"]
"""What is drawn of a scan: its two lights, and the number of each pixel's grain."""


@dataclass(frozen=True)
class SlideScan:
    """A scan of a whole slide that is rendered where it is looked at, never as a whole."""

    section: ThinSection
    """The endless section that the slide is cut from."""
    height: int
    width: int
    """Size in pixels."""
    stage: float = 0.0
    """Angle of the stage in degrees."""

    @property
    def ppl(self) -> da.Array:
        """The scan in plane-polarised light, shape (Y, X, 3), uint8, lazily drawn."""
        return self._lazy("ppl", (3,), np.uint8)

    @property
    def xpl(self) -> da.Array:
        """The scan between crossed polars, shape (Y, X, 3), uint8, lazily drawn."""
        return self._lazy("xpl", (3,), np.uint8)

    @property
    def grains(self) -> da.Array:
        """Number of each pixel's grain, shape (Y, X), int64, lazily drawn; the same in every region."""
        return self._lazy("grains", (), np.int64)

    def overview(self, times: int) -> SlideScan:
        """Return the scan of the slide so many times coarser, a level of a pyramid; it needs no finer one."""
        section = replace(self.section, um_per_pixel=self.section.um_per_pixel * times)
        return replace(self, section=section, height=-(-self.height // times), width=-(-self.width // times))

    def tiles(self, picture: ScanPicture) -> Iterator[NDArray[Any]]:
        """Draw the scan tile by tile, so that only one is in memory.

        Parameters
        ----------
        picture : ScanPicture
            Which one.

        Yields
        ------
        ndarray, shape (512, 512, 3) uint8 or (512, 512) int64
            Row by row. Tiles at the far edges are whole too: the section goes on beyond the slide.
        """
        for top in range(0, self.height, TILE):
            for left in range(0, self.width, TILE):
                yield self._tile(picture, top, left, TILE, TILE)

    def _tile(self, picture: str, top: int, left: int, height: int, width: int) -> NDArray[Any]:
        if picture == "grains":
            return self.section.grain_map(top, left, height, width)
        region = self.section.region(top, left, height, width)
        return region.ppl(self.stage) if picture == "ppl" else region.xpl(self.stage)

    def _lazy(self, picture: str, channels: tuple[int, ...], dtype: type[np.generic]) -> da.Array:
        import dask.array as da
        from dask.base import tokenize

        section = self.section
        chunks = da.core.normalize_chunks((TILE, TILE), (self.height, self.width))
        identity = section.property, section.recipe, section.seed, section.um_per_pixel, section.preparation
        token = tokenize(identity, self.stage)
        name = f"{picture}-{token}-{self.height}x{self.width}"
        draw = partial(self._tile, picture)
        graph = {
            (name, row, column, *(0 for _ in channels)): (draw, TILE * row, TILE * column, height, width)
            for row, height in enumerate(chunks[0])
            for column, width in enumerate(chunks[1])
        }
        all_chunks = (*chunks, *((number,) for number in channels))
        return da.Array(graph, name, all_chunks, meta=np.empty((0,) * len(all_chunks), dtype))


def draw_scan(
    recipe_name: str,
    size: int | tuple[int, int],
    *,
    property: str | None = None,
    um_per_pixel: float = UM_PER_PIXEL,
    seed: int = 0,
    stage: float = 0.0,
    flaws: bool = False,
) -> SlideScan:
    """Plan the scan of a slide of any size; nothing is drawn yet.

    Parameters
    ----------
    recipe_name, size, property, um_per_pixel, seed, flaws
        As for `draw_slide`, whose errors it raises too. Any region equals that of `draw_section` with the
        same seed and scale.
    stage : float
        Angle of the stage in degrees.

    Returns
    -------
    SlideScan
        Its ``ppl``, ``xpl`` and ``grains`` are dask arrays.
    """
    height, width = checked_shape(size)
    section = ThinSection.by_recipe(recipe_name, property, um_per_pixel, seed, flaws=flaws)
    return SlideScan(section, height, width, stage)
