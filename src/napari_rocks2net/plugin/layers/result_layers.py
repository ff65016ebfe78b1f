"""The two result layers: build them, put them in the place of our earlier ones, update one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from napari_rocks2net.plugin.layers.result_table import (
    UNCLASSIFIED,
    PlaneResult,
    ResultRow,
    area_facts,
    result_colours,
    result_rows,
    rows_by_area,
    table,
    typed,
    unclassified_defaults,
)
from napari_rocks2net.plugin.layers.transforms import ResultFrame, common_frame

if TYPE_CHECKING:
    import napari
    import pandas as pd
    from napari.layers import Layer, Shapes

MARK = "rocks2net"
CRITICAL_AREAS = "critical areas"
PREDICTIONS = "predictions"
# The time napari takes for text grows with the square of the number of shapes.
MAX_SHAPES_WITH_TEXT = 1000
AREA_EDGE = 0.008
OUTLINE_EDGE = 0.003
TEXT = {"string": {"feature": "text"}, "anchor": "upper_left"}
# napari writes above the rectangle: several lines have to be small to stay in view.
TEXT_SIZE, SMALL_TEXT_SIZE = 14, 10


@dataclass(frozen=True, eq=False)
class ResultPair:
    """The layers of one run, and the lines that they were made from."""

    critical_areas: Shapes
    predictions: Shapes
    rows: tuple[ResultRow, ...]
    frame: ResultFrame


def build_result_pair(results: Sequence[PlaneResult]) -> ResultPair:
    """Make the two layers of one run, in no viewer yet.

    Parameters
    ----------
    results : sequence of PlaneResult
        At least one.
    """
    rows = result_rows(results)
    frame = common_frame([result.plane.transform for result in results])
    sharing = rows_by_area(rows)
    run = uuid4().hex
    areas = _shapes(
        [area_vertices(group[0], frame) for group in sharing],
        table([area_facts(group) for group in sharing], result_colours(rows)),
        rows,
        frame,
        AREA_EDGE,
        metadata=_mark(run, CRITICAL_AREAS, rows),
        name=CRITICAL_AREAS,
    )
    predictions = _shapes(
        [frame.from_image(row.plane.transform, row.plane.outline()) for row in rows],
        table([row.all_facts() for row in rows], result_colours(rows)),
        rows,
        frame,
        OUTLINE_EDGE,
        metadata=_mark(run, PREDICTIONS, rows),
        name=PREDICTIONS,
    )
    for layer in (areas, predictions):
        # A copy that the user makes carries the mark too, but not this id: it is theirs.
        layer.metadata[MARK]["layer"] = str(layer.unique_id)
    return ResultPair(areas, predictions, rows, frame)


def area_vertices(row: ResultRow, frame: ResultFrame) -> np.ndarray:
    """Return the corners of a line's critical area in the frame of the result layers, (4, D)."""
    assert row.prediction.critical_area is not None
    return frame.from_image(row.plane.transform, row.plane.vertices(row.prediction.critical_area))


def _mark(run: str, kind: str, rows: Sequence[ResultRow]) -> dict[str, Any]:
    sources = {row.number: row.plane.layer_id for row in rows}
    origins = {row.number: row.plane.origin for row in rows}
    return {MARK: {"run": run, "kind": kind, "sources": sources, "origins": origins}}


def _shapes(
    vertices: Sequence[np.ndarray],
    features: pd.DataFrame,
    rows: Sequence[ResultRow],
    frame: ResultFrame,
    edge: float,
    **names: Any,
) -> Shapes:
    from napari.layers import Shapes

    layer = Shapes(
        list(vertices) or None,
        ndim=frame.ndim,
        shape_type="rectangle",
        features=features,
        face_color="transparent",
        edge_width=edge * _longest_side(vertices),
        opacity=1.0,
        text=_text(features) if 0 < len(vertices) <= MAX_SHAPES_WITH_TEXT else None,
        **frame.keywords,
        **names,
    )
    layer.feature_defaults = unclassified_defaults(features)
    if len(vertices):
        colour_by_class(layer, result_colours(rows))
    return layer


