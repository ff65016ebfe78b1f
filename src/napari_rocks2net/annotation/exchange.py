"""Files in the forms of other programs: CSV tables read, any text written whole."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from napari_rocks2net.annotation.errors import CollectionError, CollectionExistsError
from napari_rocks2net.atomic_write import atomic_write


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV in UTF-8, its cells without the spaces around them.

    Raises
    ------
    CollectionError
        When it is missing, no CSV, or has a row with more cells than columns.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        table = list(csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise CollectionError(
            f"{path} cannot be read as a CSV in UTF-8 ({error}); save it as one."
        ) from error
    lines = [[cell.strip() for cell in row] for row in table if any(cell.strip() for cell in row)]
    for name in lines[0] if lines else ():
        if lines[0].count(name) > 1:
            raise CollectionError(f"{path} has the column {name!r} twice; rename one.")
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(lines[0]):
            raise CollectionError(
                f"Row {number} of {path} has {len(line)} cells and the first row {len(lines[0])}; "
                "correct the row."
            )
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def write_export(path: Path, text: str, overwrite: bool) -> Path:
    """Write a file for other programs, whole or not at all.

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
