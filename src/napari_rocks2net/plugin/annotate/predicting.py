"""Suggested labels: what models predict about the images of a collection, in a job or on result layers."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.annotation.annotator import Suggestions
from napari_rocks2net.annotation.image_files import read_pixels
from napari_rocks2net.plugin.layers.layer_files import plane_key
from napari_rocks2net.plugin.layers.result_layers import shown_rows
from napari_rocks2net.plugin.work.jobs import Progress
from napari_rocks2net.wording import count_of, duration

if TYPE_CHECKING:
    from napari.layers import Layer

    from napari_rocks2net.annotation import AnnotatedImage
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.plugin.layers.image_planes import ImagePlane


NEXT = "'Least sure first' shows where a label helps most; A accepts."


@dataclass(frozen=True)
class Predicted(Progress):
    """How far the job is, and what the model says about the last image; nothing if it cannot be read."""

    suggestions: Suggestions = field(default_factory=dict)


def without_label(images: Iterable[AnnotatedImage], properties: Collection[str]) -> list[ImageKey]:
    """Return the images that lack a label of one of the properties, as a whole."""
    return [image.key for image in images if not image.labels.keys() >= set(properties)]


def prediction_work(
    load: Callable[[], RockClassifier], keys: Sequence[ImageKey]
) -> Generator[Progress, None, str]:
    """Load a model and ask it about images, one after the other; can be stopped after each.

    A file that is missing or damaged costs a part of the sentence that is returned.
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
    return _report(len(keys), failures, time.monotonic() - start)


def _report(count: int, failures: Sequence[str], seconds: float) -> str:
    """Say how many images were asked for in which time, the first that failed, and what to do next."""
    text = f"{count_of(count - len(failures), 'image')} predicted in {duration(seconds)}."
    if failures:
        more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
        text += f" Left out: {failures[0]}{more}."
    return text if len(failures) == count else f"{text} {NEXT}"


def _failure(key: ImageKey, reason: str) -> str:
    return reason if key.file.name in reason else f"{key.file.name} ({reason})"


def suggestions_from_layers(layers: Iterable[Layer], links: Mapping[str, Sequence[ImageKey]]) -> Suggestions:
    """Read every prediction about an image that is a file, on the `predictions` layers of our own runs.

    Of several predictions the last counts. The links are the images of layers without a file, by the
    layer's unique id.
    """
    keyed = ((_key(row.plane, links), row.prediction) for row in shown_rows(layers))
    return {(key, prediction.property): prediction for key, prediction in keyed if key is not None}


def _key(plane: ImagePlane, links: Mapping[str, Sequence[ImageKey]]) -> ImageKey | None:
    return plane_key(plane, (key for key in links.get(plane.layer_id, ()) if key.plane == plane.index))
