"""Layers of a slide's map: classes and confidence of each property, and one cell that was clicked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.class_colours import class_colours
from napari_rocks2net.plugin.layers.layer_place import lie_on
from napari_rocks2net.plugin.layers.mark import LayerMark
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.layers.transforms import LayerTransform
from napari_rocks2net.rock_properties import RockProperty

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image, Labels, Layer

    from napari_rocks2net.slides import Grid, SlideMap

CLASSES, CONFIDENCE, CELL = "slide map", "slide confidence", "slide cell"
OPACITY = 0.5
CELL_COLOURS = ("white", "#ffdd00")


@dataclass(frozen=True, kw_only=True)
class MapMark(LayerMark):
    """Mark of a layer of a map."""

    kinds = frozenset({CLASSES, CONFIDENCE, CELL})

    source: str = ""  # Unique id of the image layer that is mapped.
    plane: tuple[int, ...] = ()  # Position in its stack.
    property: str = ""  # The rock property; empty for the cell that was clicked.


class MapLayers:
    """The layers of one map, which fill as it grows."""

    def __init__(self, viewer: napari.viewer.Viewer, plane: ImagePlane, result: SlideMap) -> None:
        self._viewer, self.plane, self.result = viewer, plane, result
        self._remove_earlier()
        place = _cell_transform(plane, result.grid).keywords
        self.confidence: list[Image] = []
        self.classes: list[Labels] = []
        # The first property on top, and the others hidden: they lie on one another.
        for each in reversed(result.properties):
            self._add(each.rock_property, place, visible=each is result.properties[0])

    @property
    def shown_property(self) -> str:
        """The property whose classes lie on top of the others that are seen."""
        names = [each.rock_property.name for each in reversed(self.result.properties)]
        visible = [name for name, labels in zip(names, self.classes, strict=True) if labels.visible]
        return visible[-1] if visible else names[-1]

    def update(self) -> None:
        """Show what the map has become."""
        for labels, confidence, each in zip(
            self.classes, self.confidence, reversed(self.result.properties), strict=True
        ):
            if labels in self._viewer.layers:
                labels.data[:] = each.classes()
                labels.refresh()
            if confidence in self._viewer.layers:
                confidence.data[:] = np.nan_to_num(each.confidence())
                confidence.refresh()

    def show_cell(self, row: int, column: int, property: str) -> None:
        """Outline the window of a cell and its critical area.

        Parameters
        ----------
        row, column : int
            Of the cell.
        property : str
            Whose critical area.
        """
        from napari.layers import Shapes

        plane = self.plane
        place = plane.own_transform
        y0, x0, y1, x1 = self.result.grid.window(row, column)
        areas = [(y0, x0, y1, x1), tuple(self.result[property].critical_areas[row, column].tolist())]
        boxes = [place.points(_corners(area)) for area in areas if np.isfinite(area).all()]
        for layer in self._own(CELL):
            self._viewer.layers.remove(layer)
        outline = Shapes(
            boxes,
            shape_type="rectangle",
            edge_color=list(CELL_COLOURS[: len(boxes)]),
            face_color="transparent",
            edge_width=max(1.0, self.result.grid.field / 60),
            name=f"cell {row}, {column}",
            **place.keywords,
        )
        active = self._viewer.layers.selection.active
        self._mark(CELL).write(outline)
        lie_on(outline, plane.place, lambda: plane.own_transform)
        self._viewer.add_layer(outline)
        # The next click is one on the map again.
        self._viewer.layers.selection.active = active

    def cell_at(self, world: tuple[float, ...]) -> tuple[int, int] | None:
        """Return the row and column of the cell at a place of the world, None where there is none."""
        place = self.plane.own_transform
        position = np.append(np.asarray(world[-place.ndim :], float), 1.0)
        *planes, y, x, _ = np.linalg.solve(place.matrix, position)
        on_plane = np.allclose(planes, 0, atol=0.5)
        return self.result.grid.cell_at(y + 0.5, x + 0.5) if on_plane else None

    def _add(self, rock_property: RockProperty, place: dict[str, Any], *, visible: bool) -> None:
        name = rock_property.name
        cells = self.plane.own_transform.pixels(np.zeros(self.result.grid.shape, np.float32))
        labels = _class_layer(rock_property, cells, visible=visible, **place)
        confidence = _confidence_layer(name, cells, **place)
        for layer, kind in ((confidence, CONFIDENCE), (labels, CLASSES)):
            self._mark(kind, name).write(layer)
            lie_on(layer, self.plane.place, partial(_cell_transform, self.plane, self.result.grid))
            self._viewer.add_layer(layer)
        labels.editable = False
        self.classes.append(labels)
        self.confidence.append(confidence)

    def _remove_earlier(self) -> None:
        for layer in self._own(CLASSES, CONFIDENCE, CELL):
            self._viewer.layers.remove(layer)

    def _own(self, *kinds: str) -> list[Layer]:
        marks = [(layer, MapMark.of_own(layer, *kinds)) for layer in self._viewer.layers]
        place = self.plane.layer_id, self.plane.index
        return [layer for layer, mark in marks if mark is not None and (mark.source, mark.plane) == place]

    def _mark(self, kind: str, property: str = "") -> MapMark:
        return MapMark(kind=kind, source=self.plane.layer_id, plane=self.plane.index, property=property)


def _cell_transform(plane: ImagePlane, grid: Grid) -> LayerTransform:
    """Return the transform of a layer with one pixel for each cell, as the slide lies now."""
    # The first cell's centre, from edges to centres of pixels.
    centre = np.array(grid.origin) + grid.stride / 2 - 0.5
    return plane.own_transform.of_part(*centre).with_cells(grid.stride, grid.stride)


def _class_layer(rock_property: RockProperty, cells: np.ndarray, **keywords: Any) -> Labels:
    from napari.layers import Labels

    classes = ["none", *rock_property.classes]
    return Labels(
        cells.astype(np.uint16),
        name=f"map: {rock_property.name}",
        opacity=OPACITY,
        colormap=_colormap(rock_property),
        features={"index": range(len(classes)), "class": classes},
        **keywords,
    )


def _confidence_layer(name: str, cells: np.ndarray, **keywords: Any) -> Image:
    from napari.layers import Image

    return Image(
        cells.copy(),
        name=f"confidence: {name}",
        colormap="viridis",
        contrast_limits=(0, 1),
        opacity=OPACITY,
        visible=False,
        **keywords,
    )


def _colormap(rock_property: RockProperty) -> Any:
    from napari.utils.colormaps import CyclicLabelColormap
    from PIL import ImageColor

    colours = map(ImageColor.getrgb, class_colours(rock_property.classes).values())
    # A direct colormap makes napari compile code for seconds.
    return CyclicLabelColormap(colors=np.array([(0, 0, 0, 0), *((*each, 255) for each in colours)]) / 255)


def _corners(area: tuple[float, ...]) -> np.ndarray:
    y0, x0, y1, x1 = (value - 0.5 for value in area)
    return np.array([[y0, x0], [y0, x1], [y1, x1], [y1, x0]])
