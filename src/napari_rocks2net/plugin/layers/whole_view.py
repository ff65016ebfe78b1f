"""Whole view: layers that were wholly seen stay so when a dock takes room from the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import napari.viewer


def sees_everything(viewer: napari.viewer.Viewer) -> bool:
    """Return whether all layers lie within the canvas; False without any, in grid view and in 3D."""
    if not viewer.layers or viewer.dims.ndisplay != 2 or viewer.canvas.grid.enabled:
        return False
    corners = viewer.layers.extent.world[:, list(viewer.dims.displayed)]
    camera = viewer.scene.camera
    half = np.array(viewer.canvas.size) / 2
    return bool((np.abs(corners - camera.center[-2:]) * camera.zoom <= half).all())


class WholeView:
    """Fits the layers to a canvas that becomes smaller, if they were wholly seen until then."""

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._viewer = viewer
        self._whole = sees_everything(viewer)
        viewer.canvas.events.size.connect(self._resized)

    def release(self) -> None:
        """Leave the view to the person from now on."""
        self._viewer.canvas.events.size.disconnect(self._resized)

    def _resized(self, event: object = None) -> None:
        if self._whole and not sees_everything(self._viewer):
            self._viewer.fit_to_view()
