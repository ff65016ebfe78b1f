"""Fields on the command line: listed in a table, or put together by the names of the photos."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.cli.console import print_note

if TYPE_CHECKING:
    from napari_rocks2net.views import Field

TABLE_SUFFIX = ".csv"


def is_table(path: Path) -> bool:
    """Tell whether a path is that of a table that lists photos."""
    return path.suffix.lower() == TABLE_SUFFIX


def fields_of_table(path: Path, encoding: str | None = None) -> list[Field]:
    """Return the fields that a table lists, those photos that are views of none each by itself.

    Parameters
    ----------
    path : Path
        A CSV with the column ``file``, or one for each light; see `napari_rocks2net.samples.csv_files.table`.
    encoding : str, optional
        See `read_csv_table`.

    Raises
    ------
    SampleError
        When it is no such table, or views contradict each other.
    """
    from napari_rocks2net.samples import read_csv_table, rows_by_field
    from napari_rocks2net.samples.columns import likely_section_column
    from napari_rocks2net.samples.located import FileFinder
    from napari_rocks2net.views import Field, View

    table = read_csv_table(path, encoding=encoding)
    rows = rows_by_field(table.rows([], likely_section_column(table.columns)))
    find = FileFinder(path.parent).find
    views: defaultdict[str, list[View]] = defaultdict(list)
    for row in rows:
        view = View(find(row.file), row.light, row.angle, row.pixel_size_um)
        views[row.field or row.file].append(view)
    return [Field(tuple(own), name) for name, own in views.items()]


def fields_by_name(files: Sequence[Path], examples: Sequence[str]) -> list[Field]:
    """Return the fields that the names of photos tell, and say how many have several views.

    Parameters
    ----------
    files : sequence of Path
        The photos.
    examples : sequence of str
        How a person's own names say the light; see `napari_rocks2net.views.parse_examples`.

    Raises
    ------
    ViewError
        When the examples make no rule.
    """
    from napari_rocks2net.views import Field, View, guess_views, parse_examples

    rule = parse_examples(examples) if examples else None
    views: defaultdict[str, list[View]] = defaultdict(list)
    for file, guess in zip(files, guess_views(list(map(str, files)), rule), strict=True):
        views[guess.field].append(View(file, guess.light, guess.angle))
    several = sum(len(own) > 1 for own in views.values())
    print_note(
        f"By their names {len(files)} photos are of {len(views)} fields, {several} with several views."
    )
    return [Field(tuple(own), name) for name, own in views.items()]
