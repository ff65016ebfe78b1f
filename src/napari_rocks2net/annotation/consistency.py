"""Consistency of a collection: one vocabulary a property, one section a file, labels that are classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.image import AnnotatedImage
from napari_rocks2net.annotation.vocabulary import Vocabulary


def require_consistency(vocabularies: Sequence[Vocabulary], images: Sequence[AnnotatedImage]) -> None:
    """Refuse what contradicts itself.

    Parameters
    ----------
    vocabularies : sequence of Vocabulary
        Those of a collection.
    images : sequence of AnnotatedImage
        Those of the same collection.

    Raises
    ------
    CollectionError
        When a property or image comes twice, a label is in no vocabulary, or one file is of two sections.
    """
    properties = [vocabulary.property for vocabulary in vocabularies]
    for property in properties:
        if properties.count(property) > 1:
            raise CollectionError(f"The property {property!r} has two vocabularies; keep one.")
    _require_one_section_a_file(images)
    _require_known_labels(vocabularies, images)


def _require_one_section_a_file(images: Sequence[AnnotatedImage]) -> None:
    if len({image.key for image in images}) < len(images):
        raise CollectionError("An image is in the collection twice; keep one.")
    sections_of_files((image.file, image.section) for image in images)


def sections_of_files(named: Iterable[tuple[Path, str]]) -> dict[Path, str]:
    """Return the thin section of each file; a CollectionError where a file is in two."""
    section_of: dict[Path, str] = {}
    for file, section in named:
        if section_of.setdefault(file, section) != section:
            raise CollectionError(
                f"{file} is in the thin sections {section_of[file]!r} and {section!r}; "
                "one image belongs to one thin section."
            )
    return section_of


def _require_known_labels(vocabularies: Sequence[Vocabulary], images: Sequence[AnnotatedImage]) -> None:
    classes = {vocabulary.property: frozenset(vocabulary.classes) for vocabulary in vocabularies}
    for image in images:
        for labels in (image.labels, *(region.labels for region in image.regions)):
            for property, label in labels.items():
                if label not in classes.get(property, ()):
                    raise CollectionError(
                        f"{image.file} is labelled {label!r}, which is no class of {property!r}; "
                        "add the class to the vocabulary, or label the image again."
                    )
