"""Collection files: JSON, one image a line, paths relative to the file."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.errors import CollectionError, CollectionExistsError
from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.region_edits import with_shared_regions
from napari_rocks2net.annotation.storage.document import (
    collection_from,
    image_document,
    vocabulary_document,
)
from napari_rocks2net.annotation.storage.files import compact_json, read_json, relative_names
from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.samples import RegionError

logger = logging.getLogger(__name__)

FORMAT = "napari-rocks2net collection"
FORMAT_VERSION = 1
COLLECTION_SUFFIX = ".collection.json"
"""What a collection file is best called; any name will do."""

LOCK_SECONDS = 5.0


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
                line = compact_json(image_document(image, self._name_of(image.file)))
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
    """Read a collection; neither pixels nor the existence of its images are checked.

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
        return with_shared_regions(collection_from(document, path.parent))
    except (CollectionError, RegionError) as error:
        raise CollectionError(f"{path}: {error}") from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise CollectionError(
            f"{path} is damaged ({type(error).__name__}: {error}); restore it from a copy."
        ) from error


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


def require_free(path: Path, overwrite: bool) -> None:
    """Refuse to replace what is no collection, and a collection unless that is asked for.

    Parameters
    ----------
    path : Path
        Where one is to be written.
    overwrite : bool
        Whether an earlier collection may be replaced.
    """
    if not path.exists():
        return
    try:
        existing = read_collection(path)
    except CollectionError as error:
        raise CollectionError(f"{error} It is not replaced; choose another name.") from error
    if not overwrite:
        raise CollectionExistsError(
            f"{path} is a collection of {len(existing)} images already; open it, replace it or choose "
            "another name."
        )
