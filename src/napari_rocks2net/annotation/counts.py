"""Class counts: how much of every class is labelled, and what stands in the way of a fair training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from napari_rocks2net.annotation.image import AnnotatedImage
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.wording import count_of, first_of

MOST_NAMED = 5
IMBALANCE = 5
"""From so many times as many samples as the rarest class has, a warning is given."""


class ClassCount(NamedTuple):
    """Counts of one class: its samples and thin sections."""

    samples: int
    """Labelled photos, fields and regions, each of which trains as one sample."""
    sections: int
    """Thin sections that they are of."""


def class_counts(images: Iterable[AnnotatedImage], vocabulary: Vocabulary) -> dict[str, ClassCount]:
    """Return class -> number of samples and thin sections, in the vocabulary's order.

    Parameters
    ----------
    images : iterable of AnnotatedImage
        Their labels are classes of the vocabulary.
    vocabulary : Vocabulary
        Of the property that is counted.
    """
    return _counts(_labels(images, vocabulary.property), vocabulary)


def _counts(labels: Iterable[tuple[str, list[str]]], vocabulary: Vocabulary) -> dict[str, ClassCount]:
    sections: dict[str, list[str]] = {name: [] for name in vocabulary.classes}
    for section, of_field in labels:
        for label in of_field:
            sections[label].append(section)
    return {name: ClassCount(len(each), len(set(each))) for name, each in sections.items()}


def _labels(images: Iterable[AnnotatedImage], property: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the section of each photo or field, and the classes of its samples."""
    fields: dict[tuple[str, str], list[AnnotatedImage]] = {}
    for image in images:
        if image.field:
            fields.setdefault((image.section, image.field), []).append(image)
        else:
            yield image.section, list(image.all_labels(property))
    for (section, _), views in fields.items():
        yield section, _labels_of_field(views, property)


def _labels_of_field(views: Sequence[AnnotatedImage], property: str) -> list[str]:
    """Return the classes of a photo or field and of its regions, one for each sample."""
    whole = [view.labels[property] for view in views if property in view.labels][:1]
    regions = {region.id: region.labels for view in views for region in view.regions}
    return whole + [labels[property] for labels in regions.values() if property in labels]


def additions(before: Sequence[AnnotatedImage], after: Sequence[AnnotatedImage]) -> str:
    """Return one sentence on what images have that they had not, as an import gives it.

    Parameters
    ----------
    before, after : sequence of AnnotatedImage
        Of a collection. A label or region that was changed counts as one that came in.
    """
    earlier = {image.key for image in before}
    photos = [image for image in after if image.key not in earlier]
    labels, regions = (
        len(facts(after) - facts(before)) for facts in (_labels_with_places, _regions_with_places)
    )
    counts = ((len(photos), "photo"), (labels, "label"), (regions, "region"))
    came_in = [count_of(count, noun) for count, noun in counts if count]
    missing = sum(not image.file.is_file() for image in photos)
    sentence = f"New or changed: {', '.join(came_in)}." if came_in else "Nothing in it is new."
    return f"{sentence} {count_of(missing, 'photo')} not there: see Collection." if missing else sentence


def _labels_with_places(images: Sequence[AnnotatedImage]) -> set[tuple[object, ...]]:
    whole = {(image.key, *label) for image in images for label in image.labels.items()}
    return whole | {
        (region.id, *label) for image in images for region in image.regions for label in region.labels.items()
    }


def _regions_with_places(images: Sequence[AnnotatedImage]) -> set[tuple[object, ...]]:
    """Return each region once, whatever number of views of a field share it."""
    return {(region.id, region.area) for image in images for region in image.regions}


def training_warnings(images: Iterable[AnnotatedImage], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return what stands in the way of a fair training, one sentence each.

    Images without a label, classes without a sample, classes in a single thin section (which cannot be both
    trained on and tested on), and classes with many times as many samples as the rarest.

    Parameters
    ----------
    images : iterable of AnnotatedImage
        Their labels are classes of the vocabulary.
    vocabulary : Vocabulary
        Of the property that is to be trained.
    """
    return tuple(_warnings(images, vocabulary))


def _warnings(images: Iterable[AnnotatedImage], vocabulary: Vocabulary) -> Iterator[str]:
    property, labels = vocabulary.property, list(_labels(images, vocabulary.property))
    counts = _counts(labels, vocabulary)
    if unlabelled := sum(not of_field for _, of_field in labels):
        yield f"{unlabelled} of {len(labels)} images have no {property} label yet."
    if absent := [name for name, count in counts.items() if not count.samples]:
        yield f"Nothing is labelled {_listed(absent)}; a model cannot learn a class without samples."
    for name, count in counts.items():
        if count.sections == 1:
            yield (
                f"{name!r} is in one thin section only ({count.samples} samples), so it cannot be both "
                "trained on and tested on; add another section."
            )
    samples = {name: count.samples for name, count in counts.items() if count.samples}
    rarest = min(samples, key=samples.__getitem__, default="")
    if many := [name for name in samples if samples[name] >= IMBALANCE * samples[rarest]]:
        yield (
            f"{rarest!r} has {samples[rarest]} samples and {_listed(many)} {IMBALANCE} times as many or "
            f"more; label more {rarest!r}."
        )


def _listed(names: list[str]) -> str:
    return first_of([repr(name) for name in names], MOST_NAMED)
