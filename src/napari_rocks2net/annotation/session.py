"""Collection session: autosave, undo and redo; every change is on disk before the call returns."""

from __future__ import annotations

import hashlib
from collections import deque
from pathlib import Path

from psygnal import Signal

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.collection_file import (
    CollectionWriter,
    collection_lock,
    read_collection,
)
from napari_rocks2net.annotation.errors import CollectionChangedError, CollectionError, CollectionExistsError

UNDO_STEPS = 200


Step = tuple[str, AnnotationCollection]
"""What was done, and the collection to go back to."""


class CollectionSession:
    """A collection and the file it lives in; make one with `create` or `open`.

    The file always holds what `collection` says: a change that cannot be saved is not made.

    Attributes
    ----------
    changed : psygnal.Signal
        Emitted with the collection before and after a change, once that is on disk.
    """

    changed = Signal(AnnotationCollection, AnnotationCollection)

    def __init__(
        self, writer: CollectionWriter, collection: AnnotationCollection, digest: bytes | None
    ) -> None:
        self._writer = writer
        self._collection = collection
        self._digest = digest
        self._done: deque[Step] = deque(maxlen=UNDO_STEPS)
        self._undone: list[Step] = []

    @classmethod
    def create(
        cls, path: str | Path, *, overwrite: bool = False, collection: AnnotationCollection | None = None
    ) -> CollectionSession:
        """Make a collection file.

        Parameters
        ----------
        path : str or Path
            The file; its folder is made.
        overwrite : bool
            Whether a collection that is there may be lost. Any other file is never replaced.
        collection : AnnotationCollection, optional
            What it begins with; nothing by default.

        Raises
        ------
        CollectionExistsError
            When there is a collection and `overwrite` is not set.
        CollectionError
            When there is a file of another kind, or the file cannot be written.
        """
        writer, collection = CollectionWriter(path), collection or AnnotationCollection()
        with collection_lock(writer.path):
            _require_free(writer.path, overwrite)
            writer.write(collection)
            return cls(writer, collection, _digest(writer.path))

    @classmethod
    def open(cls, path: str | Path) -> CollectionSession:
        """Open a collection file; no image is read.

        Raises
        ------
        CollectionError
            When it cannot be read; the file is left as it is.
        """
        writer = CollectionWriter(path)
        # First: if the file changes while it is read, the first change made here finds that out.
        digest = _digest(writer.path)
        collection = read_collection(path)
        # Every image is put into words now, so that the first label is as quick as the others.
        writer.text(collection)
        return cls(writer, collection, digest)

    @property
    def path(self) -> Path:
        """The file, absolute."""
        return self._writer.path

    @property
    def collection(self) -> AnnotationCollection:
        """What is in it now."""
        return self._collection

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return bool(self._undone)

    @property
    def undo_text(self) -> str:
        """What `undo` takes back, in the words given to `apply`; empty when there is nothing."""
        return self._done[-1][0] if self._done else ""

    @property
    def redo_text(self) -> str:
        """What `redo` makes again; empty when there is nothing."""
        return self._undone[-1][0] if self._undone else ""

    def apply(self, new: AnnotationCollection, description: str) -> None:
        """Save an edited collection and make it the current one; an equal one changes nothing.

        Parameters
        ----------
        new : AnnotationCollection
            Made from `collection` by its edits.
        description : str
            For "Undo ...", such as "label 3 images".

        Raises
        ------
        CollectionChangedError
            When another program changed the file meanwhile.
        CollectionError
            When it cannot be saved. Nothing is changed then.
        """
        if new == self._collection:
            return
        before = self._collection
        self._save(new)
        self._done.append((description, before))
        self._undone.clear()
        self.changed.emit(before, new)

    def undo(self) -> None:
        """Take the last change back and save; see `apply` for the errors."""
        if self._done:
            self._step(self._done, self._undone)

    def redo(self) -> None:
        """Make the last undone change again and save; see `apply` for the errors."""
        if self._undone:
            self._step(self._undone, self._done)

    def save_as(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Save under another name and go on there; the old file stays as it is.

        Parameters
        ----------
        path : str or Path
            The new file.
        overwrite : bool
            Whether a collection that is there may be lost.

        Raises
        ------
        CollectionExistsError
            When there is a collection and `overwrite` is not set.
        CollectionError
            When there is a file of another kind, or the file cannot be written.
        """
        writer = CollectionWriter(path)
        with collection_lock(writer.path):
            if writer.path != self.path:
                _require_free(writer.path, overwrite)
            writer.write(self._collection)
            self._writer, self._digest = writer, _digest(writer.path)

    def _step(self, source: deque[Step] | list[Step], target: deque[Step] | list[Step]) -> None:
        (description, collection), before = source[-1], self._collection
        self._save(collection)
        source.pop()
        target.append((description, before))
        self.changed.emit(before, collection)

    def _save(self, collection: AnnotationCollection) -> None:
        with collection_lock(self.path):
            digest = _digest(self.path)
            if digest not in (None, self._digest) and not _holds(self.path, self._collection):
                raise CollectionChangedError(
                    f"{self.path} was changed by another program since it was opened here; open it again, or "
                    "save this collection under another name."
                )
            self._writer.write(collection)
            self._collection, self._digest = collection, _digest(self.path)


def _digest(path: Path) -> bytes | None:
    """Return what tells the file's content from any other; None when it is gone.

    Number, time and length of a file can be those of another content, and change on some network drives.
    """
    try:
        return hashlib.blake2b(path.read_bytes()).digest()
    except OSError:
        return None


def _holds(path: Path, collection: AnnotationCollection) -> bool:
    try:
        return read_collection(path) == collection
    except CollectionError:
        return False


def _require_free(path: Path, overwrite: bool) -> None:
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
