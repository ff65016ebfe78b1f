"""Learning while labelling, as a job: photos are described, a quick model is fitted and suggests."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from napari_rocks2net.annotation.learning.fields import LearnedFields
from napari_rocks2net.annotation.learning.suggestions import (
    QuickProbe,
    fit_labels,
    most_different_first,
    suggest_labels,
)
from napari_rocks2net.iteration import Progress
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.annotation import AnnotatedImage, ImageKey
    from napari_rocks2net.annotation.open_collection import Suggestions
    from napari_rocks2net.features import Descriptors

Describe = Callable[["ImageKey"], "Descriptors"]
"""Returns what an image looks like; it may raise anything for one that cannot be read."""
NOTHING_YET = "Label two photos of two classes to see suggestions."


@dataclass(frozen=True)
class LearningStep(Progress):
    """Step of learning: photos described so far, predictions, and the order in which photos differ most."""

    suggestions: Suggestions = field(default_factory=dict)
    ranks: dict[ImageKey, int] = field(default_factory=dict)


class LearningJob:
    """Learns the labels of a property and suggests the others.

    The labelled images are described first; then the others, each suggested as soon as it is.

    Parameters
    ----------
    images : sequence of AnnotatedImage
        Of the collection.
    property : str
        What is labelled.
    descriptors : dict
        Of the images that were described before; it grows.
    describe : callable
        See `Describe`.
    """

    def __init__(
        self,
        images: Sequence[AnnotatedImage],
        property: str,
        descriptors: dict[ImageKey, Descriptors],
        describe: Describe,
    ) -> None:
        self._property, self._descriptors, self._describe_image = property, descriptors, describe
        self._fields = LearnedFields.of(images)
        self._labelled = [image.key for image in images if property in image.labels]
        self._others = [image.key for image in images if property not in image.labels]
        self._total = len(self._missing(self._labelled)) + len(self._missing(self._others))
        self._failures: list[ImageKey] = []

    def run(self) -> Generator[LearningStep, None, str]:
        """Return the steps, each with what the model says; at the end a sentence about what it cannot do."""
        first = self._missing(self._labelled)
        for done, _ in enumerate(self._describe(first), start=1):
            yield self._step(done, None, ())
        model = self._fitted()
        if model is None:
            return NOTHING_YET
        missing = self._missing(self._others)
        yield self._step(len(first), model, self._others)
        for done, key in enumerate(self._describe(missing), start=len(first) + 1):
            yield self._step(done, model, [key])
        # All photos together tell how much descriptors vary.
        if missing and (model := self._fitted()):
            yield self._step(self._total, model, self._others)
        ranks = most_different_first(self._fields.described(self._descriptors), self._labelled)
        yield LearningStep(self._total, self._total, ranks=ranks)
        return self._shortcomings()

    def _missing(self, keys: Iterable[ImageKey]) -> list[ImageKey]:
        return [key for key in keys if key not in self._descriptors]

    def _describe(self, keys: Iterable[ImageKey]) -> Iterator[ImageKey]:
        """Describe images one after the other; those that cannot be read are passed on, too."""
        for key in keys:
            try:
                self._descriptors[key] = self._describe_image(key)
            # Whatever a file holds costs no more than its own suggestion.
            except Exception:
                self._failures.append(key)
            yield key

    def _fitted(self) -> QuickProbe | None:
        """Return a model of the labels, by what is described so far."""
        fields = self._fields
        return fit_labels(
            fields.first_views, self._property, fields.described(self._descriptors), fields.layout
        )

    def _step(self, done: int, model: QuickProbe | None, keys: Iterable[ImageKey]) -> LearningStep:
        """Say how far it is, and what a model says about images: of a field by all views described so far."""
        suggestions: Suggestions = {}
        if model is not None:
            own = self._fields.of_views(keys)
            described = own.described(self._descriptors)
            labels = suggest_labels(model, self._property, described, described)
            suggestions = own.for_all_views(labels, self._descriptors)
        return LearningStep(done, self._total, suggestions=suggestions)

    def _shortcomings(self) -> str:
        sentences = []
        if self._failures:
            count = count_of(len(self._failures), "image")
            sentences.append(f"{count} cannot be read and learned from.")
        if self._fields.without_light:
            photos = count_of(self._fields.without_light, "photo")
            sentences.append(
                f"{photos} beside fields do not say their light, so nothing is suggested for them."
            )
        return " ".join(sentences)
