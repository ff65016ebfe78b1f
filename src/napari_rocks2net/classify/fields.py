"""Fields for a classifier: views read, checked against the lights of a model, and averaged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from napari_rocks2net.classify.prediction import CriticalArea, Predictions, mean_prediction
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.views import Field, View

logger = logging.getLogger(__name__)

# Of the ratio of width to height: what a camera's photos of one field never differ by.
MOST_DISTORTION = 0.03


def read_field(field: Field, read: Callable[[Any], np.ndarray]) -> Field:
    """Return a field whose views hold their pixels.

    Without the views that cannot be read, each of which the log names.

    Parameters
    ----------
    field : Field
        Its views name files, or hold pixels or functions.
    read : callable
        Returns RGB pixels (Y, X, 3) uint8 of what a view holds.

    Raises
    ------
    ImageError
        When none can be read, or the views have different shapes and so show different fields.
    """
    views: list[View] = []
    failure: ImageError | None = None
    for view in field.views:
        try:
            views.append(replace(view, file=read(view.file)))
        except ImageError as error:
            failure = error
            logger.warning("The view in %s is left out: %s", view, error)
    if failure is not None and not views:
        raise failure
    _require_one_shape(views, field.name)
    return Field(tuple(views), field.name)


def check_lights(image: object, lights: Sequence[str]) -> None:
    """Refuse what a model of fields cannot judge.

    Parameters
    ----------
    image : Field or any image
        What is to be classified.
    lights : sequence of str
        What the model wants; none for a model of photos, which takes all.

    Raises
    ------
    ImageError
        When the light of a photo is not known, or a field has none of the lights.
    """
    if not lights:
        return
    needed = " and ".join(lights)
    if not isinstance(image, Field):
        raise ImageError(f"The model judges fields in {needed}: say in which light this photo was taken.")
    if not set(lights) & set(image.lights):
        present = ", ".join(light or "an unknown light" for light in image.lights)
        raise ImageError(f"The model judges fields in {needed}, and this one was photographed in {present}.")


def views_with_area(field: Field, area: CriticalArea | None) -> list[tuple[Any, CriticalArea | None]]:
    """Return the pixels of each view, with a critical area in its own pixels.

    Parameters
    ----------
    field : Field
        Its views hold their pixels.
    area : CriticalArea or None
        In pixels of the first view.
    """
    if area is None:
        return [(view.file, None) for view in field.views]
    first = np.array(field.views[0].file.shape[:2] * 2)
    boxes = [np.array(area.box) / first * (view.file.shape[:2] * 2) for view in field.views]
    return [(view.file, CriticalArea(*box)) for view, box in zip(field.views, boxes, strict=True)]


def mean_of_views(answers: Sequence[Predictions], field: Field) -> Predictions:
    """Return the one answer to a field of a model that looks at photos: the mean of those to its views.

    With the critical area in the first view, and the mean probabilities.

    Parameters
    ----------
    answers : sequence of Predictions
        To each of the views.
    field : Field
        What they are views of.
    """
    if len(answers) == 1:
        return answers[0]
    views = f"the mean of {len(answers)} views"
    return Predictions(
        tuple(replace(mean_prediction([each[name] for each in answers]), views=views) for name in answers[0])
    )


def _require_one_shape(views: Sequence[View], name: str) -> None:
    ratios = [view.file.shape[1] / view.file.shape[0] for view in views]
    if max(ratios) > min(ratios) * (1 + MOST_DISTORTION):
        sizes = ", ".join(f"{view}: {view.file.shape[1]} x {view.file.shape[0]}" for view in views)
        raise ImageError(
            f"The views of the field {name!r} have different shapes ({sizes}), so they do not show one "
            "field; cut them to the same part."
        )
