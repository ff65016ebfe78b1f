"""File lookup for tables: names matched on disk though accents and capitals are spelt differently."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path, PureWindowsPath
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from napari_rocks2net.untrusted import is_file


class FileFinder:
    """Finds the files that a table in a folder names.

    Computers of Apple take accents apart, and on Windows capitals make no other file: where no file has the
    name itself, the only one that differs in these alone is meant.

    Parameters
    ----------
    folder : Path
        Absolute.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[Path, dict[str, list[str]]] = {}

    def find(self, name: str) -> str:
        """Return the absolute path of the file that is meant, or of one that is missing.

        Takes a name with "/" between folders, relative to the folder or absolute, or as an address
        ("file:///a%20b.png"). A name on a drive of another computer stays.
        """
        if name.lower().startswith("file:"):
            name = url2pathname(urlsplit(name).path)
        if os.name != "nt" and PureWindowsPath(name).drive:
            return name
        path = self._folder / name
        try:
            if not is_file(path) and is_file(unquoted := self._folder / unquote(name)):
                path = unquoted
            return str((path if is_file(path) else self._as_spelt(path)).resolve())
        # A name that no file can have is that of a missing one.
        except (OSError, ValueError):
            return str(path)

    def _as_spelt(self, path: Path) -> Path:
        """Return a path as the disk spells it, as far as it exists."""
        if path.parent == path or path.exists():
            return path
        parent = self._as_spelt(path.parent)
        alike = self._names_in(parent).get(_form(path.name), [])
        return parent / (alike[0] if len(alike) == 1 else path.name)

    def _names_in(self, folder: Path) -> dict[str, list[str]]:
        """Return the names in a folder by their form, looked up once."""
        if folder not in self._names:
            names: dict[str, list[str]] = {}
            # What a locked folder or none holds is missing.
            for path in folder.iterdir() if os.access(folder, os.R_OK) and folder.is_dir() else ():
                names.setdefault(_form(path.name), []).append(path.name)
            self._names[folder] = names
        return self._names[folder]


def _form(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
