"""How much of every class there is, and what that means for a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from napari_rocks2net.annotation.collection import Collection

IMBALANCE = 5
"""From so many times as many samples as the rarest class has, a warning is given."""


class ClassCount(NamedTuple):
    """How much of one class there is.

    Attributes
    ----------
    samples : int
        Labelled images and regions, each of which trains as one sample.
    sections : int
        Thin sections that they are of.
    """

    samples: int
    sections: int


def class_counts(collection: Collection, property: str) -> dict[str, ClassCount]:
    """Count the samples and thin sections of every class of a property, in the vocabulary's order.

    Raises
    ------
    CollectionError
        When the collection has no such property.
    """
    sections: dict[str, list[str]] = {name: [] for name in collection.vocabulary(property).classes}
    for image in collection.images:
        for label in image.all_labels(property):
            sections[label].append(image.section)
    return {name: ClassCount(len(found), len(set(found))) for name, found in sections.items()}


def collection_warnings(collection: Collection, property: str) -> tuple[str, ...]:
    """Say what stands in the way of a fair training, one sentence each.

    Images without a label, classes without a sample, classes in a single thin section (which cannot be both
    trained on and tested on), and classes with many times as many samples as the rarest.

    Raises
    ------
    CollectionError
        When the collection has no such property.
    """
    counts = class_counts(collection, property)
    present = {name: count for name, count in counts.items() if count.samples}
    sentences = [_unlabelled(collection, property), _absent(counts), *map(_single_section, present.items())]
    return tuple(sentence for sentence in (*sentences, _imbalance(present)) if sentence)


def _unlabelled(collection: Collection, property: str) -> str:
    number = sum(next(image.all_labels(property), None) is None for image in collection.images)
    return f"{number} of {len(collection)} images have no {property} label yet." if number else ""


def _absent(counts: dict[str, ClassCount]) -> str:
    names = [name for name, count in counts.items() if not count.samples]
    if not names:
        return ""
    return f"Nothing is labelled {_listed(names)}; a model cannot learn a class without samples."


def _single_section(item: tuple[str, ClassCount]) -> str:
    name, count = item
    if count.sections > 1:
        return ""
    return (
        f"{name!r} is in one thin section only ({count.samples} samples), so it cannot be both trained "
        "on and tested on; add another section."
    )


def _imbalance(present: dict[str, ClassCount]) -> str:
    if len(present) < 2:
        return ""
    rarest = min(present, key=lambda name: present[name].samples)
    many = [name for name in present if present[name].samples >= IMBALANCE * present[rarest].samples]
    if not many:
        return ""
    return (
        f"{rarest!r} has {present[rarest].samples} samples and {_listed(many)} {IMBALANCE} times as many or "
        f"more; label more {rarest!r}."
    )


def _listed(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:5]))
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
