"""View of the results: areas, outlines and captions of the images that a person sees, and of no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

import napari.viewer
from napari.layers import Image, Layer

from napari_rocks2net.plugin.layers.caption_overlay import FONT_SIZE, TILE_FONT_SIZE, annotate_image
from napari_rocks2net.plugin.layers.image_planes import shown_step
from napari_rocks2net.plugin.layers.layer_place import LayerPlace
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.layers.result_layers import ResultPair
from napari_rocks2net.plugin.layers.result_shapes import hidden_shapes, lie_in_frame, show_images
from napari_rocks2net.plugin.layers.result_table import ResultMark, ResultRow, rows_by_area, shown_rows
from napari_rocks2net.plugin.layers.seen_images import seen_images
from napari_rocks2net.plugin.layers.transforms import ResultFrame, common_frame

FOLLOWED = ("visible", "opacity", "blending", "features", "inserted", "removed", "reordered")
"""Events of layers, and of their list, that change what is seen."""


class ResultView:
    """Keeps the two layers of one run, and the captions on the images, in step with what is seen.

    In grid view the rectangles are drawn on the images' own tiles, and the two layers are hidden: each would
    have a tile of its own without an image.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where the layers are.
    pair : ResultPair
        The two.
    frame_changed : callable
        Called with the frame of their coordinates before the shapes follow an image that lies elsewhere.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        pair: ResultPair,
        frame_changed: Callable[[ResultFrame], None] = lambda frame: None,
    ) -> None:
        self._viewer = ref(viewer)
        self._layers = (ref(pair.critical_areas), ref(pair.predictions))
        self._hidden_in_grid: list[Any] = []
        self._busy = False
        self._frame_changed, self._places = frame_changed, set[LayerPlace]()
        self._connections = (
            (viewer.layers.events, self._layers_changed),
            (viewer.layers.selection.events.changed, self.update),
            (viewer.canvas.grid.events.enabled, self.update),
            (viewer.canvas.grid.events.stride, self.update),
            (viewer.dims.events.current_step, self.update),
            (pair.critical_areas.selected_data.events.items_changed, self._keep_unseen_out),
        )
        for events, callback in self._connections:
            events.connect(callback)
        self.update()

    def stop(self) -> None:
        """Follow no more, and take the captions away."""
        for events, callback in self._connections:
            events.disconnect(callback)
        for place in self._places:
            place.moved.disconnect(self._lie_on_images)
        if (viewer := self._viewer()) is not None:
            for image in self._images(viewer):
                annotate_image(image, "")

    def planes(self) -> list[ImagePlane]:
        """Return what the results are about, every view of a field."""
        viewer = self._viewer()
        return [] if viewer is None else [each for row in self._rows(viewer) for each in row.plane.views]

    def update(self, event: object = None) -> None:
        """Show what belongs to the images that are seen now."""
        viewer = self._viewer()
        if viewer is None or self._busy:
            return
        self._busy = True
        try:
            self._hide_in_grid(viewer)
            self._follow_places(viewer)
            fields = [row.plane for row in self._rows(viewer)]
            planes = {plane.layer_id: plane for field in fields for plane in field.views}
            visible = {
                layer_id
                for image in seen_images(viewer)
                if (plane := planes.get(layer_id := str(image.unique_id))) is None or plane.is_shown_by(image)
            }
            # The answer to a field lies on its first view, and is that of every view of it.
            seen = {field.layer_id for field in fields for plane in field.views if plane.layer_id in visible}
            for layer in self._own(viewer):
                show_images(layer, set() if viewer.canvas.grid.enabled else visible | seen)
            for image in self._images(viewer):
                self._annotate(viewer, image, str(image.unique_id) in visible)
        finally:
            self._busy = False

    def _follow_places(self, viewer: Any) -> None:
        """Hear of it when an image that the results are about lies elsewhere."""
        places = {row.plane.place for row in self._rows(viewer)}
        for place in self._places - places:
            place.moved.disconnect(self._lie_on_images)
        for place in places - self._places:
            place.moved.connect(self._lie_on_images)
        self._places = places

    def _lie_on_images(self) -> None:
        """Let the shapes lie where their images lie now."""
        viewer = self._viewer()
        layers = self._own(viewer) if viewer is not None else []
        marks = [mark for layer in layers if (mark := ResultMark.of_own(layer)) is not None]
        places = {row.plane.place: None for mark in marks for row in mark.rows.values()}
        if places:
            frame = common_frame([place.transform for place in places])
            self._frame_changed(frame)
            for layer in layers:
                lie_in_frame(layer, frame)

    def _annotate(self, viewer: Any, image: Image, visible: bool) -> None:
        visible_layers = [each for each in self._own(viewer) if each.visible or each in self._hidden_in_grid]
        rows = [
            row for row in self._rows(viewer) if visible and visible_layers and _is_about(row, viewer, image)
        ]
        if not viewer.canvas.grid.enabled:
            annotate_image(image, "\n".join(row.prediction.caption() for row in rows), (), FONT_SIZE)
            return
        # A tile has little room: the panel names the properties.
        areas = [
            row.plane.vertices(area)
            for row, *_ in rows_by_area(rows)
            if (area := row.prediction.critical_area)
        ]
        annotate_image(image, "\n".join(str(row.prediction) for row in rows), areas, TILE_FONT_SIZE)

    def _hide_in_grid(self, viewer: Any) -> None:
        if viewer.canvas.grid.enabled and not self._hidden_in_grid:
            self._hidden_in_grid = [layer for layer in self._own(viewer) if layer.visible]
            for layer in self._hidden_in_grid:
                layer.visible = False
        elif not viewer.canvas.grid.enabled and self._hidden_in_grid:
            hidden, self._hidden_in_grid = self._hidden_in_grid, []
            for layer in hidden:
                layer.visible = True

    def _layers_changed(self, event: Any) -> None:
        """Layers tell of everything by one event; an image may have been given another photo."""
        replaced = event.type in ("metadata", "data") and isinstance(event.sources[0], Image)
        if replaced or event.type in FOLLOWED:
            self.update()

    def _keep_unseen_out(self, event: object = None) -> None:
        """Let no rectangle be moved or deleted that is not to be seen."""
        layer = self._layers[0]()
        if layer is not None and (unseen := hidden_shapes(layer) & set(layer.selected_data)):
            layer.selected_data = set(layer.selected_data) - unseen

    def _own(self, viewer: Any) -> list[Any]:
        return [layer for each in self._layers if (layer := each()) is not None and layer in viewer.layers]

    def _rows(self, viewer: Any) -> list[Any]:
        """Return the rows that the predictions show, or all where someone deleted that layer."""
        layers: list[Layer] = self._own(viewer)
        marks = [mark for layer in layers if (mark := ResultMark.of_own(layer)) is not None]
        return shown_rows(layers) or [row for mark in marks[:1] for row in mark.rows.values()]

    def _images(self, viewer: Any) -> list[Any]:
        """Return the images that the results are about."""
        ids = {each.layer_id for row in self._rows(viewer) for each in row.plane.views} | self._annotated
        self._annotated = ids
        return [layer for layer in viewer.layers if str(layer.unique_id) in ids]

    _annotated: frozenset[str] | set[str] = frozenset()


def _is_about(row: ResultRow, viewer: Any, image: Image) -> bool:
    """Return whether a row is about what an image shows; on tiles side by side the first view has it."""
    index = shown_step(viewer, image)
    views = row.plane.views[:1] if viewer.canvas.grid.enabled else row.plane.views
    return any(
        # Colours of a small photo are an axis to napari, but none of the stack's.
        view.layer_id == str(image.unique_id) and view.index == index[: len(view.index)]
        for view in views
    )
