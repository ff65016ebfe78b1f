"""Collection session: autosave, undo and redo; every change is on disk before the call returns."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from psygnal import Signal

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.errors import CollectionChangedError, CollectionError
from napari_rocks2net.annotation.storage.collection_file import (
    CollectionWriter,
    collection_lock,
    read_collection,
    require_free,
)
from napari_rocks2net.undo_stack import UndoStack

UNDO_STEPS = 200


class Step(NamedTuple):
    """Undoable step: its name, and the collection before and after it."""

    description: str
    before: AnnotationCollection
    after: AnnotationCollection


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
        self._steps: UndoStack[Step] = UndoStack(UNDO_STEPS)

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
            require_free(writer.path, overwrite)
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
        """Whether `undo` has a change to revert."""
        return self._steps.done is not None

    @property
    def can_redo(self) -> bool:
        """Whether `redo` has a change to repeat."""
        return self._steps.undone is not None

    @property
    def undo_text(self) -> str:
        """Name of the change that `undo` reverts, as given to `apply`; empty without one."""
        return self._steps.done.description if self._steps.done else ""

    @property
    def redo_text(self) -> str:
        """Name of the change that `redo` repeats; empty without one."""
        return self._steps.undone.description if self._steps.undone else ""

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
        self._steps.add(Step(description, before, new))
        self.changed.emit(before, new)

    def undo(self) -> None:
        """Take the last change back and save; see `apply` for the errors."""
        self._steps.undo(lambda step: self._restore(step.after, step.before))

    def redo(self) -> None:
        """Make the last undone change again and save; see `apply` for the errors."""
        self._steps.redo(lambda step: self._restore(step.before, step.after))

    def save_as(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Save under another name and continue with that file; the old one stays as it is.

        Parameters
        ----------
        path, overwrite
            See `create`, also for the errors.
        """
        writer = CollectionWriter(path)
        with collection_lock(writer.path):
            if writer.path != self.path:
                require_free(writer.path, overwrite)
            writer.write(self._collection)
            self._writer, self._digest = writer, _digest(writer.path)

    def _restore(self, before: AnnotationCollection, after: AnnotationCollection) -> None:
        self._save(after)
        self.changed.emit(before, after)

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
