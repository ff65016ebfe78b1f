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

import codecs
import csv
import dataclasses
import io
import logging
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from napari_rocks2net.pixel_scale import PixelSize
from napari_rocks2net.samples.columns import (
    AFFINE,
    FACT_PREFIX,
    FILE,
    OUTLINE,
    PIXEL_SIZE,
    PLANE,
    REGION,
    REGION_ID,
    VIEW_COLUMNS,
    find_column,
)
from napari_rocks2net.samples.encodings import code_page_of, is_utf_7
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.region import Region
from napari_rocks2net.samples.region_cells import parse_plane, parse_region
from napari_rocks2net.samples.view_columns import light_columns, one_row_a_view
from napari_rocks2net.untrusted import parse_json, plain_cell
from napari_rocks2net.views import LIGHTS, ViewError, light_of, parse_angle

logger = logging.getLogger(__name__)

DELIMITERS = (",", ";", "\t", "|")
# What Excel writes above a table to say how it is separated.
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
# What a person writes above a table whose letters may be several.
ENCODING_LINE = re.compile(
    rb'[\s"#]*encoding\s*[=:]\s*([A-Za-z0-9_.:-]+)[";,\t ]*(?:\r\n?|\n)', re.IGNORECASE
)
# Lines such as a title in merged cells, above the header.
MOST_TITLES = 10
# What keeps the zeros of a number in Excel: ="015".
TEXT_FORMULA = re.compile(r'="([^"]*)"')
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0e-\x1f]")


Affine = tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True)
class SampleRow:
    """Row of a sample table, its cells understood.

    Attributes
    ----------
    file : str
        As the table names it, with "/" between folders.
    section : str
        The thin section; empty when the row does not say.
    labels : mapping of str
        Property -> class, without empty cells.
    region : Region or None
        None for the whole image.
    plane : tuple of int
        The plane of a stack; empty for an image of one plane.
    facts : mapping
        What else is known about the region: numbers, true or false, and texts.
    field : str
        The field that the photo shows; empty where the table does not say.
    light : str
        One of `napari_rocks2net.views.LIGHTS`, or empty.
    angle : float or None
        Of the stage, in degrees.
    pixel_size_um : float or None
        Micrometres a pixel of the image; None where it is not known.
    region_id : str
        What the rows of one region on several views of a field share; empty where the table does not say.
    affine : tuple of tuple of float, or None
        How the view lies in its field, see `napari_rocks2net.samples.columns.AFFINE`; None where the table
        does not say.
    """

    file: str
    section: str = ""
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    region: Region | None = None
    plane: tuple[int, ...] = ()
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    field: str = ""
    light: str = ""
    angle: float | None = None
    pixel_size_um: float | None = None
    region_id: str = ""
    affine: Affine | None = None


@dataclass(frozen=True)
class CsvTable:
    """CSV in memory: a header and cells without the spaces around them.

    Attributes
    ----------
    path : Path
        Where it was read from.
    columns : tuple of str
        The header.
    cells : tuple of dict
        Column -> text of every row.
    decimal_comma : bool
        Whether numbers may be written "0,5", as where cells are not separated by commas.
    """

    path: Path
    columns: tuple[str, ...]
    cells: tuple[dict[str, str], ...]
    decimal_comma: bool = False

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
        views = {} if set(names) & set(VIEW_COLUMNS) else self._view_columns
        return [self._row(cells, file, names, group, views) for cells in self.cells]

    def _row(
        self,
        cells: dict[str, str],
        file: str,
        names: Mapping[str, str],
        section: str | None,
        views: Mapping[str, str],
    ) -> SampleRow:
        try:
            box, outline, plane_text = (cells[name] if name else "" for name in self._places)
            plane = parse_plane(plane_text)
            region = parse_region(box, outline, plane)
            view = self._view({name: cells[column] for name, column in views.items()})
            pixel_size = self._length(cells)
            affine = _affine(cells[self._affines]) if self._affines else None
        except ValueError as error:
            raise SampleError(
                f"{self.path}: the row of {cells[file]!r} cannot be read ({error}); correct it."
            ) from error
        return SampleRow(
            file=cells[file].replace("\\", "/"),
            section=cells[section] if section else "",
            labels={name: cells[column] for name, column in names.items() if cells[column]},
            region=region,
            plane=plane,
            facts={
                name[len(FACT_PREFIX) :]: self._fact(text)
                for name, text in cells.items()
                if text and name.lower().startswith(FACT_PREFIX)
            },
            **view,
            pixel_size_um=pixel_size,
            region_id=cells[self._region_ids] if self._region_ids else "",
            affine=affine,
        )

    def _view(self, cells: dict[str, str]) -> dict[str, Any]:
        """Return field, light and angle; without a light rows are no views, whatever is called a field."""
        field, light, angle = (cells.get(name, "") for name in VIEW_COLUMNS)
        if not light:
            return {}
        known_light = light_of(light)
        if field and not known_light:
            raise ViewError(f"{light!r:.60} is none of the lights {', '.join(LIGHTS)}")
        return {"field": field, "light": known_light, "angle": self._angle(angle, field)}

    def _angle(self, text: str, field: str) -> float | None:
        """Return the stage angle; of photos that are no views of a field it may be any other."""
        try:
            return parse_angle(text, decimal_comma=self.decimal_comma)
        except ViewError:
            if field:
                raise
            return None

    @cached_property
    def _view_columns(self) -> dict[str, str]:
        """How the header spells those columns of field, light and angle that it has."""
        named = {name: find_column(self.columns, name) for name in VIEW_COLUMNS}
        return {name: column for name, column in named.items() if column}

    @cached_property
    def _places(self) -> tuple[str | None, ...]:
        """How the header spells the columns of box, outline and plane; None where it has none."""
        return tuple(find_column(self.columns, name) for name in (REGION, OUTLINE, PLANE))

    @cached_property
    def _lengths(self) -> str | None:
        """How the header spells the column of pixel sizes; None where it has none."""
        return find_column(self.columns, PIXEL_SIZE)

    @cached_property
    def _region_ids(self) -> str | None:
        """How the header spells the column of names of regions; None where it has none."""
        return find_column(self.columns, REGION_ID)

    @cached_property
    def _affines(self) -> str | None:
        """How the header spells the column of affines; None where it has none."""
        return find_column(self.columns, AFFINE)

    def _length(self, cells: Mapping[str, str]) -> float | None:
        """Return the pixel size of a row; ValueError for what is no positive number."""
        text = cells[self._lengths] if self._lengths else ""
        number = text.replace(",", ".") if self.decimal_comma else text
        return PixelSize(float(number), str(self._lengths)).micrometres if text else None

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


