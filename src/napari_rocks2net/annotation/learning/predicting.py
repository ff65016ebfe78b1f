"""Prediction of a collection: a model asked about its photos and fields, as a job."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from napari_rocks2net.annotation.field_lines import one_line_a_field
from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.image_files import read_pixels
from napari_rocks2net.annotation.open_collection import Suggestions
from napari_rocks2net.iteration import Progress
from napari_rocks2net.views import Field, View
from napari_rocks2net.wording import count_of, duration

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier

NEXT = "'Least sure first' shows where a label helps most; A accepts."


@dataclass(frozen=True)
class Predicted(Progress):
    """Progress of predicting, with the prediction of the last image; none if it cannot be read."""

    suggestions: Suggestions = field(default_factory=dict)


def without_label(images: Iterable[AnnotatedImage], properties: Collection[str]) -> list[AnnotatedImage]:
    """Return the images that lack a label of one of the properties, as a whole.

    Parameters
    ----------
    images : iterable of AnnotatedImage
        Labels of regions do not count.
    properties : collection of str
        Names of rock properties.
    """
    return [image for image in images if not image.labels.keys() >= set(properties)]


def predict_images(
    load: Callable[[], RockClassifier], images: Sequence[AnnotatedImage]
) -> Generator[Progress, None, str]:
    """Load a model and ask it about photos and fields, one after the other; can be stopped after each.

    Parameters
    ----------
    load : callable
        Loads the model.
    images : sequence of AnnotatedImage
        A file that is missing or damaged costs a part of the sentence that is returned.

    Yields
    ------
    Progress
        With what the model says about each image.

    Returns
    -------
    str
        What came of it, in a sentence.
    """
    from napari_rocks2net.classify import AnswerNotes

    lines = one_line_a_field(images)
    yield Predicted(0, len(lines))
    classifier = load()
    failures: list[str] = []
    notes = AnswerNotes(classifier.knows_scale)
    start = time.monotonic()
    results = classifier.predict_many(
        [_asked(views, classifier) for _, views in lines],
        pixel_sizes=(_pixel_size(views, classifier) for _, views in lines),
        on_error=lambda index, error: failures.append(_failure(lines[index][0].key, str(error))),
    )
    for done, ((_, views), predictions) in enumerate(zip(lines, results, strict=True), start=1):
        if predictions is not None:
            notes.add(predictions)
        suggestions = {(view.key, name): each for view in views for name, each in (predictions or {}).items()}
        yield Predicted(done, len(lines), suggestions=suggestions)
    report = _report(len(lines), failures, time.monotonic() - start)
    return " ".join([report, *notes.sentences()])


def _asked(views: Sequence[AnnotatedImage], classifier: RockClassifier) -> Field | Callable[[], Any]:
    """Return what a classifier is asked about: a photo, or the field that it is a view of."""
    read = [partial(read_pixels, view.key) for view in views]
    if len(views) == 1 and not (classifier.lights and views[0].light):
        return read[0]
    own = (View(each, view.light, view.angle) for each, view in zip(read, views, strict=True))
    return Field(tuple(own), views[0].field)


def _pixel_size(views: Sequence[AnnotatedImage], classifier: RockClassifier) -> float | None:
    """Return what the first view says that says how large its pixels are."""
    sizes = (classifier.pixel_size_of(view.file, view.pixel_size_um, view.plane) for view in views)
    return next((size for size in sizes if size is not None), None)


def _report(count: int, failures: Sequence[str], seconds: float) -> str:
    """Say how many images were asked for in which time, the first that failed, and what to do next."""
    text = f"{count_of(count - len(failures), 'image')} predicted in {duration(seconds)}."
    if failures:
        more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
        text += f" Left out: {failures[0]}{more}."
    return text if len(failures) == count else f"{text} {NEXT}"


def _failure(key: ImageKey, reason: str) -> str:
    return reason if key.file.name in reason else f"{key.file.name} ({reason})"
