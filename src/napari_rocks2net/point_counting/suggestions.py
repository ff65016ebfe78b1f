"""Suggestions: what a map or a model of single grains calls the points of a count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from napari_rocks2net.point_counting.errors import PointCountError
from napari_rocks2net.point_counting.grid import Points
from napari_rocks2net.point_counting.point_count import UNNAMED

if TYPE_CHECKING:
    from napari_rocks2net.classify import Predictions
    from napari_rocks2net.slides import SlideMap

Window = tuple[int, int, int, int]


def suggested_by_map(result: SlideMap, property: str, points: Points) -> list[str]:
    """Return the class of the cell that each point lies in.

    Parameters
    ----------
    result : SlideMap
        Of the slide that is counted.
    property : str
        One of its rock properties.
    points : numpy.ndarray
        (N, 2) y and x in pixels of the slide, along their edges.

    Returns
    -------
    list of str
        (N,) classes, `UNNAMED` where no cell has an answer.

    Raises
    ------
    PointCountError
        When no point lies in a cell with an answer.
    """
    answers = result[property]
    classes = (UNNAMED, *answers.rock_property.classes)
    numbers = answers.classes()
    cells = [result.grid.cell_at(float(y), float(x)) for y, x in points]
    names = [UNNAMED if cell is None else classes[numbers[cell]] for cell in cells]
    if not any(names):
        raise PointCountError("The map has no answer where the points lie: map that part of the slide first.")
    return names


def suggested_by_model(predictions: Iterable[Predictions | None], property: str) -> list[str]:
    """Return the class of the window around each point.

    Parameters
    ----------
    predictions : iterable of Predictions or None
        (N,) of the windows; None where one cannot be read.
    property : str
        A rock property of the model.
    """
    return [UNNAMED if each is None else each[property].label for each in predictions]


def windows_around(points: Points, side: int, size: tuple[int, int]) -> Iterator[Window]:
    """Yield the window y0, x0, y1, x1 around each point, moved where it would leave the photo.

    Parameters
    ----------
    points : numpy.ndarray
        (N, 2) y and x in pixels, along their edges.
    side : int
        Of a window in pixels.
    size : tuple of int
        (Y, X) of the photo.

    Yields
    ------
    tuple of int
        In the order of the points.

    Raises
    ------
    PointCountError
        When the photo is smaller than a window.
    """
    height, width = size
    if side > min(size):
        raise PointCountError(
            f"The photo of {width:,} x {height:,} pixels is smaller than a window of {side:,}: give a "
            "smaller one."
        )
    for y, x in points:
        y0 = min(max(round(float(y) - side / 2), 0), height - side)
        x0 = min(max(round(float(x) - side / 2), 0), width - side)
        yield y0, x0, y0 + side, x0 + side
