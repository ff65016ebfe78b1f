"""Prediction over a whole collection, as a job in the background."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from napari_rocks2net.annotation.image_files import read_pixels
from napari_rocks2net.annotation.suggestion import Suggestions
from napari_rocks2net.plugin.work.jobs import Progress
from napari_rocks2net.wording import count_of, duration

if TYPE_CHECKING:
    from napari_rocks2net.annotation import AnnotatedImage, ImageKey
    from napari_rocks2net.classify import RockClassifier


@dataclass(frozen=True)
class Predicted(Progress):
    """How far the job is, and what the model says about the image that it has just looked at.

    Parameters
    ----------
    suggestions : dict
        (image, property) -> Prediction; empty for an image that cannot be read.
    """

    suggestions: Suggestions = field(default_factory=dict)


@dataclass(frozen=True)
class PredictionReport:
    """What a finished job did.

    Parameters
    ----------
    count : int
        Images that were asked for.
    failures : tuple of str
        The files that cannot be read, and why.
    seconds : float
    """

    count: int
    failures: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        """Return one line: how many, how long, and the first that failed."""
        done = self.count - len(self.failures)
        text = f"{count_of(done, 'image')} predicted in {duration(self.seconds)}."
        if self.failures:
            more = f" and {len(self.failures) - 1} more" if len(self.failures) > 1 else ""
            text += f" Left out: {self.failures[0]}{more}."
        return text


def without_label(images: Iterable[AnnotatedImage], properties: Collection[str]) -> list[ImageKey]:
    """Return the images that lack a label of one of the properties, as a whole."""
    return [image.key for image in images if not image.labels.keys() >= set(properties)]


def prediction_work(
    load: Callable[[], RockClassifier], keys: Sequence[ImageKey]
) -> Generator[Progress, None, PredictionReport]:
    """Load a model and ask it about images, one after the other; can be stopped after each.

    A file that is missing or damaged costs a line of the report.
    """
    yield Predicted(0, len(keys), 0.0)
    classifier = load()
    failures: list[str] = []
    start = time.monotonic()
    results = classifier.predict_many(
        [partial(read_pixels, key) for key in keys],
        on_error=lambda index, error: failures.append(_failure(keys[index], str(error))),
    )
    for done, (key, predictions) in enumerate(zip(keys, results, strict=True), start=1):
        suggestions = {(key, name): each for name, each in (predictions or {}).items()}
        yield Predicted(done, len(keys), time.monotonic() - start, suggestions=suggestions)
    return PredictionReport(len(keys), tuple(failures), time.monotonic() - start)


def _failure(key: ImageKey, reason: str) -> str:
    return reason if key.file.name in reason else f"{key.file.name} ({reason})"
