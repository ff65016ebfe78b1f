"""Region layer: the Shapes layer with the regions of the annotated image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from napari.layers import Shapes
from qtpy.QtCore import QObject, Signal
from superqt.utils import qdebounced

from napari_rocks2net.annotation import AnnotatedImage, AnnotatedRegion, Vocabulary
from napari_rocks2net.annotation.region_shapes import ID, colours_of, features_of, regions_of, shapes_of
from napari_rocks2net.plugin.layers.mark import REGIONS, ImageMark
from napari_rocks2net.plugin.layers.shapes_region import FINISHED
from napari_rocks2net.plugin.layers.transforms import LayerTransform

# The time napari takes for text grows with the square of the number of shapes.
MAX_SHAPES_WITH_TEXT = 300
PAUSE_MS = 150
EDGE = 0.004
NO_TEXT = {"string": {"constant": ""}}


class RegionLayer(QObject):
    """Keeps a Shapes layer and the regions of one image in step.

    Signals
    -------
    edited : (key, regions)
        A person drew, moved, deleted or relabelled regions of an image; after a pause, or `flush`.
    message : (text)
        A sentence for the person.
    """

    edited = Signal(object, object)
    message = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.layer: Shapes | None = None
        self._image: AnnotatedImage | None = None
        self._vocabularies: tuple[Vocabulary, ...] = ()
        self._vocabulary: Vocabulary | None = None
        self._changing = False
        self._drawing = False
        self._size: tuple[int, int] | None = None
        self._read_soon = qdebounced(self._read, timeout=PAUSE_MS, parent=self)

    def make(self, transform: LayerTransform) -> Shapes:
        """Make the layer, in no viewer yet, where the image lies."""
        style = {"face_color": "transparent", "edge_width": 1, "opacity": 1.0}
        layer = Shapes(ndim=2, name=REGIONS, **style, **transform.keywords)
        ImageMark(kind=REGIONS).write(layer)
        layer.events.data.connect(self._touched)
        layer.events.features.connect(self._touched)
        self.layer = layer
        self._fill()
        return layer

    def forget(self) -> None:
        """Let go of a layer that left the viewer; what a person drew on it a moment ago is kept."""
        self.flush()
        self.layer = None

    def show(
        self,
        image: AnnotatedImage | None,
        vocabularies: tuple[Vocabulary, ...],
        vocabulary: Vocabulary | None,
    ) -> None:
        """Show the regions of an image, coloured by one property."""
        current = self._image.regions if self._image else ()
        same_image = (image and image.key) == (self._image and self._image.key)
        self._image, regions = image, image.regions if image else ()
        refill = not same_image or current != regions or vocabularies != self._vocabularies
        recolour = vocabulary != self._vocabulary
        self._vocabularies, self._vocabulary = vocabularies, vocabulary
        count = self.layer.nshapes if self.layer is not None else 0
        if refill and same_image and count == len(regions) and _outlines(regions) == _outlines(current):
            self._relabel()
        elif refill:
            self._fill()
        elif recolour:
            self._colour()

    @property
    def selected_ids(self) -> list[str]:
        """Ids of the selected regions; new ones get theirs now."""
        if self.layer is None or not self.layer.selected_data:
            return []
        self.flush()
        ids = self.layer.features[ID].tolist()
        return [ids[index] for index in sorted(self.layer.selected_data) if ids[index]]

    def flush(self) -> None:
        """Report what a person did since the last pause now."""
        if self._drawing:
            self._finish_drawing()
        self._read_soon.flush(restart_timer=False)

    def _touched(self, event: Any) -> None:
        """Follow napari: a shape is "adding" until its last corner is set, then "added"."""
        if self._changing or self.layer is None or self._image is None:
            return
        action = str(getattr(event, "action", "changed"))
        self._drawing = action == "adding"
        if action in FINISHED:
            self._read_soon()

    def _finish_drawing(self) -> None:
        """End a polygon whose last corner is not set yet."""
        self._drawing = False
        if self.layer is not None:
            mode, self.layer.mode = self.layer.mode, "pan_zoom"
            self.layer.mode = mode

    def _read(self) -> None:
        """Read the shapes as regions, and give new ones an id."""
        layer, image = self.layer, self._image
        if layer is None or image is None or self._drawing:
            return
        properties = [each.property for each in self._vocabularies]
        earlier = {region.id: region for region in image.regions}
        regions, ids = regions_of(layer.data, layer.shape_type, layer.features, properties, earlier)
        if "" in ids:
            self.message.emit("A line encloses nothing and is not kept: draw a rectangle or a polygon.")
        self._name(ids)
        self._colour()
        if tuple(regions) != image.regions:
            # The layer shows this already: filling it again would end what the person is doing.
            self._image = replace(image, regions=tuple(regions))
            self.edited.emit(image.key, tuple(regions))

    def _name(self, ids: list[str]) -> None:
        layer = self.layer
        if layer is None or layer.features.get(ID, None) is None:
            return
        if layer.features[ID].tolist() != ids:
            with self._own_change():
                layer.features = layer.features.assign(**{ID: ids})
                self._set_defaults(layer)

    def _fill(self) -> None:
        """Put the regions of the image into the layer, in place of what it shows."""
        layer = self.layer
        if layer is None:
            return
        if self._image is not None:
            # A table that is saved from layers takes from here which image the regions are of.
            ImageMark(kind=REGIONS, file=str(self._image.file), plane=self._image.plane).write(layer)
        regions: tuple[AnnotatedRegion, ...] = self._image.regions if self._image else ()
        columns = [ID, *(each.property for each in self._vocabularies)]
        if not regions and not layer.nshapes and list(layer.features) == columns:
            return
        ids = layer.features[ID].tolist() if ID in layer.features else []
        chosen = {ids[index] for index in layer.selected_data if index < len(ids)}
        with self._own_change():
            # Text first: it is laid out again with every change of the shapes.
            layer.text = NO_TEXT
            layer.data = shapes_of(regions)
            layer.features = features_of(regions, self._vocabularies)
            layer.current_edge_width = self._edge_width()
            layer.edge_width = self._edge_width()
            self._set_defaults(layer)
        self._colour()
        layer.selected_data = {index for index, region in enumerate(regions) if region.id in chosen}

    def _relabel(self) -> None:
        """Bring classes and colours in line; making thousands of shapes anew would take a second."""
        if self.layer is None or self._image is None:
            return
        with self._own_change():
            self.layer.features = features_of(self._image.regions, self._vocabularies)
            self._set_defaults(self.layer)
        self._colour()

    def _set_defaults(self, layer: Shapes) -> None:
        """Leave a new shape without a class, rather than with the one labelled last."""
        layer.feature_defaults = dict.fromkeys(layer.features.columns, "")

    def _colour(self) -> None:
        layer, vocabulary = self.layer, self._vocabulary
        if layer is None:
            return
        with self._own_change():
            layer.current_edge_color = colours_of([None], None)[0]
            if layer.nshapes == 0:
                return
            name = vocabulary.property if vocabulary else ""
            labels = layer.features[name].tolist() if name in layer.features else [None] * layer.nshapes
            layer.edge_color = colours_of(labels, vocabulary)
            has_text = name in layer.features and layer.nshapes <= MAX_SHAPES_WITH_TEXT
            string = {"feature": name} if has_text else NO_TEXT["string"]
            layer.text = {"string": string, "size": 12, "anchor": "upper_left", "color": "white"}

    def _edge_width(self) -> float:
        return max(max(self._size or (250,)) * EDGE, 1e-3)

    def set_image_size(self, size: tuple[int, int]) -> None:
        """Fit the thickness of the outlines to an image of (Y, X) pixels."""
        self._size = size

    @contextmanager
    def _own_change(self) -> Iterator[None]:
        before, self._changing = self._changing, True
        try:
            yield
        finally:
            self._changing = before


def _outlines(regions: Sequence[AnnotatedRegion]) -> list[tuple[str, object]]:
    return [(region.id, region.area) for region in regions]
