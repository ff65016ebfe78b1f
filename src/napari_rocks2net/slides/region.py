"""Region of interest: polygons on a slide, from GeoJSON too, and the cells within them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.grid import Grid
from napari_rocks2net.untrusted import parse_json

Polygon = npt.NDArray[np.float64]
LARGEST_FILE = 100_000_000


def cells_within(grid: Grid, region: Sequence[Polygon] | None) -> npt.NDArray[np.bool_]:
    """Return which cells have their centre in a region.

    Parameters
    ----------
    grid : Grid
        Whose cells.
    region : sequence of numpy.ndarray, optional
        Polygons, (N, 2) y and x in pixels of the slide; None for all of it.

    Returns
    -------
    numpy.ndarray
        (rows, columns) bool.

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
    """Read the polygons of a GeoJSON file, as QuPath writes them.

    Parameters
    ----------
    path : str or pathlib.Path
        Its coordinates are x and y in pixels of the slide; holes count as parts of their polygons.

    Returns
    -------
    list of numpy.ndarray
        (N, 2) y and x of each.

    Raises
    ------
    SlideError
        When it cannot be read, or holds no polygon.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError("it is larger than 100 MB")
        polygons = [_polygon(rings[0]) for rings in _rings(parse_json(path.read_text(encoding="utf-8")))]
    except OSError as error:
        raise SlideError(f"{path}: {error.strerror or error}.") from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise SlideError(f"{path} is no GeoJSON with polygons ({error}): export the region again.") from error
    if not polygons:
        raise SlideError(f"{path} holds no polygon: draw the region as one, and export it again.")
    return polygons


def _polygon(ring: Any) -> Polygon:
    points = np.asarray(ring, float)
    if points.ndim != 2 or points.shape[1] < 2 or len(points) < 3 or not np.isfinite(points).all():
        raise ValueError("a polygon needs three points of two numbers")
    return points[:, 1::-1].copy()


def _rings(node: Any) -> Iterator[Any]:
    """Yield the rings of every polygon in a document."""
    if isinstance(node, list):
        for each in node:
            yield from _rings(each)
    elif node.get("type") == "Polygon":
        yield node["coordinates"]
    elif node.get("type") == "MultiPolygon":
        yield from node["coordinates"]
    else:
        parts = (node.get("features"), node.get("geometry"), node.get("geometries"))
        yield from (ring for part in parts if part is not None for ring in _rings(part))
