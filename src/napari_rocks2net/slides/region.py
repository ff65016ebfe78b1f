"""Region of interest: polygons on a slide, from GeoJSON too, and the cells within them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.grid import Grid

if TYPE_CHECKING:
    from napari_rocks2net.annotation import AnnotatedRegion
    from napari_rocks2net.annotation.exchange.geojson_features import Place

logger = logging.getLogger(__name__)

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


def read_region(path: str | Path, slide: Path | None = None) -> list[Polygon]:
    """Read the polygons of a GeoJSON file, as QuPath writes them: arrays (N, 2) of y and x in pixels.

    A hole is gone around from a corner of the outline and back, so that what is within it is not within the
    polygon. What the file says to be of another image, or of another plane of a stack than its first, is left
    out, and how much is logged.

    Parameters
    ----------
    path : str or pathlib.Path
        The GeoJSON file.
    slide : pathlib.Path, optional
        The image, by the name of which a file of several images is understood.

    Returns
    -------
    list of numpy.ndarray
        Closed polygons, see `cells_within`.

    Raises
    ------
    SlideError
        When the file cannot be read, has places on a map instead of pixels, or holds no polygon.
    """
    from napari_rocks2net.annotation import CollectionError, read_geojson

    try:
        read = read_geojson(path, "class")
    except CollectionError as error:
        raise SlideError(str(error)) from error
    if not read.regions:
        raise SlideError(f"{path} holds no polygon: draw the region as one, and export it again.")
    pairs = zip(read.regions, read.places, strict=True)
    regions = [region for region, place in pairs if _is_on_first_plane(place) and _is_of(place, slide)]
    if elsewhere := len(read.regions) - len(regions):
        logger.warning(
            "%d of %d polygons of %s lie elsewhere, and are left out.", elsewhere, len(read.regions), path
        )
    if not regions:
        raise SlideError(f"{path} has polygons on other images or planes only: draw the region on this one.")
    return [_with_holes(region) for region in regions]


def _is_on_first_plane(place: Place) -> bool:
    return not any(place.leading) and (place.plane is None or not any(place.plane[:2]))


def _is_of(place: Place, slide: Path | None) -> bool:
    return slide is None or not place.file or PurePosixPath(place.file).name == slide.name


def _with_holes(region: AnnotatedRegion) -> Polygon:
    """Return the outline of a region, and after each hole the place where it was left."""
    outline = np.asarray(region.area.vertices, float)
    holes = (region.extra.get("holes") or {}).get("rings", [])
    rings = [np.array([point[:2] for point in ring], float)[:, ::-1] for ring in holes if ring]
    return np.concatenate([outline, *(part for ring in rings for part in (outline[:1], ring, ring[:1]))])
