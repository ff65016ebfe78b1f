"""Annotation collection: labelled images and the vocabularies of their properties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from napari_rocks2net.annotation.consistency import require_consistency
from napari_rocks2net.annotation.counts import ClassCount, class_counts, training_warnings
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.field_lines import Line, one_line_a_field
from napari_rocks2net.annotation.image import PERSON, AnnotatedImage, ImageKey
from napari_rocks2net.annotation.names import checked_name
from napari_rocks2net.annotation.sections import DEFAULT_SECTION_PATTERN, check_pattern, guess_section
from napari_rocks2net.annotation.vocabulary import Vocabulary


@dataclass(frozen=True)
class AnnotationCollection:
    """Images, their labels and regions, and the vocabularies these are taken from.

    It never changes: every edit returns another collection, which shares what the edit left alone.

    Raises
    ------
    CollectionError
        When a property or image comes twice, a label is in no vocabulary, one file is of two sections, or the
        pattern is no regular expression with one bracketed part.
    """

    vocabularies: tuple[Vocabulary, ...] = ()
    """One per property."""
    images: tuple[AnnotatedImage, ...] = ()
    """In the order they were added."""
    section_pattern: str = DEFAULT_SECTION_PATTERN
    """A regular expression with one bracketed part, searched in file names for the thin section."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What a newer version wrote; kept when the collection is saved."""

    def __post_init__(self) -> None:
        check_pattern(self.section_pattern)
        object.__setattr__(self, "extra", MappingProxyType(dict(self.extra)))
        require_consistency(self.vocabularies, self.images)

    def __len__(self) -> int:
        return len(self.images)

    def __contains__(self, key: object) -> bool:
        return key in self._positions

    def image(self, key: ImageKey) -> AnnotatedImage:
        """Return one image.

        Raises
        ------
        CollectionError
            When it is not in the collection.
        """
        return self.images[self._position(key)]

    def vocabulary(self, property: str) -> Vocabulary:
        """Return the vocabulary of a property.

        Raises
        ------
        CollectionError
            When there is none.
        """
        for vocabulary in self.vocabularies:
            if vocabulary.property == property:
                return vocabulary
        names = ", ".join(repr(vocabulary.property) for vocabulary in self.vocabularies) or "none"
        raise CollectionError(f"The collection has no property {property!r}; its properties are {names}.")

    @property
    def colours(self) -> dict[str, dict[str, str]]:
        """Property -> class -> "#rrggbb"."""
        return {
            each.property: dict(zip(each.classes, each.colours, strict=True)) for each in self.vocabularies
        }

    def with_images(self, images: Iterable[str | Path | ImageKey]) -> AnnotationCollection:
        """Add files or planes of stacks; existing ones stay as they are.

        A new image is of the section that its file name says, or of that of the file's other planes.
        """
        sections = {image.file: image for image in self.images}
        added: dict[ImageKey, AnnotatedImage] = {}
        for item in images:
            key = ImageKey.of(item.file, item.plane) if isinstance(item, ImageKey) else ImageKey.of(item)
            if key not in self and key not in added:
                section_of_file = sections.get(key.file)
                section = (
                    section_of_file.section
                    if section_of_file
                    else guess_section(key.file, self.section_pattern)
                )
                by_person = section_of_file is not None and section_of_file.section_by_person
                added[key] = AnnotatedImage(key.file, key.plane, section, section_by_person=by_person)
        return replace(self, images=(*self.images, *added.values())) if added else self

    def merged_with(self, other: AnnotationCollection) -> AnnotationCollection:
        """Add the images of another collection with their labels and regions, and the classes they need.

        Images that are there already stay as they are.
        """
        merged = self
        for property, colours in other.colours.items():
            merged = merged.with_classes(property, colours)
        added = tuple(image for image in other.images if image.key not in self)
        return replace(merged, images=(*merged.images, *added)) if added else self

    def without_images(self, keys: Iterable[ImageKey]) -> AnnotationCollection:
        """Take images out of the collection; their files stay."""
        going = {self._position(key) for key in keys}
        return replace(self, images=tuple(image for at, image in enumerate(self.images) if at not in going))

    def labelled(
        self, keys: Iterable[ImageKey], property: str, label: str | None, origin: str = PERSON
    ) -> AnnotationCollection:
        """Return the collection with a label on whole images, in the place of theirs of the property.

        Parameters
        ----------
        keys : iterable of ImageKey
            The images; the other views of their fields get the label, too.
        property : str
            One that the collection has a vocabulary for.
        label : str or None
            One of its classes; None takes the label off.
        origin : {"person", "accepted", "corrected"}
            Whether a person labelled unaided, or accepted or corrected a prediction.

        Raises
        ------
        CollectionError
            When an image, the property or the class is not in the collection, or the origin is none of these.
        """
        vocabulary = self.vocabulary(property)
        if label is not None:
            vocabulary.colour_of(label)
        views = self.with_other_views(keys)
        return self._changed(views, lambda image: image.labelled(property, label, origin))

    def with_other_views(self, keys: Iterable[ImageKey]) -> list[ImageKey]:
        """Return images and the other views of their fields, each once."""
        views = {key: None for each in keys for key in self._views_of(self.image(each))}
        return list(views)

    def _views_of(self, image: AnnotatedImage) -> tuple[ImageKey, ...]:
        own = self._fields.get((image.section, image.field), ()) if image.field else ()
        return own or (image.key,)

    def views_of(self, key: ImageKey) -> list[AnnotatedImage]:
        """Return all views of the field of an image; itself alone where it is a photo by itself."""
        return [self.image(view) for view in self._views_of(self.image(key))]

    def with_section(self, keys: Iterable[ImageKey], section: str | None) -> AnnotationCollection:
        """Return the collection with images, and all planes of their files, in a thin section.

        Parameters
        ----------
        keys : iterable of ImageKey
            The images; the other views of their fields go with them.
        section : str or None
            As a person typed it; None guesses it from the file names again.

        Raises
        ------
        CollectionError
            When an image is not in the collection, or the section has no proper name.
        """
        files = {self.image(key).file for key in self.with_other_views(keys)}
        if section is not None:
            section = checked_name(section, "thin section")

        return self._changed(
            (image.key for image in self.images if image.file in files),
            lambda image: replace(
                image,
                section=section or guess_section(image.file, self.section_pattern),
                section_by_person=section is not None,
            ),
        )

    def with_section_pattern(self, pattern: str) -> AnnotationCollection:
        """Guess by another pattern the sections that no person typed."""

        def guessed(image: AnnotatedImage) -> AnnotatedImage:
            """Return an image with the section that its file name says, unless a person typed one."""
            section = image.section if image.section_by_person else guess_section(image.file, pattern)
            return image if section == image.section else replace(image, section=section)

        return replace(self, section_pattern=pattern, images=tuple(map(guessed, self.images)))

    def with_vocabulary(self, vocabulary: Vocabulary) -> AnnotationCollection:
        """Add a vocabulary, or put it in the place of that of the same property.

        Labels that it has no class for are taken off; `labels_lost_with` says how many. Use
        `with_renamed_class` to rename.
        """
        by_property = {old.property: old for old in self.vocabularies} | {vocabulary.property: vocabulary}
        return self._relabelled(
            by_property.values(),
            vocabulary.property,
            lambda label: label if label in vocabulary.classes else None,
        )

    def with_classes(
        self, property: str, classes: Mapping[str, str | None] | Iterable[str]
    ) -> AnnotationCollection:
        """Return the collection with the classes that a property lacks, in the colours given if any.

        Parameters
        ----------
        property : str
            Added if the collection has no vocabulary for it.
        classes : iterable of str, or mapping of str to str or None
            Names, or names -> "#rrggbb".

        Raises
        ------
        CollectionError
            When a name or colour cannot be used.
        """
        existing = [old for old in self.vocabularies if old.property == property]
        vocabulary = existing[0] if existing else Vocabulary(property)
        colours = classes if isinstance(classes, Mapping) else {}
        for name in dict.fromkeys(classes):
            if name not in vocabulary.classes:
                vocabulary = vocabulary.with_class(name, colours.get(name))
        return self.with_vocabulary(vocabulary)

    def without_vocabulary(self, property: str) -> AnnotationCollection:
        """Remove a property with all its labels; `label_count` says how many."""
        removed = self.vocabulary(property)
        others = [vocabulary for vocabulary in self.vocabularies if vocabulary is not removed]
        return self._relabelled(others, property, lambda _: None)

    def with_renamed_class(self, property: str, old: str, new: str) -> AnnotationCollection:
        """Return the collection with another name for a class, and for every label of it.

        Parameters
        ----------
        property : str
            The property whose class it is.
        old, new : str
            Its name before and after.

        Raises
        ------
        CollectionError
            When there is no such property or class, or the new name is taken or cannot be used.
        """
        before = self.vocabulary(property)
        after = before.renamed(old, new)
        name = dict(zip(before.classes, after.classes, strict=True))[old]
        vocabularies = [after if each is before else each for each in self.vocabularies]
        return self._relabelled(vocabularies, property, lambda label: name if label == old else label)

    def class_counts(self, property: str) -> dict[str, ClassCount]:
        """Count the samples and the thin sections of every class; see `ClassCount`."""
        return class_counts(self.images, self.vocabulary(property))

    def warnings(self, property: str) -> tuple[str, ...]:
        """Say what stands in the way of a fair training: see `training_warnings`."""
        return training_warnings(self.images, self.vocabulary(property))

    def label_count(self, property: str, label: str | None = None) -> int:
        """Return the number of labels of a property on images and regions.

        Parameters
        ----------
        property : str
            One without a vocabulary has 0 labels.
        label : str, optional
            A class; all of them when left out.
        """
        labels = [name for image in self.images for name in image.all_labels(property)]
        return len(labels) if label is None else labels.count(label)

    def labels_lost_with(self, vocabulary: Vocabulary) -> int:
        """Count the labels that `with_vocabulary` would take off."""
        labels = (name for image in self.images for name in image.all_labels(vocabulary.property))
        return sum(name not in vocabulary.classes for name in labels)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Each photo or field once: its first view, and all of them."""
        return tuple(one_line_a_field(self.images))

    @cached_property
    def _fields(self) -> dict[tuple[str, str], tuple[ImageKey, ...]]:
        """Section and field -> its views, in the order of the images."""
        fields: dict[tuple[str, str], tuple[ImageKey, ...]] = {}
        for image in self.images:
            if image.field:
                place = image.section, image.field
                fields[place] = (*fields.get(place, ()), image.key)
        return fields

    @cached_property
    def _positions(self) -> dict[ImageKey, int]:
        return {image.key: at for at, image in enumerate(self.images)}

    def _position(self, key: ImageKey) -> int:
        if key not in self._positions:
            raise CollectionError(f"{key.file} {key.plane or ''} is not in the collection; add it first.")
        return self._positions[key]

    def _changed(
        self, keys: Iterable[ImageKey], change: Callable[[AnnotatedImage], AnnotatedImage]
    ) -> AnnotationCollection:
        """Change images, whose keys stay."""
        images = list(self.images)
        for key in keys:
            at = self._position(key)
            images[at] = change(images[at])
        changed = replace(self, images=tuple(images))
        # The places are the same: the steps of an undo history share them.
        vars(changed)["_positions"] = self._positions
        return changed

    def _relabelled(
        self, vocabularies: Iterable[Vocabulary], property: str, change: Callable[[str], str | None]
    ) -> AnnotationCollection:
        images = tuple(image.relabelled(property, change) for image in self.images)
        return replace(self, vocabularies=tuple(vocabularies), images=images)
