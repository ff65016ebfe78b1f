"""Suggestions for a count: from the map of its slide, or from a model that sees a window of each point."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.count.count_request import CountRequest
from napari_rocks2net.plugin.work.model_choice import short_name
from napari_rocks2net.point_counting import PointCount, PointCountError, suggested_by_map, suggested_by_model
from napari_rocks2net.point_counting.suggestions import Window, windows_around

if TYPE_CHECKING:
    from napari_rocks2net.classify import Predictions, RockClassifier
    from napari_rocks2net.slides import SlideMap

Suggestions = dict[str, list[str]]


def from_map(result: SlideMap, count: PointCount) -> Suggestions:
    """Return what a map says about the points, for each of its properties.

    Parameters
    ----------
    result : SlideMap
        Of the slide that is counted.
    count : PointCount
        Whose points.

    Raises
    ------
    PointCountError
        When it says nothing about any of them.
    """
    names = [each.rock_property.name for each in result.properties]
    return {f"map: {name}": suggested_by_map(result, name, count.positions) for name in names}


def from_model(
    load: Callable[[], RockClassifier], model: str, request: CountRequest, count: PointCount, side: int
) -> Generator[Progress, None, Suggestions]:
    """Return what a model says about the windows around the points: a job.

    Parameters
    ----------
    load : callable
        Loads the model.
    model : str
        Its file or name.
    request : CountRequest
        The photo.
    count : PointCount
        Whose points.
    side : int
        Of a window, in pixels of the photo.

    Raises
    ------
    PointCountError
        When the photo is smaller than a window, or no window can be classified.
    """
    windows = list(windows_around(count.positions, side, request.plane.size))
    yield Progress(activity="Loading the model")
    classifier = load()
    yield Progress(0, len(windows), activity="Points")
    answers: list[Predictions | None] = []
    reasons: list[str] = []
    images = [partial(read_window, request, window) for window in windows]
    for predictions in classifier.predict_many(images, on_error=lambda _, error: reasons.append(str(error))):
        answers.append(predictions)
        yield Progress(len(answers), len(windows), activity="Points")
    if not any(answers):
        raise PointCountError(f"No window could be classified: {reasons[0] if reasons else 'none was read'}.")
    names = [each.name for each in classifier.properties]
    return {f"{short_name(model)}: {name}": suggested_by_model(answers, name) for name in names}


def read_window(request: CountRequest, window: Window) -> np.ndarray:
    """Return the part of a photo in a window, (Y, X, 3) uint8; nothing else of a lazy one is read.

    Parameters
    ----------
    request : CountRequest
        The photo.
    window : tuple of int
        y0, x0, y1, x1 in its pixels.
    """
    from napari_rocks2net.imaging import as_rgb

    y0, x0, y1, x1 = window
    plane = request.plane
    values = np.asarray(plane.finest[(*plane.index, slice(y0, y1), slice(x0, x1))])
    return as_rgb(values, levels=plane.brightness())


def with_all(count: PointCount, suggestions: Suggestions) -> PointCount:
    """Return a count with the suggestions of a map or model, for each of its properties."""
    for source, names in suggestions.items():
        count = count.with_suggestions(source, names)
    return count
