"""Suggestions: what a map or a model of single grains calls the points of a count."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from napari_rocks2net.iteration import Progress
from napari_rocks2net.point_counting.counting_area import Points
from napari_rocks2net.point_counting.errors import PointCountError
from napari_rocks2net.point_counting.point_count import UNNAMED
from napari_rocks2net.wording import LOADING_MODEL

if TYPE_CHECKING:
    from napari_rocks2net.classify import Predictions, RockClassifier
    from napari_rocks2net.slides import SlideMap

Window = tuple[int, int, int, int]
Suggestions = dict[str, list[str]]
"""What suggests -> a class for each point, `UNNAMED` for none."""


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


def from_map(result: SlideMap, points: Points) -> Suggestions:
    """Return the classes of a map at points, for each of its properties.

    Parameters
    ----------
    result, points
        See `suggested_by_map`, also for the error.
    """
    names = [each.rock_property.name for each in result.properties]
    return {f"map: {name}": suggested_by_map(result, name, points) for name in names}


def from_model(
    load: Callable[[], RockClassifier],
    title: str,
    read: Callable[[Window], np.ndarray],
    windows: Iterable[Window],
) -> Generator[Progress, None, Suggestions]:
    """Return the predictions for the windows around points, for each property of a model: a job.

    Parameters
    ----------
    load : callable
        Loads the model.
    title : str
        What it is called.
    read : callable
        Returns the part of the photo in a window, (Y, X, 3) uint8.
    windows : iterable of tuple
        See `windows_around`, also for the error.

    Yields
    ------
    Progress
        After each point.

    Returns
    -------
    dict
        A list of classes for each property.

    Raises
    ------
    PointCountError
        When no window can be classified.
    """
    windows = list(windows)
    yield Progress(activity=LOADING_MODEL)
    classifier = load()
    yield Progress(0, len(windows), activity="Points")
    answers: list[Predictions | None] = []
    reasons: list[str] = []
    images = [partial(read, window) for window in windows]
    for predictions in classifier.predict_many(images, on_error=lambda _, error: reasons.append(str(error))):
        answers.append(predictions)
        yield Progress(len(answers), len(windows), activity="Points")
    if not any(answers):
        raise PointCountError(f"No window could be classified: {reasons[0] if reasons else 'none was read'}.")
    names = [each.name for each in classifier.properties]
    return {f"{title}: {name}": suggested_by_model(answers, name) for name in names}
