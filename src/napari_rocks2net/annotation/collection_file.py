"""Collection files: JSON, one image a line, paths relative to the file."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.files import compact_json, file_named, read_json, relative_names
from napari_rocks2net.annotation.image import Affine, AnnotatedImage, AnnotatedRegion, ImageKey
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.samples import Region, RegionError

logger = logging.getLogger(__name__)

FORMAT = "napari-rocks2net collection"
FORMAT_VERSION = 1
COLLECTION_SUFFIX = ".collection.json"
"""What a collection file is best called; any name will do."""

LOCK_SECONDS = 5.0

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


class CollectionWriter:
    """Writes a collection again and again; only what changed since the last time is put into words anew.

    Parameters
    ----------
    path : str or Path
        The file; image paths are written relative to its folder.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = collection_path(path)
        self._name_of = relative_names(self.path.parent)
        self._lines: dict[ImageKey, tuple[AnnotatedImage, str]] = {}

    def write(self, collection: AnnotationCollection) -> None:
        """Write a collection, whole or not at all.

        Raises
        ------
        CollectionError
            When the disk is full, or the folder cannot be written to.
        """
        try:
            # Without it many file systems may rename before the bytes are on the disk: a power cut would then
            # leave an empty file, and take all labels instead of the last.
            atomic_write(self.path, self.text(collection), durable=True)
        except OSError as error:
            raise CollectionError(
                f"{self.path} cannot be saved ({error.strerror or error}); free the disk "
                "or choose another folder."
            ) from error

    def text(self, collection: AnnotationCollection) -> str:
        """Return what is written: JSON with one vocabulary and one image a line."""
        head = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            **collection.extra,
            "section_pattern": collection.section_pattern,
        }
        lines = [f"{compact_json(key)}: {compact_json(value)}," for key, value in head.items()]
        vocabularies = [compact_json(vocabulary_document(part)) for part in collection.vocabularies]
        lines.append(f'"vocabularies": {_array(vocabularies)},')
        lines.append(f'"images": {_array(self._image_lines(collection))}')
        return "{\n" + "\n".join(lines) + "\n}\n"

    def _image_lines(self, collection: AnnotationCollection) -> list[str]:
        written, self._lines = self._lines, {}
        for image in collection.images:
            before, line = written.get(image.key, (None, ""))
            # Images never change, so the same object has the same line.
            if before is not image:
                line = compact_json(_image_document(image, self._name_of(image.file)))
            self._lines[image.key] = (image, line)
        return [line for _, line in self._lines.values()]


def write_collection_file(path: str | Path, collection: AnnotationCollection) -> None:
    """Write a collection, whole or not at all; an existing file is replaced.

    Parameters
    ----------
    path : str or Path
        The file; image paths are written relative to its folder.
    collection : AnnotationCollection
        What to write.

    Raises
    ------
    CollectionError
        When the disk is full, or the folder cannot be written to.
    """
    writer = CollectionWriter(path)
    with collection_lock(writer.path):
        writer.write(collection)


@contextmanager
def collection_lock(path: Path) -> Iterator[None]:
    """Keep other programs from saving a collection file, between a look at it and the writing of it.

    A folder or file system without locks goes without. The hidden lock file stays: taken away, it could be
    locked by one program while another makes a new one.

    Raises
    ------
    CollectionError
        When another program does not end its saving.
    """
    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=LOCK_SECONDS, poll_interval=0.01)
    except Timeout as error:
        raise CollectionError(f"{path} is being saved by another program; try again in a moment.") from error
    except (OSError, NotImplementedError) as error:
        logger.info("%s cannot be locked: %s", path, error)
    try:
        yield
    finally:
        lock.release()


def collection_path(path: str | Path) -> Path:
    """Return where a collection file is: a linked one lives, and is written, where its link leads."""
    return Path(path).expanduser().resolve()


def read_collection(path: str | Path) -> AnnotationCollection:
    """Read a collection; images are looked at neither for their pixels nor for being there.

    Raises
    ------
    CollectionError
        When the file is missing, empty, truncated, damaged, of another kind or of a newer version.
    """
    path = collection_path(path)
    document = read_json(path)
    _require_format(document, path)
    try:
        # In files of before, regions are of the one view that they were drawn on.
        return _collection(document, path.parent).with_shared_regions()
    except (CollectionError, RegionError) as error:
        raise CollectionError(f"{path}: {error}") from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise CollectionError(
            f"{path} is damaged ({type(error).__name__}: {error}); restore it from a copy."
        ) from error


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


def _array(lines: list[str]) -> str:
    return "[\n" + ",\n".join(lines) + "\n]" if lines else "[]"


def _require_format(document: Any, path: Path) -> None:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise CollectionError(
            f"{path} is no collection of annotated images; choose a file that the Annotate widget or a "
            "script of napari-rocks2net has saved."
        )
    version = document.get("format_version")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise CollectionError(
            f"{path} was saved in format version {version!r} and this program reads up to {FORMAT_VERSION}; "
            "update napari-rocks2net."
        )


def _image_document(image: AnnotatedImage, name: str) -> dict[str, Any]:
    document = {
        "file": name,
        "plane": image.plane,
        "section": image.section,
        "section_by_person": image.section_by_person,
        "labels": dict(image.labels),
        "origins": {name: origin for name, origin in image.origins.items() if origin != "person"},
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


def _collection(document: Mapping[str, Any], folder: Path) -> AnnotationCollection:
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
