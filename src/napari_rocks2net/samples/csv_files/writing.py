"""CSV of sample rows: what `read_csv_table` reads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

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
    SECTION,
    VIEW_COLUMNS,
)
from napari_rocks2net.samples.csv_files.region_cells import affine_cell, region_cells
from napari_rocks2net.samples.sample_row import SampleRow
from napari_rocks2net.untrusted import safe_cell


def csv_text(rows: Iterable[SampleRow], properties: Sequence[str]) -> str:
    """Return rows as the text of a CSV, with columns of outlines, planes and facts only where needed.

    Parameters
    ----------
    rows : iterable of SampleRow
        The rows.
    properties : sequence of str
        The columns that hold labels.
    """
    cells = [_row_cells(row) for row in rows]
    used = dict.fromkeys(name for row in cells for name, text in row.items() if text)
    optional = [OUTLINE, PLANE, PIXEL_SIZE, *VIEW_COLUMNS, REGION_ID, AFFINE]
    optional = [name for name in optional if name in used and name not in properties]
    facts = [name for name in used if name.startswith(FACT_PREFIX)]
    columns = [FILE, *properties, SECTION, REGION, *optional, *facts]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(map(safe_cell, columns))
    writer.writerows([safe_cell(row.get(name, "")) for name in columns] for row in cells)
    return buffer.getvalue()


def pixel_size_cell(micrometres: float | None) -> str:
    """Return a pixel size as tables show it; nothing where it is not known."""
    return "" if micrometres is None else f"{micrometres:.6g}"


def angle_cell(angle: float | None) -> str:
    """Return a stage angle as a cell shows it; nothing where it is not known."""
    return "" if angle is None else f"{angle:g}"


def _row_cells(row: SampleRow) -> dict[str, str]:
    cells = {FILE: row.file, SECTION: row.section, **row.labels, **region_cells(row.region)}
    facts = {f"{FACT_PREFIX}{name}": _text(value) for name, value in row.facts.items()}
    views = {FIELD: row.field, LIGHT: row.light, ANGLE: angle_cell(row.angle)}
    # A property of such a name was asked for.
    return (
        views
        | cells
        | {PLANE: ",".join(map(str, row.plane)), PIXEL_SIZE: pixel_size_cell(row.pixel_size_um)}
        | {REGION_ID: row.region_id, AFFINE: affine_cell(row.affine)}
        | facts
    )


def _text(value: Any) -> str:
    """Return a fact as a cell shows it; nothing for what is not known."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
