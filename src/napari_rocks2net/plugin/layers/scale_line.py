"""Line over a scale bar or a stage micrometre, drawn in a Shapes layer of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import napari
import numpy as np
from napari.layers import Image, Shapes

from napari_rocks2net.plugin.layers.image_planes import image_plane
from napari_rocks2net.plugin.layers.mark import SCALE_BAR, CrystalMark
from napari_rocks2net.plugin.layers.plane import ImagePlane

COLOUR = "#ffb000"
WIDTH = 0.004


class ScaleBarLine:
    """A Shapes layer of ours over an image, with napari's line tool in hand, until it is taken away.

    Parameters
    ----------
    viewer : napari.Viewer
        Where it is drawn.
    image : napari.layers.Image
        Whose pixels it is measured in.
    on_draw : callable
        Takes the length of the last line, in pixels of the image.
    """

    def __init__(self, viewer: napari.Viewer, image: Image, on_draw: Callable[[float], None]) -> None:
        self._viewer, self._image, self._on_draw = viewer, image, on_draw
        self.layer = self._add(image_plane(image))
        self.layer.events.data.connect(self._changed)

    def draw(self, row: float, left: float, right: float) -> None:
        """Lay a horizontal line over a detected bar, in pixels from the image's upper left corner."""
        self.layer.add_lines(np.array([[row - 0.5, left - 0.5], [row - 0.5, right - 0.5]]))
        self.layer.mode = "select"

    def remove(self) -> None:
        """Take the layer away and give the image back to the hand."""
        self.layer.events.data.disconnect(self._changed)
        if self.layer in self._viewer.layers:
            self._viewer.layers.remove(self.layer)
        if self._image in self._viewer.layers:
            self._viewer.layers.selection.active = self._image

    def _add(self, picture: ImagePlane) -> Shapes:
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
