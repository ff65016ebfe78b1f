"""Export of text files for other programs, written whole."""

from __future__ import annotations

from pathlib import Path

from napari_rocks2net.annotation.errors import CollectionError, CollectionExistsError
from napari_rocks2net.atomic_write import atomic_write


def write_export(path: Path, text: str, overwrite: bool) -> Path:
    """Write a file for other programs, whole or not at all.

    Parameters
    ----------
    path : Path
        The file.
    text : str
        What it will hold, in UTF-8.
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
        raise CollectionError(f"{path} cannot be written ({error}); choose another folder.") from error
