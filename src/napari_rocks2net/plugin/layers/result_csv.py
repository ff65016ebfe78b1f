"""Predictions table writer: results save as the table that the command `predict` writes.

napari's own CSV of shapes holds vertices alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.plugin.layers.result_table import CRITICAL_AREAS, ResultMark, ResultRow, rows_by_area

if TYPE_CHECKING:
    from napari_rocks2net.plugin.layers.image_planes import ImagePlane


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
    from napari_builtins.io import napari_write_shapes  # type: ignore[import-untyped]

    mark = ResultMark.of(meta.get("metadata", {}))
    if mark is None:
        return [str(napari_write_shapes(path, data, meta))]
    return [str(write_predictions(path, _rows(mark, set(meta.get("features", {}).get("row", ())))))]


def write_predictions(path: str | Path, rows: Iterable[ResultRow]) -> Path:
    """Write predictions as `predict` does: class, area and all probabilities of each property and image.

    Parameters
    ----------
    path : str or pathlib.Path
        The CSV; an existing file is replaced.
    rows : iterable of ResultRow
        In the order of the table.

    Returns
    -------
    pathlib.Path
        The file.
    """
    from napari_rocks2net.evaluation.tables import prediction_row, prediction_table, write_table

    return write_table(
        prediction_table(prediction_row(_file(row.plane), row.prediction) for row in rows), path
    )


def _rows(mark: ResultMark, numbers: Collection[int]) -> Iterator[ResultRow]:
    """Yield the rows whose shapes are in a layer; those that share a critical area share its shape."""
    groups = rows_by_area(mark.rows.values()) if mark.kind == CRITICAL_AREAS else zip(mark.rows.values())
    return (row for group in groups if group[0].number in numbers for row in group)


def _file(plane: ImagePlane) -> str:
    """Return the file and the plane in it, or the layer's name where there is no file."""
    name, index = plane.origin or (plane.name, plane.index)
    return replace(plane, name=name, index=index).title
