"""Region of interest: polygons on a slide, from GeoJSON too, and the cells within them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.grid import Grid

Polygon = npt.NDArray[np.float64]


def cells_within(grid: Grid, region: Sequence[Polygon] | None) -> npt.NDArray[np.bool_]:
    """Return which cells have their centre in a region, (rows, columns) bool.

    Parameters
    ----------
    grid : Grid
        Whose cells.
    region : sequence of numpy.ndarray, optional
        Polygons, (N, 2) y and x in pixels of the slide; None for all of it.

    Raises
    ------
    SlideError
        When no cell is in it.
    """
    if region is None:
        return np.ones(grid.shape, bool)
    from skimage.measure import points_in_poly

    centres = grid.centres().reshape(-1, 2)
    within = np.zeros(len(centres), bool)
    for polygon in region:
        within |= points_in_poly(centres, np.asarray(polygon, float))
    if not within.any():
        raise SlideError(
            "No window has its centre in the region: draw it on the slide, or larger than a cell of the map."
        )
    return within.reshape(grid.shape)


def read_region(path: str | Path) -> list[Polygon]:
    """Read the polygons of a GeoJSON file, as QuPath writes them: arrays (N, 2) of y and x in pixels.

    Raises
    ------
    SlideError
        When the file cannot be read, has places on a map instead of pixels, or holds no polygon.
    """
    from napari_rocks2net.annotation import CollectionError, read_geojson

    try:
        regions = read_geojson(path, "class").regions
    except CollectionError as error:
        raise SlideError(str(error)) from error
    if not regions:
        raise SlideError(f"{path} holds no polygon: draw the region as one, and export it again.")
    return [np.asarray(region.area.vertices, float) for region in regions]
