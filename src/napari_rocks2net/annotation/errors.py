"""Errors of collections and their files."""

from __future__ import annotations


class CollectionError(ValueError):
    """A collection, its file or an edit of it cannot be used; the message says why and what to do."""


class CollectionExistsError(CollectionError):
    """Writing would replace a file that is there; ask the person, then write with ``overwrite=True``."""


class CollectionChangedError(CollectionError):
    """The file of an open collection was changed by someone else; saving would undo their work."""
