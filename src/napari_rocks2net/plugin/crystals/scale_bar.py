"""The line that a person drags over a scale bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.plugin.layers.image_planes import ImagePlane, image_plane
from napari_rocks2net.plugin.layers.mark import SCALE_BAR, CrystalMark

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image, Shapes

COLOUR = "#ffb000"
WIDTH = 0.004


class ScaleBarLine:
    """A Shapes layer of ours over an image, with napari's line tool in hand, until it is taken away."""

    def __init__(self, viewer: napari.viewer.Viewer, image: Image, on_draw: Callable[[float], None]) -> None:
        self._viewer, self._image, self._on_draw = viewer, image, on_draw
        self.layer = self._add(image_plane(image))
        self.layer.events.data.connect(self._changed)

    def remove(self) -> None:
        """Take the layer away and give the image back to the hand."""
        self.layer.events.data.disconnect(self._changed)
        if self.layer in self._viewer.layers:
            self._viewer.layers.remove(self.layer)
        if self._image in self._viewer.layers:
            self._viewer.layers.selection.active = self._image

    def _add(self, picture: ImagePlane) -> Shapes:
        from napari.layers import Shapes

        width = WIDTH * max(picture.size)
        layer = Shapes(
            name=SCALE_BAR, ndim=2, edge_color=COLOUR, edge_width=width, **picture.plane_transform.keywords
        )
        CrystalMark(kind=SCALE_BAR).write(layer)
        self._viewer.add_layer(layer)
        self._viewer.layers.selection.active = layer
        layer.mode = "add_line"
        return layer

    def _changed(self, event: Any = None) -> None:
        if self.layer.nshapes:
            line = np.asarray(self.layer.data[-1])
            self._on_draw(float(np.linalg.norm(line[-1] - line[0])))
