"""Relative paths of image files in tables and collections, so that all can move together."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PureWindowsPath

from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.image import canonical_file


def relative_names(folder: Path) -> Callable[[Path], str]:
    """Return a function that spells files relative to a folder, and computes it once for each folder."""
    known: dict[Path, str] = {}

    def name_of(file: Path) -> str:
        """Return how the folder's table or collection names a file."""
        parent = file.parent
        if parent not in known:
            known[parent] = _relative_folder(parent, folder)
        return f"{known[parent]}{file.name}"

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
