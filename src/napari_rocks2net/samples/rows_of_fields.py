"""Rows of tables put together to fields: one name, one view a light and angle, one label a property."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from napari_rocks2net.samples.columns import (
    ANGLE,
    FIELD,
    FILE,
    GROUP,
    LIGHT,
    PIXEL_SIZE,
    REGION,
    VIEW_COLUMNS,
)
from napari_rocks2net.samples.csv_files.writing import angle_cell, pixel_size_cell
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.sample_row import SampleRow
from napari_rocks2net.samples.table import SampleTable
from napari_rocks2net.samples.table_making import table_from_rows
from napari_rocks2net.views import View, ViewError, check_field, guess_views


def rows_by_field(rows: Sequence[SampleRow]) -> list[SampleRow]:
    """Return rows whose fields have names of their own, and whose views agree about the labels.

    A name counts within its thin section. Where a field has several regions, each is a sample: the views of
    one have the same id, or without ids the same box.

    Parameters
    ----------
    rows : sequence of SampleRow
        As a table has them; those without a field are left as they are.

    Returns
    -------
    list of SampleRow
        In the same order. A label that one view has is that of all.

    Raises
    ------
    SampleError
        When two views of a field have one light and one angle, or two labels of a property.
    """
    named: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row.field:
            named[row.section, row.field].append(index)
    result = list(rows)
    for (section, field), members in named.items():
        name = f"{section}/{field}" if section else field
        samples = _regions_apart([(index, rows[index]) for index in members])
        for number, sample in enumerate(samples, start=1):
            own = name if len(samples) == 1 else f"{name} #{number}"
            labels = _labels_of_field([row for _, row in sample], own)
            for index, row in sample:
                result[index] = replace(row, field=own, labels=labels)
    return result


def _regions_apart(members: list[tuple[int, SampleRow]]) -> list[list[tuple[int, SampleRow]]]:
    """Return the rows of a field, or of each of its regions, told by ids or by views that come twice."""
    if any(row.region_id for _, row in members):
        by_id: defaultdict[str, list[tuple[int, SampleRow]]] = defaultdict(list)
        for index, row in members:
            by_id[row.region_id].append((index, row))
        return list(by_id.values())
    places = {(row.light, row.angle) for _, row in members}
    if len(places) == len(members):
        return [members]
    by_region: defaultdict[object, list[tuple[int, SampleRow]]] = defaultdict(list)
    for index, row in members:
        by_region[row.region.box if row.region else None].append((index, row))
    return list(by_region.values())


def _labels_of_field(rows: Sequence[SampleRow], name: str) -> Mapping[str, str]:
    """Return the labels of views together, or refuse those that cannot be of one field."""
    try:
        check_field([View(row.file, row.light, row.angle) for row in rows], f"The field {name!r}")
    except ViewError as error:
        raise SampleError(str(error)) from error
    labels: dict[str, str] = {}
    files: dict[str, str] = {}
    for row in rows:
        for key, label in row.labels.items():
            if labels.setdefault(key, label) != label:
                raise SampleError(
                    f"The field {name!r} is labelled {labels[key]!r} by {files[key]} and {label!r} by "
                    f"{row.file}: the views of a field have one label of a property; correct one of them."
                )
            files.setdefault(key, row.file)
    return labels


def fields_by_name(rows: Sequence[SampleRow], names: Sequence[str]) -> list[SampleRow]:
    """Return rows with the fields that their names tell, as far as a field is seen in several lights.

    Rows without a counterpart in another light are left as they are.

    Parameters
    ----------
    rows : sequence of SampleRow
        Without fields.
    names : sequence of str
        What each is called, with its folders.
    """
    guesses = guess_views(names)
    lights: defaultdict[str, set[str]] = defaultdict(set)
    for guess in guesses:
        lights[guess.field].add(guess.light)
    paired = {field for field, own in lights.items() if len(own) > 1 and "" not in own}
    return [
        replace(row, field=guess.field, light=guess.light, angle=guess.angle)
        if guess.field in paired
        else row
        for row, guess in zip(rows, guesses, strict=True)
    ]


def table_of_rows(
    rows: Sequence[SampleRow], properties: Sequence[str], own_groups: Sequence[str] | None = None
) -> SampleTable:
    """Return the `SampleTable` of rows, with columns of views where any has a light.

    Parameters
    ----------
    rows : sequence of SampleRow
        Labelled; their files are absolute.
    properties : sequence of str
        The columns that hold labels.
    own_groups : sequence of str, optional
        What the group of each is called where it is of no section and no field; by default its file.

    Raises
    ------
    SampleError
        See `table_from_rows`.
    """
    import pandas as pd

    files = [row.file for row in rows]
    columns = {
        FILE: files,
        REGION: pd.Series([row.region for row in rows], dtype=object),
        GROUP: [row.section or row.field or own for row, own in zip(rows, own_groups or files, strict=True)],
    }
    if any(row.light for row in rows) and not set(VIEW_COLUMNS) & set(properties):
        angles = [angle_cell(row.angle) for row in rows]
        columns |= {FIELD: [row.field for row in rows], LIGHT: [row.light for row in rows], ANGLE: angles}
    if any(row.pixel_size_um for row in rows):
        columns[PIXEL_SIZE] = [pixel_size_cell(row.pixel_size_um) for row in rows]
    labels = {name: [row.labels.get(name, "") for row in rows] for name in properties}
    return table_from_rows(pd.DataFrame(columns | labels), properties)
