"""Annotation layers: the image that is annotated, and its regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import napari
import numpy as np
from napari.layers import Image, Layer
from qtpy.QtCore import QObject
from superqt.utils import qdebounced

from napari_rocks2net.annotation import (
    AnnotatedImage,
    AnnotatedRegion,
    AnnotationCollection,
    ImageKey,
    with_regions,
)
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.annotation.field_regions import unplaced_views
from napari_rocks2net.annotation.image_files import read_pixels
from napari_rocks2net.plugin.annotate.image_cache import ImageCache
from napari_rocks2net.plugin.annotate.keys import key_actions, region_key_actions
from napari_rocks2net.plugin.annotate.region_layer import RegionLayer
from napari_rocks2net.plugin.layers.layer_files import transform_for
from napari_rocks2net.plugin.layers.mark import ANNOTATED_IMAGE, ImageMark
from napari_rocks2net.plugin.layers.transforms import LayerTransform, set_transform
from napari_rocks2net.plugin.work.keys import bind_keys
from napari_rocks2net.untrusted import is_file

AHEAD = 2
SHARE_OF_CANVAS = 0.95


class AnnotatedLayers(QObject):
    """Shows the current image of an annotator in a viewer; touches no layer that it did not make."""

    def __init__(self, viewer: napari.Viewer, annotator: Annotator, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._annotator = annotator
        self._pictures = ImageCache(read_pixels, self)
        self._closed = False
        self.image: Image | None = None
        self.regions = RegionLayer(self)
        self.regions.edited.connect(self._regions_edited)
        self.regions.message.connect(annotator.message.emit)
        annotator.selected_regions = lambda: self.regions.selected_ids
        annotator.before_change = self.regions.flush
        # Showing waits until the key that labelled is dealt with: labelling stays quick.
        self._show_soon = qdebounced(self.show_current, timeout=0, parent=self)
        annotator.current_changed.connect(self._leave_image)
        annotator.collection_changed.connect(self._collection_changed)
        annotator.property_changed.connect(lambda: self._collection_changed(None, annotator.collection))
        self._pictures.ready.connect(self._picture_ready)
        viewer.layers.events.removed.connect(self._layer_removed)

    def _leave_image(self) -> None:
        self.regions.flush()
        self._show_soon()

    def show_current(self) -> None:
        """Show the current image as soon as it is read; those after it are read ahead."""
        key = self._annotator.current
        if key is None:
            self._remove_layers()
            return
        picture = self._pictures.picture(key)
        if picture is not None:
            self._show(key, picture)
        self._pictures.read_ahead(self._following(key))

    def close(self) -> None:
        """Keep what was drawn a moment ago, and take our layers out of the viewer."""
        self._closed = True
        self._show_soon.cancel()
        self.regions.flush()
        self._viewer.layers.events.removed.disconnect(self._layer_removed)
        self._pictures.close()
        self._remove_layers()

    def _following(self, key: ImageKey) -> Sequence[ImageKey]:
        order = self._annotator.order()
        start = order.index(key) + 1 if key in order else 0
        return order[start : start + AHEAD]

    def _picture_ready(self, key: ImageKey, picture: Any) -> None:
        if key != self._annotator.current or self._closed:
            return
        if isinstance(picture, Exception):
            self._show_nothing(key, picture)
        else:
            self._show(key, picture)

    def _show_nothing(self, key: ImageKey, error: Exception) -> None:
        """Hide what another image showed; the labels of this one can still be read and changed."""
        for layer in (self.image, self.regions.layer):
            if layer is not None:
                layer.visible = False
        self.regions.show(self._annotator.image(key), *self._vocabularies())
        self._annotator.message.emit(
            f"{error}" if is_file(key.file) else f"{key.file} is missing; its labels are kept."
        )

    def _show(self, key: ImageKey, picture: np.ndarray) -> None:
        image = self._annotator.image(key)
        if image is None:
            return
        self.regions.set_image_size(picture.shape[:2])
        others = [layer for layer in self._viewer.layers if layer is not self.image]
        transform = transform_for(key, others, self._annotator.links)
        before = self._corners(self.image)
        self._set_picture(image, picture, transform)
        self._place_regions(transform)
        self._show_regions()
        # A person who zoomed in to compare photos of one size keeps the view.
        now = self._corners(self.image)
        if before is None or now is None or not np.allclose(before, now):
            self._fit_to_view()

    def _fit_to_view(self) -> None:
        """Show the whole picture; napari's ``fit_to_view`` raises beside layers of more axes."""
        assert self.image is not None
        viewer = self._viewer
        if viewer.dims.ndim == self.image.ndim:
            viewer.fit_to_view(layers=[self.image])
            return
        start, end = self.image.extent.world[:, -2:]
        camera = viewer.scene.camera
        camera.center = (*camera.center[:-2], *(start + end) / 2)
        camera.zoom = SHARE_OF_CANVAS * min(viewer.canvas.viewbox_size(viewer.layers) / (end - start))

    def _set_picture(self, image: AnnotatedImage, picture: np.ndarray, transform: LayerTransform) -> None:
        if self.image is None:
            self.image = Image(picture, rgb=True, name=image.name, **transform.keywords)
            bind_keys(self.image, key_actions(self._annotator))
            self._viewer.add_layer(self.image)
        else:
            set_transform(self.image, transform)
            self.image.data = picture
            self.image.name = image.name
        self._mark(image)
        _make_visible(self.image)

    def _mark(self, image: AnnotatedImage) -> None:
        """Write what is known about the image into the layer's metadata, where training finds it."""
        assert self.image is not None
        collection = self._annotator.collection
        ImageMark(
            kind=ANNOTATED_IMAGE,
            file=str(image.file),
            plane=image.plane,
            labels=dict(image.labels),
            section=image.section,
            colours=collection.colours if collection else {},
            um_per_pixel=image.pixel_size_um,
        ).write(self.image)

    def _place_regions(self, transform: LayerTransform) -> None:
        layer = self.regions.layer
        if layer is None:
            active = self._viewer.layers.selection.active
            layer = self.regions.make(transform)
            bind_keys(layer, region_key_actions(self._annotator, layer))
            self._viewer.add_layer(layer)
            # Keys on the image first: a person labels whole images more often than regions.
            self._viewer.layers.selection.active = active
        else:
            set_transform(layer, transform)
        _make_visible(layer)

    def _show_regions(self) -> None:
        # In 3-D display napari cannot change flat shapes.
        self._viewer.dims.ndisplay = 2
        self.regions.show(self._annotator.image(self._annotator.current), *self._vocabularies())

    def _vocabularies(self) -> tuple[Any, Any]:
        collection = self._annotator.collection
        return (collection.vocabularies if collection else ()), self._annotator.vocabulary

    def _regions_edited(self, key: ImageKey, regions: tuple[AnnotatedRegion, ...]) -> None:
        collection = self._annotator.collection
        image = self._annotator.image(key)
        if collection is None or image is None:
            return
        more = len(regions) - len(image.regions)
        action = "draw regions" if more > 0 else "delete regions" if more < 0 else "change regions"
        applied = self._annotator.apply(with_regions(collection, {key: regions}), f"{action} on {image.name}")
        if applied and more > 0 and (apart := unplaced_views(image, collection.views_of(key))):
            self._annotator.message.emit(
                f"{apart[0].name} has another size than {image.name}, so the region is not on it: "
                "register them in Pair views, then add the layers again."
            )

    def _collection_changed(self, _: object, after: AnnotationCollection | None) -> None:
        if after is None:
            self._pictures.forget()
        image = self._annotator.image(self._annotator.current)
        # While the next image is being read, the layers still show the one before, and so do its regions.
        if image is not None and self._shows(image):
            self._mark(image)
            self._show_regions()

    def _shows(self, image: AnnotatedImage) -> bool:
        """Return whether the layer shows an image already: pictures come in from a thread."""
        if self.image is None:
            return False
        mark = ImageMark.of(self.image.metadata)
        return mark is not None and (mark.file, mark.plane) == (str(image.file), image.plane)

    @staticmethod
    def _corners(layer: Image | None) -> np.ndarray | None:
        """Return where two corners of the picture are in the world; None if none is shown."""
        if layer is None or not layer.visible:
            return None
        shape = np.array(layer.data.shape[:2])
        corners = [layer.data_to_world(corner) for corner in (np.zeros(2), shape)]
        return np.array(corners)[:, -2:]

    def _layer_removed(self, event: Any) -> None:
        """Let go of a layer that a person deleted; the regions stay in the collection."""
        if event.value is self.image:
            self.image = None
        elif event.value is self.regions.layer:
            self.regions.forget()

    def _remove_layers(self) -> None:
        for layer in (self.regions.layer, self.image):
            if layer is not None and layer in self._viewer.layers:
                self._viewer.layers.remove(layer)
        self.regions.layer = self.image = None


def _make_visible(layer: Layer) -> None:
    # Setting what is set already draws the layer again.
    if not layer.visible:
        layer.visible = True
