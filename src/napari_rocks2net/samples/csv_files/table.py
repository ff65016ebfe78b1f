"""CSV of labelled samples: its one reader and its one writer.

A table has a column ``file`` (relative to the table), one column a property, any column that names the thin
section, and where they are needed ``region`` ("y0,x0,y1,x1" in pixels, empty for the whole image),
``region_outline`` ("y,x;y,x;..." of what is no upright rectangle), ``stack_plane``, ``pixel_size_um``
(micrometres a pixel) and ``feature:...`` for other facts about regions. Rows that are views of one field have
the same ``field``, and each its ``light`` and, where the stage was turned, its ``angle``; its regions on them
the same ``region_id``, and registered views a ``view_affine``. Instead of ``file``
a table may have a column of files for each light: ``ppl``, ``xpl``.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from napari_rocks2net.pixel_scale import PixelSize
from napari_rocks2net.samples.columns import (
    AFFINE,
    ANGLE,
    FACT_PREFIX,
    FIELD,
    FILE,
    LIGHT,
    OUTLINE,
    PIXEL_SIZE,
    PLANE,
    REGION,
    REGION_ID,
    VIEW_COLUMNS,
    find_column,
)
from napari_rocks2net.samples.csv_files.decoding import decoded_text, delimiter_and_table
from napari_rocks2net.samples.csv_files.region_cells import parse_affine, parse_plane, parse_region
from napari_rocks2net.samples.csv_files.view_columns import one_row_a_view
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.sample_row import SampleRow
from napari_rocks2net.untrusted import parse_json, plain_cell
from napari_rocks2net.views import LIGHTS, ViewError, light_of, parse_angle

# What keeps the zeros of a number in Excel: ="015".
TEXT_FORMULA = re.compile(r'="([^"]*)"')
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
PLACE_COLUMNS = (REGION, OUTLINE, PLANE, PIXEL_SIZE, REGION_ID, AFFINE)


@dataclass(frozen=True)
class CsvTable:
    """CSV in memory: a header and cells without the spaces around them."""

    path: Path
    """Where it was read from."""
    columns: tuple[str, ...]
    """The header."""
    cells: tuple[dict[str, str], ...]
    """Column -> text of every row."""
    decimal_comma: bool = False
    """Whether numbers may be written "0,5", as where cells are not separated by commas."""

    def column(self, name: str) -> str:
        """Return how the header spells a column; SampleError when it has none of the name."""
        column = find_column(self.columns, name)
        if column is None:
            names = ", ".join(map(repr, self.columns))
            raise SampleError(f"{self.path} has no column {name!r}; its columns are {names}.")
        return column

    def rows(self, properties: Sequence[str], section: str | None = None) -> list[SampleRow]:
        """Return every row in its order, its cells understood.

        Parameters
        ----------
        properties : sequence of str
            The columns that hold labels.
        section : str, optional
            The column that names the thin section.

        Raises
        ------
        SampleError
            When a column is missing, or a cell cannot be understood; the row's file is named.
        """
        file = self.column(FILE)
        names = {name: self.column(name) for name in properties}
        group = None if section is None else self.column(section)
        views = () if set(names) & set(VIEW_COLUMNS) else VIEW_COLUMNS
        spellings = {name: find_column(self.columns, name) for name in (*PLACE_COLUMNS, *views)}
        rows = []
        for cells in self.cells:
            own = {name: cells[column] if column else "" for name, column in spellings.items()}
            try:
                known = self._known(own)
            except ValueError as error:
                raise SampleError(
                    f"{self.path}: the row of {cells[file]!r} cannot be read ({error}); correct it."
                ) from error
            rows.append(
                SampleRow(
                    file=cells[file].replace("\\", "/"),
                    section=cells[group] if group else "",
                    labels={name: cells[column] for name, column in names.items() if cells[column]},
                    facts=self._facts(cells),
                    **known,
                )
            )
        return rows

    def _known(self, own: Mapping[str, str]) -> dict[str, Any]:
        """Return what the columns of ours say about a row; ValueError for what cannot be understood."""
        plane = parse_plane(own[PLANE])
        return {
            "plane": plane,
            REGION: parse_region(own[REGION], own[OUTLINE], plane),
            PIXEL_SIZE: self._length(own[PIXEL_SIZE]),
            REGION_ID: own[REGION_ID],
            "affine": parse_affine(own[AFFINE]),
            **self._view(own),
        }

    def _view(self, own: Mapping[str, str]) -> dict[str, Any]:
        """Return field, light and angle; without a light rows are no views, whatever is called a field."""
        field, light, angle = (own.get(name, "") for name in VIEW_COLUMNS)
        if not light:
            return {}
        known_light = light_of(light)
        if field and not known_light:
            raise ViewError(f"{light!r:.60} is none of the lights {', '.join(LIGHTS)}")
        return {FIELD: field, LIGHT: known_light, ANGLE: self._angle(angle, field)}

    def _angle(self, text: str, field: str) -> float | None:
        """Return the stage angle; of photos that are no views of a field it may be any other."""
        try:
            return parse_angle(text, decimal_comma=self.decimal_comma)
        except ViewError:
            if field:
                raise
            return None

    def _length(self, text: str) -> float | None:
        """Return the pixel size of a row; ValueError for what is no positive number."""
        number = text.replace(",", ".") if self.decimal_comma else text
        return PixelSize(float(number), PIXEL_SIZE).micrometres if text else None

    def _facts(self, cells: Mapping[str, str]) -> dict[str, Any]:
        return {
            name[len(FACT_PREFIX) :]: self._fact(text)
            for name, text in cells.items()
            if text and name.lower().startswith(FACT_PREFIX)
        }

    def _fact(self, text: str) -> Any:
        """Return the number, true or false that a cell shows, else its text."""
        if self.decimal_comma and DECIMAL_COMMA.fullmatch(text):
            text = text.replace(",", ".")
        try:
            value = parse_json(text)
            # JSON has no word for infinity, and a collection could not be saved with it.
            return value if isinstance(value, (int, float)) and math.isfinite(value) else text
        except (ValueError, OverflowError):
            return text


def read_csv_table(path: Path, rows: int | None = None, encoding: str | None = None) -> CsvTable:
    """Read a CSV as any program writes it.

    Cells may be separated by commas, semicolons, tabs or bars, with Excel's line "sep=;" or a few lines of
    titles above the one that has a column "file"; the text may be UTF-8 or UTF-16, with or without a byte
    order mark, what its first line says ("encoding=cp1253"), or where its letters leave no doubt one of the
    code pages of `code_page_of`.

    Parameters
    ----------
    path : Path
        The file.
    rows : int, optional
        How many rows to read at most; all when left out.
    encoding : str, optional
        One of Python's names of encodings, such as "cp1253"; found out when left out.

    Returns
    -------
    CsvTable
        Without rows of empty cells.

    Raises
    ------
    SampleError
        When the file is missing, empty or no text, its letters may be several, a column comes twice, or a row
        has another number of cells than the header.
    """
    try:
        delimiter, text = delimiter_and_table(decoded_text(path, encoding))
        source = io.StringIO(text, newline="")
        reader = csv.reader(source, delimiter=delimiter, skipinitialspace=True, strict=True)
        filled = ([_plain(cell.strip()) for cell in line] for line in reader if any(map(str.strip, line)))
        lines = list(islice(filled, None if rows is None else rows + 1))
    except (OSError, ValueError, LookupError, csv.Error) as error:
        raise SampleError(
            f"{path} cannot be read as a CSV ({error}); save it as one in UTF-8, or name its encoding by "
            "--encoding or in a line above its header, such as encoding=cp1252."
        ) from error
    if not lines:
        raise SampleError(f"{path} cannot be read as a CSV: it is empty.")
    columns = _header(lines[0], path)
    cells = tuple(_cells(line, columns, number, path) for number, line in enumerate(lines[1:], start=2))
    columns, cells = one_row_a_view(columns, cells)
    return CsvTable(path, columns, cells, decimal_comma=delimiter != ",")


def table_columns(path: Path) -> tuple[str, ...]:
    """Return the column names of a CSV in their order; none if it cannot be read."""
    try:
        return read_csv_table(path, rows=0).columns
    except SampleError:
        return ()


def _plain(cell: str) -> str:
    match = TEXT_FORMULA.fullmatch(cell)
    return match[1].strip() if match else plain_cell(cell)


def _header(line: list[str], path: Path) -> tuple[str, ...]:
    while line and not line[-1]:
        line = line[:-1]
    for name in line:
        if name and line.count(name) > 1:
            raise SampleError(f"{path} has the column {name!r} twice; rename one.")
    return tuple(line)


def _cells(line: list[str], columns: tuple[str, ...], number: int, path: Path) -> dict[str, str]:
    # Excel ends lines with the separators of columns that are empty.
    if len(line) < len(columns) or any(line[len(columns) :]):
        raise SampleError(
            f"Row {number} of {path} has {len(line)} cells and the first row {len(columns)}; correct the row."
        )
    return dict(zip(columns, line, strict=False))
