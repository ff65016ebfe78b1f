"""Prediction tables: one row per image and property."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from napari_rocks2net.atomic_write import atomic_write

if TYPE_CHECKING:
    from napari_rocks2net.classify import Prediction

AREA_COLUMNS = ("area_y0", "area_x0", "area_y1", "area_x1")
COLUMNS = ("file", "property", "label", "probability", *AREA_COLUMNS)


def prediction_row(file: str | Path, prediction: Prediction) -> dict[str, Any]:
    """Return one row of `predictions.csv`.

    Parameters
    ----------
    file : str or pathlib.Path
        The image's path or name, written as it is.
    prediction : Prediction
        What the classifier said about it.

    Returns
    -------
    dict
        ``file, property, label, probability, area_y0, area_x0, area_y1, area_x1`` (pixels; None for
        one-stream models) and one ``p_<class>`` per class.
    """
    area = prediction.critical_area
    edges = area.box if area is not None else (None,) * len(AREA_COLUMNS)
    return {
        "file": str(file),
        "property": prediction.property,
        "label": prediction.label,
        "probability": prediction.probability,
        **dict(zip(AREA_COLUMNS, edges, strict=True)),
        **{f"p_{name}": value for name, value in prediction.probabilities.items()},
    }


def prediction_table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return rows of `prediction_row` as a table; a class that a model does not know is left empty.

    Parameters
    ----------
    rows : iterable of dict
        Rows of one or of several models.
    """
    listed = list(rows)
    return pd.DataFrame(listed) if listed else pd.DataFrame(columns=list(COLUMNS))


def write_table(table: pd.DataFrame, path: str | Path) -> Path:
    """Write a table as CSV in UTF-8, whole or not at all.

    Parameters
    ----------
    table : pandas.DataFrame
        The rows; the index is left out, numbers keep six digits.
    path : str or pathlib.Path
        The CSV; missing folders are made, an existing file is replaced.

    Returns
    -------
    pathlib.Path
        The file written.
    """
    return atomic_write(path, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
