"""Shapes of the result layers: their style, and the changes of single ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from napari.experimental import unlink_layers
from napari.layers import Shapes

from napari_rocks2net.class_colours import NO_CLASS_COLOUR
from napari_rocks2net.plugin.layers.result_table import (
    AREA_BY,
    CRITICAL_AREAS,
    ROW,
    ResultMark,
    ResultRow,
    area_columns,
    typed,
    unclassified_defaults,
)
from napari_rocks2net.plugin.layers.transforms import PLACE_EVENTS, ResultFrame, set_transform
from napari_rocks2net.samples.columns import LABEL, PROBABILITY

# The time napari takes for text grows with the square of the number of shapes.
MAX_SHAPES_WITH_TEXT = 1000
TEXT_COLOUR = "white"


def area_vertices(row: ResultRow, frame: ResultFrame) -> np.ndarray:
    """Return the corners of a row's critical area in the frame of the result layers, (4, D)."""
    assert row.prediction.critical_area is not None
    return frame.from_image(row.plane.transform, row.plane.vertices(row.prediction.critical_area))


def outline_vertices(row: ResultRow, frame: ResultFrame) -> np.ndarray:
    """Return the corners of a row's whole image in the frame of the result layers, (4, D)."""
    return frame.from_image(row.plane.transform, row.plane.outline())


def lie_in_frame(layer: Shapes, frame: ResultFrame) -> None:
    """Put one of our layers, and its shapes, where the images of its rows lie now."""
    mark = ResultMark.of_own(layer)
    if mark is None:
        return
    vertices_of = area_vertices if mark.kind == CRITICAL_AREAS else outline_vertices
    rows = [mark.rows.get(number) for number in layer.features[ROW]]
    before = list(layer.data)
    now = [
        corners if row is None else vertices_of(row, frame) for row, corners in zip(rows, before, strict=True)
    ]
    if not all(map(same_vertices, before, now)):
        stretch = longest_side(now) / longest_side(before)
        selected, widths = set(layer.selected_data), np.multiply(layer.edge_width, stretch)
        layer.data = now
        layer.edge_width, layer.selected_data = widths.tolist(), selected
    # Images that a person has linked with it would be moved along.
    unlink_layers([layer], set(PLACE_EVENTS))
    set_transform(layer, frame.transform)


def same_vertices(now: np.ndarray, corners: np.ndarray) -> bool:
    """Return whether napari, which keeps single precision, shows these corners."""
    return now.shape == corners.shape and np.array_equal(now, np.asarray(corners, now.dtype))


def longest_side(shapes: Sequence[np.ndarray]) -> float:
    """Return the longest extent of any of some shapes along an axis, 1 for none."""
    return max((float(np.ptp(corners, axis=0).max()) for corners in shapes), default=1.0)


def show_images(layer: Shapes, images: Collection[str]) -> None:
    """Draw the shapes about some images, and no others."""
    mark = ResultMark.of_own(layer)
    if mark is not None and mark.seen != frozenset(images):
        replace(mark, seen=frozenset(images)).write(layer)
        refresh_style(layer)


def hidden_shapes(layer: Shapes) -> set[int]:
    """Return the indices of the hidden shapes."""
    mark = ResultMark.of_own(layer)
    rows = [mark.rows.get(number) if mark is not None else None for number in layer.features[ROW]]
    visible = mark.seen if mark is not None else None
    return {
        index
        for index, row in enumerate(rows)
        if visible is not None and row is not None and row.plane.layer_id not in visible
    }


