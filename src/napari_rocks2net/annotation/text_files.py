"""Text files of collections: JSON read with errors that name the file, exports written whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from napari_rocks2net.annotation.errors import CollectionError, CollectionExistsError
from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.untrusted import parse_json


def read_json(path: Path) -> Any:
    """Read a JSON file in UTF-8.

    Raises
    ------
    CollectionError
        When it is missing, cannot be read, is empty, or is no JSON.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CollectionError(f"{path} cannot be read ({error.strerror}); check the path.") from error
    if not content.strip():
        raise CollectionError(f"{path} is empty; restore it from a copy.")
    try:
        return parse_json(content.decode("utf-8-sig"), constants=False)
    except ValueError as error:
        raise CollectionError(
            f"{path} is damaged or no JSON file ({error}); restore it from a copy."
        ) from error


def compact_json(document: Any) -> str:
    """Return JSON on one line, with letters of all languages readable."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        # A file name that is no text in the system's encoding: only its escaped form is UTF-8.
        return json.dumps(document, allow_nan=False)
    return text


def write_export(path: Path, text: str, overwrite: bool) -> Path:
    """Write a file for other programs in UTF-8, whole or not at all.

    Parameters
    ----------
    path : Path
        The file; missing folders are made.
    text : str
        All that it is to hold.
    overwrite : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    CollectionExistsError
        When there is a file and `overwrite` is not set.
    CollectionError
        When it cannot be written.
    """
    if path.exists() and not overwrite:
        raise CollectionExistsError(f"{path} exists already; replace it or choose another name.")
    try:
        return atomic_write(path, text)
    except (OSError, UnicodeEncodeError) as error:
        raise CollectionError(f"{path} cannot be written ({error}); choose another folder.") from error
