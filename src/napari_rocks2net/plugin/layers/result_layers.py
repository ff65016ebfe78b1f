"""Result layers: critical areas and predictions, built, shown, read and updated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from re import fullmatch
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import napari
import numpy as np
from napari.layers import Layer, Shapes

from napari_rocks2net.plugin.layers.caption_overlay import CAPTIONS
from napari_rocks2net.plugin.layers.mark import stored_colours
from napari_rocks2net.plugin.layers.result_shapes import (
    MAX_SHAPES_WITH_TEXT,
    area_vertices,
    longest_side,
    outline_vertices,
    refresh_style,
    same_vertices,
)
from napari_rocks2net.plugin.layers.result_table import (
    CAPTION,
    CRITICAL_AREAS,
    NO_COLOURS,
    PREDICTIONS,
    ROW,
    ClassColours,
    PlaneResult,
    ResultMark,
    area_columns,
    result_colours,
    result_rows,
    rows_by_area,
    table,
    unclassified_defaults,
)
from napari_rocks2net.plugin.layers.transforms import LayerTransform, ResultFrame, common_frame

if TYPE_CHECKING:
    import pandas as pd

AREA_EDGE = 0.008
OUTLINE_EDGE = 0.003
TEXT = {"string": {"feature": CAPTION}, "anchor": "upper_left"}
# napari writes above the rectangle: several lines have to be small to stay in view.
TEXT_SIZE, SMALL_TEXT_SIZE = 14, 10


@dataclass(frozen=True, eq=False)
class ResultPair:
    """The layers of one run, and the frame that their coordinates are in."""

    critical_areas: Shapes
    predictions: Shapes
    frame: ResultFrame


@dataclass(frozen=True, eq=False)
class _Content:
    """Content of one of the two layers: shapes, a line of the table for each, and the mark."""

    vertices: Sequence[np.ndarray]
    features: pd.DataFrame
    mark: ResultMark
    edge: float

    @property
    def edge_width(self) -> float:
        """Width of the outlines in pixels of the data."""
        return self.edge * longest_side(self.vertices)

    @property
    def text(self) -> dict[str, Any] | None:
        """What is written at the shapes, as napari takes it; None for none."""
        if not 0 < len(self.vertices) <= MAX_SHAPES_WITH_TEXT:
            return None
        several_lines = self.features[CAPTION].str.contains("\n").any()
        # Captions are written on the images, where they have a background.
        return TEXT | {"size": SMALL_TEXT_SIZE if several_lines else TEXT_SIZE, "visible": not CAPTIONS}


def build_result_pair(results: Sequence[PlaneResult], stored: ClassColours = NO_COLOURS) -> ResultPair:
    """Make the two layers of one run, in no viewer yet."""
    frame = common_frame([result.plane.transform for result in results])
    areas, predictions = (_new_layer(content, frame) for content in _contents(results, stored, frame))
    return ResultPair(areas, predictions, frame)


def _contents(
    results: Sequence[PlaneResult], stored: ClassColours, frame: ResultFrame
) -> tuple[_Content, _Content]:
    """Return what the critical areas and the predictions show."""
    rows = result_rows(results)
    colours = result_colours(rows, stored)
    mark = ResultMark(
        kind=CRITICAL_AREAS, run=uuid4().hex, rows={row.number: row for row in rows}, colours=colours
    )
    sharing = rows_by_area(rows)
    areas = _Content(
        [area_vertices(group[0], frame) for group in sharing],
        table([area_columns(group) for group in sharing], mark.classes),
        mark,
        AREA_EDGE,
    )
    predictions = _Content(
        [outline_vertices(row, frame) for row in rows],
        table([row.all_columns() for row in rows], mark.classes),
        replace(mark, kind=PREDICTIONS),
        OUTLINE_EDGE,
    )
    return areas, predictions


def _new_layer(content: _Content, frame: ResultFrame) -> Shapes:
    layer = Shapes(
        list(content.vertices) or None,
        ndim=frame.ndim,
        shape_type="rectangle",
        features=content.features,
        face_color="transparent",
        edge_width=content.edge_width,
        opacity=1.0,
        text=content.text,
        name=content.mark.kind,
        **frame.transform.keywords,
    )
    layer.feature_defaults = unclassified_defaults(content.features)
    content.mark.write(layer)
    refresh_style(layer)
    return layer


def _refill(layer: Shapes, content: _Content) -> None:
    """Let a layer show something else: napari takes much longer to remove it and to add another."""
    old = ResultMark.of_own(layer)
    replace(content.mark, seen=old.seen if old is not None else None).write(layer)
    count = len(content.vertices)
    with layer.events.features.blocker(), layer.events.properties.blocker():
        if layer.nshapes != count or not all(map(same_vertices, layer.data, content.vertices)):
            layer.data = [(corners, "rectangle") for corners in content.vertices]
            layer.face_color = "transparent"
            layer.edge_width = [content.edge_width] * count
        layer.features = content.features
        layer.feature_defaults = unclassified_defaults(content.features)
        layer.text = content.text
    layer.selected_data = set()
    refresh_style(layer)
    layer.events.features()


def show_in_layers(viewer: napari.Viewer, results: Sequence[PlaneResult]) -> ResultPair:
    """Show results in place of earlier ones about the same images or fields, in their layers or new ones.

    Earlier rows about other images stay, and so does every layer that is not ours, or that a person gave a
    name of their own.
    """
    # In 3-D display napari cannot change flat shapes.
    viewer.dims.ndisplay = 2
    stored = stored_colours(viewer.layers)
    frame = common_frame([result.plane.transform for result in results])
    views = (view for result in results for view in (result.plane, *result.plane.other_views))
    sources = {view.layer_id for view in views}
    pair = _earlier_pair(viewer, sources, frame)
    present = (pair.critical_areas, pair.predictions) if pair is not None else ()
    for layer, mark in _own_layers(viewer):
        if layer not in present:
            _remove_results(viewer, layer, mark, sources)
    if pair is None:
        pair = build_result_pair(results, stored)
        viewer.add_layer(pair.predictions)
        viewer.add_layer(pair.critical_areas)
        return pair
    for layer, content in zip(present, _contents(results, stored, frame), strict=True):
        _refill(layer, content)
    _raise_layers(viewer, pair)
    return pair


def _own_layers(viewer: napari.Viewer) -> Iterator[tuple[Any, ResultMark]]:
    """Yield our result layers whose names are ours, and their marks."""
    for layer in list(viewer.layers):
        mark = ResultMark.of_own(layer)
        if mark is not None and fullmatch(rf"{mark.kind}( \[\d+\])?", layer.name):
            # Plugins get napari's objects in a wrapper, which nothing holds.
            yield getattr(layer, "__wrapped__", layer), mark


def _earlier_pair(viewer: napari.Viewer, sources: Collection[str], frame: ResultFrame) -> ResultPair | None:
    """Return the last two layers of one run that are about none but some images and lie where they should."""
    runs: dict[str, dict[str, Any]] = {}
    for layer, mark in _own_layers(viewer):
        about = {row.plane.layer_id for row in mark.rows.values()}
        if about <= set(sources) and LayerTransform.of(layer).same_as(frame.transform):
            runs.setdefault(mark.run, {})[mark.kind] = layer
    pairs = [
        ResultPair(layers[CRITICAL_AREAS], layers[PREDICTIONS], frame)
        for layers in runs.values()
        if len(layers) == 2
    ]
    return pairs[-1] if pairs else None


def _raise_layers(viewer: napari.Viewer, pair: ResultPair) -> None:
    """Put the two layers on top, where new ones would be, unless no other layer covers them."""
    if list(viewer.layers)[-2:] != [pair.predictions, pair.critical_areas]:
        for layer in (pair.predictions, pair.critical_areas):
            viewer.layers.move(viewer.layers.index(layer), len(viewer.layers))
    viewer.layers.selection.active = pair.critical_areas


def _remove_results(viewer: napari.Viewer, layer: Layer, mark: ResultMark, sources: Collection[str]) -> None:
    """Take the rows about some images out of one of our layers, and the layer if nothing is left."""
    left = {number: row for number, row in mark.rows.items() if row.plane.layer_id not in sources}
    if len(left) == len(mark.rows):
        return
    if not left:
        viewer.layers.remove(layer)
        return
    replace(mark, rows=left).write(layer)
    layer.selected_data = {index for index, number in enumerate(layer.features[ROW]) if number not in left}
    layer.remove_selected()
