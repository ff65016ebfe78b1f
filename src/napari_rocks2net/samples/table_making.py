"""Sample tables made of rows, checked and joined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples.columns import FILE, FRAME_COLUMNS, REGION, VIEW_COLUMNS
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.region import area_of
from napari_rocks2net.samples.table import SampleTable
from napari_rocks2net.samples.table_checks import (
    require_files,
    require_one_group_a_file,
    require_one_label_a_picture,
    warn_of_names_alike,
    warn_of_programs_words,
)

if TYPE_CHECKING:
    import pandas as pd


def table_from_rows(frame: pd.DataFrame, properties: str | Sequence[str]) -> SampleTable:
    """Make a checked table.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows with the columns of `SampleTable`; ``region`` may be left out, and rows without a label are.
        Rows that say different properties of one image or region become one.
    properties : str or sequence of str
        The columns that hold labels.

    Returns
    -------
    SampleTable
        Names of thin sections or classes that differ by case, leading zeros or (of sections) a word for the
        light alone are logged.

    Raises
    ------
    SampleError
        When a property has no label, a file is missing, one image or region has two labels of a property, or
        one file stands in two groups (its thin section could then be on both sides of a split).
    """
    names = [properties] if isinstance(properties, str) else list(properties)
    _require_names(names)
    frame = frame[(frame[names] != "").any(axis=1)].reset_index(drop=True)
    for name in names:
        if not (frame[name] != "").any():
            raise SampleError(f"There is no labelled image for {name!r}; label some images first.")
    if REGION not in frame:
        frame.insert(1, REGION, None)
    require_files(frame[FILE].unique().tolist())
    require_one_group_a_file(frame)
    frame = complement_rows(frame, names) if len(names) > 1 else frame
    classes = {name: tuple(sorted(set(frame[name]) - {""})) for name in names}
    table = SampleTable(frame, tuple(RockProperty(*each) for each in classes.items()))
    require_one_label_a_picture(table, {}, {})
    warn_of_names_alike(table)
    warn_of_programs_words(table)
    return table


def join_samples(tables: Sequence[SampleTable]) -> SampleTable:
    """Put samples of several properties together, for a network that names them all.

    Parameters
    ----------
    tables : sequence of SampleTable
        An image may be in any of them, always in the same group; no property in two.

    Raises
    ------
    SampleError
        When a property comes twice, or a file stands in two groups.
    """
    import pandas as pd

    names = [name for table in tables for name in table.names]
    _require_names(names)
    empty = dict.fromkeys(names, "")
    frames = [table.frame.assign(**empty | dict(table.frame[table.names].items())) for table in tables]
    joint = pd.concat(frames, ignore_index=True)
    views = [column for column in VIEW_COLUMNS if column in joint]
    joint[views] = joint[views].fillna("")
    return table_from_rows(joint, names)


def complement_rows(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Put rows together that say different properties of one area; a row that is listed twice stays two.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of a `SampleTable`.
    names : sequence of str
        The columns that hold labels.

    Returns
    -------
    pandas.DataFrame
        In the same order, what is put together in the place of its first row; the index counts from 0.
    """
    labels = frame[names].to_numpy(object)
    first: list[int] = []
    rows_of: dict[Any, list[int]] = {}
    for row, area in enumerate(map(area_of, frame[FILE], frame[REGION])):
        others = rows_of.setdefault(area, [])
        free = (other for other in others if not ((labels[other] != "") & (labels[row] != "")).any())
        if (other := next(free, None)) is None:
            others.append(row)
            first.append(row)
        else:
            labels[other] = [own or added for own, added in zip(labels[other], labels[row], strict=True)]
    return frame.assign(**dict(zip(names, labels.T, strict=True))).iloc[first].reset_index(drop=True)


def _require_names(names: Sequence[str]) -> None:
    if len(set(names)) < len(names) or not names:
        raise SampleError(f"Each property can be learnt once, not {', '.join(names) or 'none'}.")
    if reserved := FRAME_COLUMNS.intersection(names):
        raise SampleError(f"A property cannot be named {min(reserved)!r} in a table of samples; rename it.")
