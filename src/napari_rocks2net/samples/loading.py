"""Loading of labelled samples from a CSV or a folder with one folder per class."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from napari_rocks2net.rock_properties import ROCK_PROPERTIES
from napari_rocks2net.samples.columns import (
    FILE,
    LABEL,
    PROBABILITY,
    PROPERTY,
    SPLIT,
    find_column,
    likely_section_column,
    property_columns,
)
from napari_rocks2net.samples.csv_files.table import CsvTable, read_csv_table
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.folder import samples_of_folder
from napari_rocks2net.samples.located import FileFinder
from napari_rocks2net.samples.rows_of_fields import rows_by_field, table_of_rows
from napari_rocks2net.samples.sample_row import SampleRow
from napari_rocks2net.samples.table import SampleTable
from napari_rocks2net.samples.table_checks import warn_of_parts
from napari_rocks2net.untrusted import is_file, is_folder

logger = logging.getLogger(__name__)

ALL_PROPERTIES = "all"


def load_samples(
    path: str | Path,
    property: str | Sequence[str] | None = None,
    group: str | None = None,
    encoding: str | None = None,
) -> SampleTable:
    r"""Read labelled images from a folder or a CSV.

    Parameters
    ----------
    path : str or Path
        A folder with one folder per class (searched to any depth), or a CSV with a ``file`` column (paths
        relative to the CSV), one column per rock property and any group column; see
        `napari_rocks2net.samples.csv_files.table` for its other columns, such as those of views, and for what
        programs may write.
    property : str or sequence of str, optional
        The column that holds the labels. May be left out when the CSV has only one that can; for a
        folder it names the property, by default after the folder. Several columns of a CSV give samples of
        several properties, for a network that names them all; `ALL_PROPERTIES` means the columns named
        after the five rock properties. Any of their cells may be empty.
    group : str, optional
        For a CSV the column that names the thin section. For a folder a regular expression with one
        bracketed part, searched in the path below the class folder: ``r"sample_(\d+)_"`` makes
        ``sample_15_a.jpg`` and ``sample_15_b.jpg`` one thin section. Without it every file is a thin
        section of its own, which inflates the score when there are several photos of one section.
    encoding : str, optional
        Of a CSV; see `read_csv_table`.

    Returns
    -------
    SampleTable
        Rows of the CSV without a label for these properties are left out, and their number is logged.

    Raises
    ------
    SampleError
        When the table, a column, a label or a file is missing or contradictory.
    """
    path = Path(path).expanduser().absolute()
    if is_folder(path):
        if property == ALL_PROPERTIES or not isinstance(property, str | None):
            raise SampleError(f"{path} is a folder, which holds one property; give a CSV with a column each.")
        return samples_of_folder(path.resolve(), property, group)
    if not is_file(path):
        raise SampleError(f"{path} does not exist; give a folder with one folder per class or a CSV file.")
    return _samples_of_csv(path, property, group, encoding)


class SampleSource(Protocol):
    """Something that a `SampleTable` can be read from, frozen when it was asked for."""

    def load(self, images: Path) -> SampleTable:
        """Read the samples.

        Raises
        ------
        ValueError
            When there is nothing to train on; one sentence that says why.
        """


@dataclass(frozen=True)
class TableSource:
    """CSV, or folder with one folder for each class."""

    path: Path
    """The file or folder."""
    property: str | None = None
    group: str | None = None
    """See `load_samples`."""

    def load(self, images: Path) -> SampleTable:
        """Read the samples; see `SampleSource.load`."""
        return load_samples(self.path, self.property, self.group)


def _samples_of_csv(
    path: Path, property: str | Sequence[str] | None, group: str | None, encoding: str | None
) -> SampleTable:
    table = read_csv_table(path, encoding=encoding)
    table.column(FILE)
    names = _label_columns(table, property, group)
    if LABEL in names and {PROBABILITY, PROPERTY} <= set(table.columns):
        logger.warning(
            "%s is a table of predictions: its labels are a model's, unless a person corrected each.",
            path,
        )
    rows = table.rows(names, group)
    if (parts := find_column(table.columns, SPLIT)) and parts not in (*names, group):
        section = group or likely_section_column(table.columns)
        named = table.rows([], section)
        warn_of_parts(
            path,
            parts,
            [(row.file, row.section, cells[parts]) for row, cells in zip(named, table.cells, strict=True)],
        )
    try:
        labelled = _labelled(rows_by_field(rows), names, path)
        _require_sections(labelled, group)
        find = FileFinder(path.parent).find
        located = [replace(row, file=find(row.file)) for row in labelled]
        return table_of_rows(located, names, [row.file for row in labelled])
    except SampleError as error:
        raise SampleError(f"{path}: {error}") from error


def _label_columns(table: CsvTable, property: str | Sequence[str] | None, group: str | None) -> list[str]:
    if property == ALL_PROPERTIES:
        names = [name for name in ROCK_PROPERTIES if find_column(table.columns, name)]
        if not names:
            raise SampleError(
                f"{table.path} has no column of the five rock properties ({', '.join(ROCK_PROPERTIES)}); "
                "name the columns that hold labels."
            )
        return names
    if property:
        return [property] if isinstance(property, str) else list(property)
    columns = property_columns(table.columns, find_column(table.columns, group) if group else None)
    if len(columns) != 1:
        candidates = ", ".join(map(repr, columns)) or "none"
        raise SampleError(
            f"Name the property column of {table.path}; the columns that may hold labels are {candidates}."
        )
    return list(columns)


def _labelled(rows: Sequence[SampleRow], names: Sequence[str], path: Path) -> list[SampleRow]:
    """Return the rows that have a label, and log how many have none or come twice."""
    labelled = [row for row in rows if row.labels]
    if len(labelled) < len(rows):
        unlabelled = len(rows) - len(labelled)
        logger.warning("%d of %d rows of %s have no %s.", unlabelled, len(rows), path, ", ".join(names))
    different = {(row.file, row.region, *sorted(row.labels.items())) for row in labelled}
    if more := len(labelled) - len(different):
        logger.warning("%d rows of %s stand there once more, and count once more.", more, path)
    return labelled


def _require_sections(rows: Sequence[SampleRow], group: str | None) -> None:
    if any(row.plane for row in rows):
        raise SampleError(
            "it lists planes of stacks; train from the collection it was exported from, or save the "
            "planes as images."
        )
    unnamed = [row.file for row in rows if not row.section]
    if group is not None and unnamed:
        raise SampleError(
            f"{len(unnamed)} rows have no {group!r}, the first is {unnamed[0]!r}; fill the group in, or the "
            "same section could be trained and tested on."
        )
