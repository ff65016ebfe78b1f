"""Vocabularies read from text files, tables and collections."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.image import canonical_file
from napari_rocks2net.annotation.storage.collection_file import FORMAT, read_collection
from napari_rocks2net.annotation.storage.document import vocabulary_from
from napari_rocks2net.annotation.storage.files import read_json
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.samples import SampleError, read_csv_table
from napari_rocks2net.samples.columns import property_columns
from napari_rocks2net.wording import unreadable


def read_vocabulary(path: str | Path, property: str | None = None) -> Vocabulary:
    """Return the vocabulary that a file holds, of one class or more.

    Parameters
    ----------
    path : str or Path
        * .txt: one class a line;
        * .csv: a column ``class`` and, if wanted, ``colour``; or a training table, whose column for the
          property holds the classes;
        * .json: a collection, an object with ``property`` and ``classes``, or a list of classes.
    property : str, optional
        What the classes name; by default what the file says, else its name without the ending. To be given
        where a table or collection has several properties.

    Raises
    ------
    CollectionError
        When the file cannot be read, or holds no class.
    """
    path = canonical_file(path)
    readers = {".json": _from_json, ".csv": _from_table}
    try:
        vocabulary = readers.get(path.suffix.lower(), _from_lines)(path, property)
    except CollectionError as error:
        raise error if str(path) in str(error) else CollectionError(f"{path}: {error}") from error
    if not vocabulary.classes:
        raise CollectionError(f"{path} names no class; write one class a line.")
    return vocabulary


def _from_lines(path: Path, property: str | None) -> Vocabulary:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CollectionError(unreadable(path, error)) from error
    except UnicodeDecodeError as error:
        raise CollectionError(f"{path} is no text in UTF-8; save it in that encoding.") from error
    return Vocabulary.of_classes(property or path.stem, [line for line in text.splitlines() if line.strip()])


def _from_table(path: Path, property: str | None) -> Vocabulary:
    try:
        table = read_csv_table(path)
    except SampleError as error:
        raise CollectionError(str(error)) from error
    if "class" in table.columns:
        return _from_class_table(table.cells, property or path.stem)
    columns = property_columns(table.columns)
    column = property or (columns[0] if len(columns) == 1 else None)
    if column not in columns:
        names = ", ".join(map(repr, columns)) or "none"
        raise CollectionError(
            f"{path} has no column 'class'; name the property whose column holds the classes, of {names}."
        )
    return Vocabulary.of_classes(column, sorted({row[column] for row in table.cells} - {""}))


def _from_class_table(rows: Iterable[dict[str, str]], property: str) -> Vocabulary:
    vocabulary = Vocabulary.of_classes(property)
    for row in rows:
        colour = row.get("colour") or row.get("color") or None
        vocabulary = vocabulary.with_class(row["class"], colour)
    return vocabulary


def _from_json(path: Path, property: str | None) -> Vocabulary:
    document = read_json(path)
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return _from_collection(path, property)
    if isinstance(document, list):
        document = {"classes": document}
    try:
        return vocabulary_from(
            {"property": path.stem} | document | ({"property": property} if property else {})
        )
    except (KeyError, TypeError) as error:
        raise CollectionError(
            f"{path} holds no vocabulary; write a list of classes, or an object with 'property' and "
            "'classes'."
        ) from error


def _from_collection(path: Path, property: str | None) -> Vocabulary:
    collection = read_collection(path)
    if property is None and len(collection.vocabularies) != 1:
        names: Any = ", ".join(repr(vocabulary.property) for vocabulary in collection.vocabularies) or "none"
        raise CollectionError(f"Name the property whose classes are wanted from {path}; it has {names}.")
    return collection.vocabulary(property) if property else collection.vocabularies[0]
