"""Predictions table writer: results save as the table that the command `predict` writes.

napari's own CSV of shapes holds vertices alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from napari_rocks2net.atomic_write import partial_path
from napari_rocks2net.plugin.layers.result_table import (
    CRITICAL_AREAS,
    ROW,
    ResultMark,
    ResultRow,
    rows_by_area,
)
from napari_rocks2net.rock_properties import RockProperty


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
    return [str(write_predictions(path, _rows(mark, set(meta.get("features", {}).get(ROW, ())))))]


def write_predictions(path: str | Path, rows: Iterable[ResultRow]) -> Path:
    """Write predictions as `predict` does: class, area and all probabilities of each property and image.

    An image of no file has its layer's name, and no row says which model file it is of.

    Parameters
    ----------
    path : str or pathlib.Path
        The CSV; an existing file is replaced.
    rows : iterable of ResultRow
        In the order of the table.

    Raises
    ------
    ValueError
        If there is no row.
    """
    from napari_rocks2net.evaluation.tables import PredictionFile

    listed = list(rows)
    if not listed:
        raise ValueError("There are no predictions to save; classify an image first.")
    # Two models may know one property by different classes.
    class_lists = dict.fromkeys(
        (row.prediction.property, tuple(row.prediction.probabilities)) for row in listed
    )
    properties = [RockProperty(name, classes) for name, classes in class_lists]
    partial = partial_path(Path(path))
    table = PredictionFile(partial, properties, {each.name: "" for each in properties})
    try:
        for row in listed:
            file, index = row.plane.origin or (row.plane.name, row.plane.index)
            table.append(file, {row.prediction.property: row.prediction}, index)
        return partial.replace(path)
    finally:
        table.close()
        partial.unlink(missing_ok=True)


def _rows(mark: ResultMark, numbers: Collection[int]) -> Iterator[ResultRow]:
    """Yield the rows whose shapes are in a layer; those that share a critical area share its shape."""
    groups = rows_by_area(mark.rows.values()) if mark.kind == CRITICAL_AREAS else zip(mark.rows.values())
    return (row for group in groups if group[0].number in numbers for row in group)
