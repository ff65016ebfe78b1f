"""Collection as a JSON document, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from napari_rocks2net.annotation.annotated_region import AnnotatedRegion
from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.image import PERSON, AnnotatedImage
from napari_rocks2net.annotation.storage.files import file_named
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.samples import Region
from napari_rocks2net.samples.sample_row import Affine

_COLLECTION_KEYS = ("format", "format_version", "section_pattern", "vocabularies", "images")
_VOCABULARY_KEYS = ("property", "classes", "colours")
_IMAGE_KEYS = (
    "file",
    "plane",
    "section",
    "section_by_person",
    "labels",
    "origins",
    "regions",
    "pixel_size_um",
    "field",
    "light",
    "angle",
    "affine",
)
_REGION_KEYS = ("id", "kind", "vertices", "labels")
T = TypeVar("T")


def vocabulary_document(vocabulary: Vocabulary) -> dict[str, Any]:
    """Return a vocabulary in JSON's types."""
    return {
        "property": vocabulary.property,
        "classes": list(vocabulary.classes),
        "colours": list(vocabulary.colours),
        **vocabulary.extra,
    }


def vocabulary_from(document: Mapping[str, Any]) -> Vocabulary:
    """Return the vocabulary in a JSON object; KeyError or TypeError when it is none."""
    classes = _texts(document["classes"])
    if "colours" not in document:
        return Vocabulary.of_classes(document["property"], classes)
    return Vocabulary(
        document["property"], classes, _texts(document["colours"]), _others(document, _VOCABULARY_KEYS)
    )


def image_document(image: AnnotatedImage, name: str) -> dict[str, Any]:
    """Return an image in JSON's types.

    Parameters
    ----------
    image : AnnotatedImage
        With labels and regions.
    name : str
        How the file calls it.
    """
    document = {
        "file": name,
        "plane": image.plane,
        "section": image.section,
        "section_by_person": image.section_by_person,
        "labels": dict(image.labels),
        "origins": {name: origin for name, origin in image.origins.items() if origin != PERSON},
        "regions": [_region_document(region) for region in image.regions],
        "pixel_size_um": image.pixel_size_um,
        "field": image.field,
        "light": image.light,
        "affine": image.affine,
    }
    # A stage angle of 0 is one.
    angle = {} if image.angle is None else {"angle": image.angle}
    return {key: value for key, value in document.items() if value} | angle | dict(image.extra)


def _region_document(region: AnnotatedRegion) -> dict[str, Any]:
    return {
        "id": region.id,
        "kind": region.area.kind,
        "vertices": region.area.vertices,
        "labels": dict(region.labels),
        **region.extra,
    }


def collection_from(document: Mapping[str, Any], folder: Path) -> AnnotationCollection:
    """Return the collection in a JSON object; LookupError, TypeError or ValueError when it is none.

    Parameters
    ----------
    document : mapping
        What the file holds.
    folder : Path
        Of the file, to which its names are relative.
    """
    return AnnotationCollection(
        tuple(vocabulary_from(part) for part in _list(document["vocabularies"])),
        tuple(_image(part, folder) for part in _list(document["images"])),
        document["section_pattern"],
        _others(document, _COLLECTION_KEYS),
    )


def _image(document: Mapping[str, Any], folder: Path) -> AnnotatedImage:
    return AnnotatedImage(
        file=file_named(_typed(document["file"], str), folder),
        plane=tuple(_typed(index, int) for index in document.get("plane", ())),
        section=_typed(document["section"], str),
        section_by_person=_typed(document.get("section_by_person", False), bool),
        labels=_labels(document.get("labels", {})),
        origins=_labels(document.get("origins", {})),
        regions=tuple(_region(part) for part in _list(document.get("regions", []))),
        pixel_size_um=_number(document.get("pixel_size_um")),
        field=_typed(document.get("field", ""), str),
        light=_typed(document.get("light", ""), str),
        angle=_number(document.get("angle")),
        affine=_affine(document.get("affine")),
        extra=_others(document, _IMAGE_KEYS),
    )


def _region(document: Mapping[str, Any]) -> AnnotatedRegion:
    return AnnotatedRegion(
        _typed(document["id"], str),
        Region(tuple((y, x) for y, x in document["vertices"]), document["kind"]),
        _labels(document["labels"]),
        _others(document, _REGION_KEYS),
    )


def _labels(document: Any) -> dict[str, str]:
    return {_typed(name, str): _typed(label, str) for name, label in _typed(document, dict).items()}


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r:.80} stands where a number should")
    return float(value)


def _affine(document: Any) -> Affine | None:
    if document is None:
        return None
    (a, b, y), (c, d, x) = ([_typed(_number(each), float) for each in line] for line in document)
    return (a, b, y), (c, d, x)


def _texts(document: Any) -> tuple[str, ...]:
    return tuple(_typed(name, str) for name in _list(document))


def _list(document: Any) -> list[Any]:
    return _typed(document, list)


def _typed(value: Any, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r:.80} stands where {kind.__name__} should")
    return value


def _others(document: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in fields}
