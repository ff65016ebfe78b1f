"""Table of the cells of a map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.atomic_write import partial_path
from napari_rocks2net.samples.columns import (
    AREA_COLUMNS,
    CLASS_PREFIX,
    LABEL,
    PROBABILITY,
    PROPERTY,
    UNFAMILIAR,
)
from napari_rocks2net.slides.slide_map import PropertyMap, SlideMap
from napari_rocks2net.untrusted import csv_of

if TYPE_CHECKING:
    import pandas as pd

WINDOW_COLUMNS = ("y0", "x0", "y1", "x1")
WAY = "way"  # Column of how a cell was answered.


def write_cells(result: SlideMap, path: Path) -> Path:
    """Write one row for each answered cell and property, row of cells by row of cells.

    Parameters
    ----------
    result : SlideMap
        A map.
    path : Path
        The CSV; it is complete or not there.
    """
    partial = partial_path(path)
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            for row in range(result.grid.rows):
                stream.write(csv_of(_rows(result, row), header=not row))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _rows(result: SlideMap, row: int) -> pd.DataFrame:
    import pandas as pd

    tables = [_of_property(result, each, row) for each in result.properties]
    classes = dict.fromkeys(
        CLASS_PREFIX + name for each in result.properties for name in each.rock_property.classes
    )
    columns = ["row", "column", *WINDOW_COLUMNS, WAY, PROPERTY, LABEL, PROBABILITY]
    table = pd.concat(tables, ignore_index=True).sort_values("column", kind="stable")
    return table.reindex(columns=[*columns, UNFAMILIAR, *AREA_COLUMNS, *classes])


def _of_property(result: SlideMap, each: PropertyMap, row: int) -> pd.DataFrame:
    import pandas as pd

    cells = np.flatnonzero(each.answered[row])
    windows = np.array([result.grid.window(row, column) for column in cells.tolist()], int).reshape(-1, 4)
    probabilities = each.probabilities[row, cells].astype(float)
    labels = np.array(each.rock_property.classes, object)[probabilities.argmax(axis=1)] if len(cells) else []
    columns: dict[str, Any] = {
        "row": np.full(len(cells), row),
        "column": cells,
        **dict(zip(WINDOW_COLUMNS, windows.T, strict=True)),
        # The critical area of a dense answer is a rough place.
        WAY: np.where(result.dense[row, cells] == 1, "dense", "exact"),
        PROPERTY: each.rock_property.name,
        LABEL: labels,
        PROBABILITY: probabilities.max(axis=1, initial=0),
        UNFAMILIAR: each.unfamiliar[row, cells].astype(float),
        **dict(zip(AREA_COLUMNS, each.critical_areas[row, cells].astype(float).T, strict=True)),
        **{CLASS_PREFIX + name: probabilities[:, i] for i, name in enumerate(each.rock_property.classes)},
    }
    return pd.DataFrame(columns)
