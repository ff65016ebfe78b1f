"""Files of collections: JSON read with errors that name it, exports written whole, relative image paths."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path, PureWindowsPath
from typing import Any

from napari_rocks2net.annotation.errors import CollectionError, CollectionExistsError
from napari_rocks2net.annotation.image import canonical_file
from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.untrusted import parse_json
from napari_rocks2net.wording import unreadable, unwritable


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
        raise CollectionError(unreadable(path, error)) from error
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
        raise CollectionError(unwritable(path, error)) from error


def relative_names(folder: Path) -> Callable[[Path], str]:
    """Return a function that spells files relative to a folder, and computes it once for each folder."""
    folders: dict[Path, str] = {}

    def name_of(file: Path) -> str:
        """Return how the folder's table or collection names a file."""
        parent = file.parent
        if parent not in folders:
            folders[parent] = _relative_folder(parent, folder)
        return f"{folders[parent]}{file.name}"

    return name_of


def file_named(name: str, folder: Path) -> Path:
    """Return the absolute path of a file that a table or collection in a folder names.

    Parameters
    ----------
    name : str
        Relative to the folder or absolute.
    folder : Path
        Absolute.

    Raises
    ------
    CollectionError
        When it is no file name.
    """
    if not name.strip() or "\0" in name:
        raise CollectionError(f"{name!r} is no file name; restore the file from a copy.")
    if _on_windows_drive(name):
        # A drive of a Windows computer: its name is kept, and the image shown as missing.
        return Path(name if name.startswith("//") else f"/{name}")
    return canonical_file(folder / name)


def _relative_folder(parent: Path, folder: Path) -> str:
    """Return the folder with "/" at its end; absolute where there is no way to it, as on another drive."""
    elsewhere = f"{parent}/" if str(parent).startswith("//") else f"{parent}/"[1:]
    if _on_windows_drive(elsewhere):
        return elsewhere
    try:
        relative = Path(os.path.relpath(parent, folder)).as_posix()
    except ValueError:
        return f"{parent.as_posix()}/"
    return "" if relative == "." else f"{relative}/"


def _on_windows_drive(name: str) -> bool:
    """Return whether a name is that of a file on a drive or share of Windows, seen from another system."""
    return os.name != "nt" and bool(PureWindowsPath(name).drive) and PureWindowsPath(name).is_absolute()