def refresh_style(layer: Shapes) -> None:
    """Give every shape the colour of its class, in its own property; what is not seen is transparent."""
    from napari.utils.colormaps.standardize_color import transform_color

    mark = ResultMark.of_own(layer)
    if mark is None or not layer.nshapes:
        return
    rows = [mark.rows.get(number) for number in layer.features[ROW]]
    names = [
        NO_CLASS_COLOUR
        if row is None
        else mark.colours.get(row.prediction.property, {}).get(row.prediction.label, NO_CLASS_COLOUR)
        for row in rows
    ]
    hidden = hidden_shapes(layer)
    colours, light = transform_color(names), transform_color([TEXT_COLOUR] * len(names))
    for array in (colours, light):
        array[list(hidden), 3] = 0
    layer.edge_color = colours
    if hidden and mark.kind == CRITICAL_AREAS and layer.nshapes <= MAX_SHAPES_WITH_TEXT:
        # A click takes the rectangle on top.
        layer.z_index = [int(index not in hidden) for index in range(layer.nshapes)]
    if np.size(layer.text.values) == layer.nshapes:
        layer.text.color = light
    layer.refresh_text()


def shape_of_row(layer: Shapes, number: int) -> int | None:
    """Return the index of the shape that shows a row, None if someone removed it."""
    indices = np.flatnonzero(layer.features[ROW].to_numpy() == number)
    return int(indices[0]) if len(indices) else None


def update_rows(layer: Shapes, rows: Sequence[ResultRow]) -> None:
    """Show new predictions in one of our layers, with their colours and texts."""
    mark = ResultMark.of_own(layer)
    if mark is None:
        return
    current = {row.number: row for row in rows if row.number in mark.rows}
    replace(mark, rows=mark.rows | current).write(layer)
    if mark.kind == CRITICAL_AREAS:
        columns = {rows[0].number: area_columns(rows)}
    else:
        columns = {row.number: row.all_columns() for row in rows}
    for number, values in columns.items():
        index = shape_of_row(layer, number)
        for column, value in values.items() if index is not None else ():
            layer.features.loc[index, column] = value
    refresh_style(layer)
    layer.events.features()


def restore_area(layer: Shapes, rows: Sequence[ResultRow], frame: ResultFrame) -> None:
    """Draw the critical area that rows share again, after it was removed."""
    _restore(layer, rows[0].number, area_vertices(rows[0], frame), area_columns(rows))


def restore_outline(layer: Shapes, row: ResultRow, frame: ResultFrame) -> None:
    """Draw the outline of an answer's image again, after it was removed."""
    _restore(layer, row.number, outline_vertices(row, frame), row.all_columns())


def _restore(layer: Shapes, number: int, vertices: np.ndarray, columns: Mapping[str, Any]) -> None:
    import pandas as pd

    mark = ResultMark.of_own(layer)
    if mark is None or shape_of_row(layer, number) is not None:
        return
    features, width = layer.features, layer.current_edge_width
    if len(layer.edge_width):
        width = layer.edge_width[0]
    layer.add_rectangles(vertices, edge_width=width)
    line = pd.DataFrame([columns], columns=features.columns, dtype=object)
    layer.features = typed(pd.concat([features.astype(object), line], ignore_index=True), mark.classes)
    refresh_style(layer)


def reset_foreign_shapes(layer: Shapes) -> int:
    """Blank the features of drawn or pasted shapes, which napari fills from the selected shape.

    Returns
    -------
    int
        How many shapes of the layer are not ours.
    """
    numbers = layer.features[ROW]
    new = (numbers.duplicated() | numbers.isna()) & (numbers != -1)
    foreign = int((new | (numbers == -1)).sum())
    if not new.any():
        if foreign:
            refresh_style(layer)
        return foreign
    features = layer.features.copy()
    blank = unclassified_defaults(features)
    # Columns that napari turned into another type take any value first and their own type after.
    features = features.astype(dict.fromkeys([LABEL, AREA_BY, ROW, PROBABILITY], object))
    for column, value in blank.items():
        features.loc[new, column] = value
    mark = ResultMark.of_own(layer)
    layer.features = typed(features, mark.classes if mark is not None else ())
    layer.feature_defaults = blank
    refresh_style(layer)
    return foreign