def _text(features: pd.DataFrame) -> dict[str, Any]:
    several_lines = features["text"].str.contains("\n").any()
    return TEXT | {"size": SMALL_TEXT_SIZE if several_lines else TEXT_SIZE}


def colour_by_class(layer: Shapes, colours: Mapping[str, str]) -> None:
    """Colour the outlines by the column `label`, each class with its own colour."""
    from napari.utils.colormaps.standardize_color import transform_color

    layer.edge_color = "label"
    layer.edge_color_cycle_map = {name: transform_color(colour)[0] for name, colour in colours.items()}
    _refresh_style(layer)


def _refresh_style(layer: Shapes) -> None:
    """Bring colours and text in line with the features: changes in place are not noticed by themselves."""
    layer.refresh_colors()
    if np.size(layer.text.values) == layer.nshapes > 0:
        # Colours, not a mapping from class to colour: napari cannot duplicate a layer that has one.
        layer.text.color = layer.edge_color.copy()
    layer.refresh_text()


def _longest_side(vertices: Sequence[np.ndarray]) -> float:
    return max((float(np.ptp(corners, axis=0).max()) for corners in vertices), default=1.0)


def show_result_pair(viewer: napari.Viewer, pair: ResultPair) -> None:
    """Add the layers to the viewer, in place of what we said earlier about the same images.

    Earlier lines about other images stay, and so does every layer that is not ours.
    """
    sources = {row.plane.layer_id for row in pair.rows}
    for layer in [layer for layer in viewer.layers if is_result(layer)]:
        _remove_results(viewer, layer, sources)
    viewer.add_layer(pair.predictions)
    viewer.add_layer(pair.critical_areas)


def is_result(layer: Layer) -> bool:
    """Return whether a classification made this very layer; its name and type say nothing about that."""
    mark = layer.metadata.get(MARK)
    return isinstance(mark, dict) and mark.get("layer") == str(layer.unique_id) and "sources" in mark


def is_result_of(layer: Layer, kind: str) -> bool:
    """Return whether a layer is one of our `CRITICAL_AREAS` or `PREDICTIONS`."""
    return is_result(layer) and bool(layer.metadata[MARK]["kind"] == kind)


def _remove_results(viewer: napari.Viewer, layer: Layer, sources: set[str]) -> None:
    """Take the lines about some images out of one of our layers, and the layer if nothing is left."""
    source_of = layer.metadata[MARK]["sources"]
    left = {number: source for number, source in source_of.items() if source not in sources}
    if len(left) == len(source_of):
        return
    if not left:
        viewer.layers.remove(layer)
        return
    layer.metadata[MARK]["sources"] = left
    gone = [index for index, number in enumerate(layer.features["row"]) if number not in left]
    layer.selected_data = set(gone)
    layer.remove_selected()


def shape_of_row(layer: Shapes, number: int) -> int | None:
    """Return the index of the shape that shows a line, None if someone removed it."""
    found = np.flatnonzero(layer.features["row"].to_numpy() == number)
    return int(found[0]) if len(found) else None


def update_row(layer: Shapes, number: int, facts: Mapping[str, Any]) -> None:
    """Write new values for one line into the features, with its colour and its text."""
    index = shape_of_row(layer, number)
    if index is None:
        return
    for column, value in facts.items():
        layer.features.loc[index, column] = value
    _refresh_style(layer)
    layer.events.features()


def reset_foreign_shapes(layer: Shapes) -> int:
    """Blank the features of drawn or pasted shapes, which napari fills from the selected shape.

    Returns
    -------
    int
        How many shapes of the layer are not ours.
    """
    numbers = layer.features["row"]
    new = (numbers.duplicated() | numbers.isna()) & (numbers != -1)
    theirs = int((new | (numbers == -1)).sum())
    if not new.any():
        return theirs
    features = layer.features.copy()
    blank = unclassified_defaults(features)
    # Columns that napari turned into another type take any value first and their own type after.
    features = features.astype(dict.fromkeys(["label", "area by", "row", "probability"], object))
    for column, value in blank.items():
        features.loc[new, column] = value
    classes = [*layer.edge_color_cycle_map] or [UNCLASSIFIED]
    layer.features = typed(features, classes)
    layer.feature_defaults = blank
    _refresh_style(layer)
    return theirs
