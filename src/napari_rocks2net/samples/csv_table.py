"""Labelled images in a CSV: a column of files, one column per rock property, any group column."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.rock_properties import ROCK_PROPERTIES
from napari_rocks2net.samples.columns import FACT_PREFIX, OUTLINE_COLUMN, PLANE_COLUMN
from napari_rocks2net.samples.table import SampleError, SampleTable, join_samples, table_from_rows

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

ALL_PROPERTIES = "all"
# What a table that was exported from annotations says about a place besides its labels.
PLACE_COLUMNS = frozenset({"file", "region", OUTLINE_COLUMN, PLANE_COLUMN})


def samples_of_csv(path: Path, property: str | Sequence[str] | None, group: str | None) -> SampleTable:
    """Read a CSV with a column of files, one column per rock property and any group column.

    Parameters
    ----------
    path : Path
        The CSV, in UTF-8; its files are named relative to it.
    property : str or sequence of str, optional
        The columns that hold labels, `ALL_PROPERTIES` for those of the five rock properties; may be left
        out where only one column can.
    group : str, optional
        The column that names the thin section; without it every file is one of its own.

    Raises
    ------
    SampleError
        When the table, a column, a label or a file is missing or contradictory.
    """
    table = _read_table(path)
    _require_column(table, "file", path)
    names = _label_columns(table, property, group, path)
    unlabelled = int((table[names] == "").all(axis=1).sum())
    if unlabelled:
        logger.warning("%d of %d rows of %s have no %s.", unlabelled, len(table), path, ", ".join(names))
    return join_samples([_of_column(table, name, group, path) for name in names])


def _label_columns(
    table: pd.DataFrame, property: str | Sequence[str] | None, group: str | None, path: Path
) -> list[str]:
    if not property:
        return [_only_property(table, group, path)]
    if property == ALL_PROPERTIES:
        return _known_properties(table, path)
    names = [property] if isinstance(property, str) else list(property)
    for name in names:
        _require_column(table, name, path)
    return names


def _known_properties(table: pd.DataFrame, path: Path) -> list[str]:
    found = [name for name in ROCK_PROPERTIES if name in table.columns]
    if not found:
        raise SampleError(
            f"{path} has no column of the five rock properties ({', '.join(ROCK_PROPERTIES)}); "
            "name the columns that hold labels."
        )
    return found


def _of_column(table: pd.DataFrame, property: str, group: str | None, path: Path) -> SampleTable:
    import pandas as pd

    labelled = table[table[property] != ""]
    _require_no_planes(labelled, path)
    frame = pd.DataFrame({"file": [str(_beside(path, name)) for name in labelled["file"]]}, dtype=str)
    frame["label"] = labelled[property].to_numpy()
    frame["group"] = _table_groups(labelled, group, path)
    if "region" in table.columns:
        frame["region"] = labelled["region"].to_numpy()
    return table_from_rows(frame, property)


def _read_table(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True
        )
    except (ValueError, OSError) as error:
        raise SampleError(f"{path} cannot be read as a CSV in UTF-8: {str(error).splitlines()[0]}") from error
    table.columns = [str(column).strip() for column in table.columns]
    return table.apply(lambda column: column.str.strip())


def _require_column(table: pd.DataFrame, column: str, path: Path) -> None:
    if column not in table.columns:
        there = ", ".join(map(repr, table.columns))
        raise SampleError(f"{path} has no column {column!r}; its columns are {there}.")


def _only_property(table: pd.DataFrame, group: str | None, path: Path) -> str:
    columns = [
        name
        for name in table.columns
        if name not in PLACE_COLUMNS | {group} and not str(name).startswith(FACT_PREFIX)
    ]
    if len(columns) != 1:
        there = ", ".join(map(repr, columns)) or "none"
        raise SampleError(
            f"Name the property column of {path}; the columns that may hold labels are {there}."
        )
    return str(columns[0])


def _table_groups(table: pd.DataFrame, group: str | None, path: Path) -> list[str]:
    if group is None:
        return table["file"].tolist()
    _require_column(table, group, path)
    empty = table[table[group] == ""]
    if len(empty):
        raise SampleError(
            f"{len(empty)} rows of {path} have no {group!r}, the first is {empty['file'].iloc[0]!r}; "
            "fill the group in, or the same section could be trained and tested on."
        )
    return table[group].tolist()


def _require_no_planes(table: pd.DataFrame, path: Path) -> None:
    if PLANE_COLUMN in table.columns and (table[PLANE_COLUMN] != "").any():
        raise SampleError(
            f"{path} lists planes of stacks; train from the collection it was exported from, or save the "
            "planes as images."
        )


def _beside(table_path: Path, name: str) -> Path:
    return (table_path.parent / Path(name.replace("\\", "/"))).resolve()
