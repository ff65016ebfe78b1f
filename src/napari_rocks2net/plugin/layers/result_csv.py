"""Predictions table writer: a result layer saves as CSV with its classes and probabilities.

napari's own CSV of shapes holds vertices alone.
"""

from __future__ import annotations

from typing import Any

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.plugin.layers.mark import ResultMark
from napari_rocks2net.plugin.layers.result_table import ResultRow

AREA_COLUMNS = ("area_y0", "area_x0", "area_y1", "area_x1")


def write_shapes_table(path: str, data: Any, meta: dict[str, Any]) -> list[str]:
    """Write a result layer as a table of its predictions; any other Shapes layer as napari does.

    Parameters
    ----------
    path : str
        A CSV; napari has asked before it is replaced.
    data : list of numpy.ndarray
        (N, D) vertices.
    meta : dict
        The layer's attributes, as napari hands them to writers.

    Returns
    -------
    list of str
        The file.
    """
    import pandas as pd
    from napari_builtins.io import napari_write_shapes  # type: ignore[import-untyped]

    mark = ResultMark.of(meta.get("metadata", {}))
    if mark is None:
        return [str(napari_write_shapes(path, data, meta))]
    numbers = dict.fromkeys(meta.get("features", {}).get("row", ()))
    table = pd.DataFrame([_columns(mark.rows[number]) for number in numbers if number in mark.rows])
    return [str(atomic_write(path, table.to_csv(index=False)))]


def _columns(row: ResultRow) -> dict[str, Any]:
    area = row.prediction.critical_area
    values = {name: value for name, value in row.all_columns().items() if name not in ("row", "text")}
    return values | (dict(zip(AREA_COLUMNS, area.box, strict=True)) if area is not None else {})
