"""Segmentation preview: what the settings do, shown on the visible part of the image while they are tuned."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import napari
import numpy as np
from napari.layers import Image, Labels
from qtpy.QtCore import QObject, Signal
from superqt.utils import qdebounced

from napari_rocks2net.crystals.segmentation.window import Window
from napari_rocks2net.iteration import Progress, report_progress
from napari_rocks2net.plugin.crystals.crystal_layers import outline_layer
from napari_rocks2net.plugin.layers.mark import CRYSTALS_PREVIEW
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.work.jobs import JobRunner
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.crystals import SegmentationSettings

CALM_MS = 350
COLOUR = (1.0, 0.69, 0.0)
CONTOUR = 2
# Crystals are looked for in an image that is shrunk until a typical one is so many pixels.
WORKING_SIZE = 32
# About two seconds of one core.
MOST_WORKING_PIXELS = 250_000
SMALLEST_SIDE = 16
# From this share on the preview covers what is seen.
NEARLY_ALL = 0.95


def visible_window(layer: Image, picture: ImagePlane) -> Window:
    """Return the part of an image that the canvas shows, in pixels of its finest level."""
    corners = np.asarray(layer.corner_pixels, float)[:, -2:]
    factors = np.asarray(layer.downsample_factors[layer.data_level])[-2:] if layer.multiscale else np.ones(2)
    (top, left), (bottom, right) = (corners[0] * factors, (corners[1] + 1) * factors)
    whole = Window(0, 0, *picture.size)
    return Window(math.floor(top), math.floor(left), math.ceil(bottom), math.ceil(right)).clipped(whole)


@dataclass(frozen=True, eq=False)
class PreviewRequest:
    """Request of a preview: settings with a size in pixels, on a part of a picture."""

    picture: ImagePlane
    window: Window
    settings: SegmentationSettings
    partial: bool  # Whether the window is less than what is seen.


class SegmentationPreview(QObject):
    """Keeps one layer of ours in line with the settings, where the person looks."""

    message = Signal(str)
    moved = Signal()

    def __init__(self, viewer: napari.Viewer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._runner = JobRunner(self)
        self.layer: Labels | None = None
        self.on = False
        self._ask_when_still = qdebounced(self._ask, timeout=CALM_MS, parent=self)
        viewer.scene.camera.events.connect(self._view_moved)
        viewer.dims.events.current_step.connect(self._view_moved)

    def turn(self, on: bool) -> None:
        """Show it or take it away."""
        self.on = on
        self._runner.cancel()
        self._ask_when_still.cancel()
        if on:
            self._ask_when_still()
        else:
            self._remove()

    def soon(self) -> None:
        """Ask for a new request once the person holds still."""
        if self.on:
            self._ask_when_still()

    def show(self, request: PreviewRequest) -> None:
        """Look for crystals in a part of a picture and show them, unless something else is asked first."""
        if min(request.window.size) < SMALLEST_SIDE:
            self.message.emit("The image is not in view; the preview shows what is.")
            return
        self._runner.start(
            lambda: _preview_work(request),
            on_done=lambda labels: self._show(request, labels),
            on_error=self.message.emit,
        )

    def close_jobs(self) -> None:
        """Take everything away for good."""
        self.turn(False)
        self._viewer.scene.camera.events.disconnect(self._view_moved)
        self._viewer.dims.events.current_step.disconnect(self._view_moved)

    def _ask(self) -> None:
        self.moved.emit()

    def _view_moved(self, event: Any = None) -> None:
        self.soon()

    def _show(self, request: PreviewRequest, labels: np.ndarray) -> None:
        self._remove()
        layer = _preview_layer(request, labels)
        active = self._viewer.layers.selection.active
        self._viewer.add_layer(layer)
        self._viewer.layers.selection.active = active
        self.layer = layer
        part = "in the framed part; zoom in to move it" if request.partial else "in view"
        self.message.emit(f"Preview: {count_of(int(labels.max(initial=0)), 'crystal')} {part}.")

    def _remove(self) -> None:
        if self.layer is not None and self.layer in self._viewer.layers:
            self._viewer.layers.remove(self.layer)
        self.layer = None


def preview_request(
    picture: ImagePlane, visible: Window, settings: SegmentationSettings, size: float
) -> PreviewRequest:
    """Return what to show: so much of the visible part, from its middle, as is quick to segment."""
    window = visible.middle(MOST_WORKING_PIXELS * (size / WORKING_SIZE) ** 2)
    settings = replace(settings, size=size, size_unit="pixel", crop_info_bar=False, keep_border=True)
    return PreviewRequest(picture, window, settings, window.area < NEARLY_ALL * visible.area)


def _preview_work(request: PreviewRequest) -> Generator[Progress, None, np.ndarray]:
    """Segment a part of a picture; can be dropped at any step."""
    from napari_rocks2net.crystals import iterate_segmentation

    steps = iterate_segmentation(request.window.of(request.picture.values), request.settings)
    return (yield from report_progress(steps, "Preview"))


def _preview_layer(request: PreviewRequest, labels: np.ndarray) -> Labels:
    place = request.picture.own_transform.of_part(request.window.top, request.window.left)
    layer = outline_layer(place.pixels(labels), CRYSTALS_PREVIEW, COLOUR, place.keywords)
    layer.contour = CONTOUR
    layer.bounding_box.visible = request.partial
    return layer