def _affine(text: str) -> Affine | None:
    """Return how a view lies in its field; ValueError for what is no two rows of three numbers."""
    if not text:
        return None
    try:
        (a, b, y), (c, d, x) = (tuple(map(float, line.split(","))) for line in text.split(";"))
    except ValueError:
        raise ValueError(f"{text!r:.80} is no affine a,b,y;c,d,x") from None
    return (a, b, y), (c, d, x)


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
        delimiter, text = _dialect(_decoded(path, encoding))
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


def _decoded(path: Path, encoding: str | None) -> str:
    content = path.read_bytes()
    if line := ENCODING_LINE.match(content):
        content, encoding = content[line.end() :], encoding or line[1].decode("ascii")
    if encoding and codecs.lookup(encoding).name != "utf-8" and _is_utf_8(content):
        logger.warning("%s is in UTF-8 by its letters, and read in %s, as was asked for.", path, encoding)
    text = content.decode(encoding or _encoding_of(content, path))
    if CONTROL_CHARACTERS.search(text):
        raise ValueError("it holds characters that are no text")
    # Old programs of the Mac end lines with a carriage return alone.
    text = text if "\n" in text else text.replace("\r", "\n")
    return text.lstrip("\ufeff")


def _encoding_of(content: bytes, path: Path) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in content[:2]:
        return "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    if content.isascii() and is_utf_7(content):
        raise ValueError("its letters may be those of utf-7")
    if content.isascii() or _is_utf_8(content):
        return "utf-8-sig"
    encoding = code_page_of(content)
    logger.warning(
        "%s is not in UTF-8; its letters are taken for those of %s: if wrong, save it in UTF-8.",
        path,
        encoding,
    )
    return encoding


def _is_utf_8(content: bytes) -> bool:
    """Tell whether letters beyond ASCII are there, and those of UTF-8."""
    try:
        return not content.isascii() and bool(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return False


def _dialect(text: str) -> tuple[str, str]:
    """Return how cells are separated, and the text from its header on.

    A line that only says how, and titles above the header, are no part of the table.
    """
    delimiters: tuple[str, ...] = DELIMITERS
    text = text.lstrip("\r\n")
    first, _, below = text.partition("\n")
    if line := SEPARATOR_LINE.fullmatch(first):
        text, delimiters = below, (line[1],)
    lines = text.split("\n", MOST_TITLES)
    for above, line_of_text in enumerate(lines[:MOST_TITLES]):
        headers = {each: next(csv.reader([line_of_text], delimiter=each), []) for each in delimiters}
        naming = [each for each in delimiters if _names_files(headers[each])]
        if naming:
            return max(naming, key=lambda each: len(headers[each])), "\n".join(lines[above:])
    return max(delimiters, key=lambda each: len(next(csv.reader(lines[:1], delimiter=each), []))), text


def _names_files(header: Sequence[str]) -> bool:
    return find_column(header, FILE) is not None or len(light_columns(header)) > 1


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
