"""File lookup for tables: names matched on disk though accents and capitals are spelt differently."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path, PureWindowsPath
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from napari_rocks2net.untrusted import is_file


def file_finder(folder: Path) -> Callable[[str], str]:
    """Return a function that finds the files that a table in a folder names.

    Computers of Apple take accents apart, and on Windows capitals make no other file: where no file has the
    name itself, the only one that differs in these alone is meant. Takes a name with "/" between folders,
    relative to the folder or absolute, or as an address ("file:///a%20b.png"); returns an absolute path, of
    the file that is meant or of one that is missing. A name on a drive of another computer stays.

    Parameters
    ----------
    folder : Path
        Absolute.
    """

    @cache
    def names_in(place: Path) -> dict[str, list[str]]:
        """Return the names in a folder by their form."""
        names: dict[str, list[str]] = {}
        # What a locked folder or none holds is missing.
        for path in place.iterdir() if os.access(place, os.R_OK) and place.is_dir() else ():
            names.setdefault(_form(path.name), []).append(path.name)
        return names

    def spelt(path: Path) -> Path:
        """Return a path as the disk spells it, as far as it exists."""
        if path.parent == path or path.exists():
            return path
        parent = spelt(path.parent)
        alike = names_in(parent).get(_form(path.name), [])
        return parent / (alike[0] if len(alike) == 1 else path.name)

    def find(name: str) -> str:
        """Return the file that a name of the table means."""
        if name.lower().startswith("file:"):
            name = url2pathname(urlsplit(name).path)
        if os.name != "nt" and PureWindowsPath(name).drive:
            return name
        path = folder / name
        try:
            if not is_file(path) and is_file(unquoted := folder / unquote(name)):
                path = unquoted
            return str((path if is_file(path) else spelt(path)).resolve())
        # A name that no file can have is that of a missing one.
        except (OSError, ValueError):
            return str(path)

    return find


def _form(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
