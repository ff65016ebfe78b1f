"""Tables with a column of files for each light, such as "ppl" and "xpl", turned into one row a view."""

from __future__ import annotations

from collections.abc import Sequence

from napari_rocks2net.samples.columns import ANGLE, FIELD, FILE, LIGHT, find_column
from napari_rocks2net.views import guess_views

Cells = dict[str, str]


def light_columns(columns: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the columns of a header that are called by a light and hold files, none beside one of files.

    Column -> light and angle as cells: "xpl 45deg" has an angle. A single one is none: a column "light" or
    "PPL" may hold anything.
    """
    if find_column(columns, FILE) is not None:
        return {}
    guesses = dict(zip(columns, guess_views(columns), strict=True))
    named = {
        column: (guess.light, "" if guess.angle is None else f"{guess.angle:g}")
        for column, guess in guesses.items()
        if guess.light and guess.field in NOTHING_LEFT
    }
    return named if len(named) > 1 else {}


NOTHING_LEFT = ("", "field", "file", "image", "photo")
"""What may be left of a column's name without its light."""


def one_row_a_view(
    columns: tuple[str, ...], cells: tuple[Cells, ...]
) -> tuple[tuple[str, ...], tuple[Cells, ...]]:
    """Return header and cells with the column ``file`` and those of views, one row a file.

    Both as they are where no files are listed by their light. A row without a file in any light is left out;
    a field is called as its first file unless a column names it.

    Parameters
    ----------
    columns : tuple of str
        The header.
    cells : tuple of dict
        Column -> text of every row.
    """
    lights = light_columns(columns)
    if not lights:
        return columns, cells
    others = [name for name in columns if name not in lights]
    named = find_column(columns, FIELD)
    rows = []
    for row in cells:
        files = {column: row[column] for column in lights if row[column]}
        field = (row[named] if named else "") or next(iter(files.values()), "")
        for column, file in files.items():
            light, angle = lights[column]
            own = {
                FILE: file,
                **{name: row[name] for name in others},
                FIELD: field,
                LIGHT: light,
                ANGLE: angle,
            }
            rows.append(own)
    return tuple(dict.fromkeys([FILE, *others, FIELD, LIGHT, ANGLE])), tuple(rows)
