"""Scale of photos of sections: the form of the pixel size at work on an image of the viewer."""

from __future__ import annotations

from collections.abc import Callable

import napari
from napari.layers import Image
from qtpy.QtCore import Signal

from napari_rocks2net.pixel_scale import PixelSize
from napari_rocks2net.plugin.layers.image_planes import image_plane
from napari_rocks2net.plugin.layers.layer_scale import file_of, give_scale, pixel_size_of_layer
from napari_rocks2net.plugin.layers.plane import ImageLayerError
from napari_rocks2net.plugin.layers.scale_line import ScaleBarLine
from napari_rocks2net.plugin.look.pixel_size_form import DRAG, PixelSizeForm

NO_IMAGE = "Choose an image layer first."
NO_BAR = "No scale bar was found in this image: drag a line along it, or over a stage micrometre."
FILE_SILENT = (
    "The file of this image does not say how large a pixel is: drag a line along its scale bar, or over a "
    "stage micrometre; a printing resolution such as 72 dpi is no scale."
)


class SectionScale(PixelSizeForm):
    """Finds the scale of one image: what its file says, its scale bar, a line; nothing is set unasked.

    Parameters
    ----------
    viewer : napari.Viewer
        Where lines are drawn.
    image : callable
        Returns the image layer that is meant now, or None.

    Signals
    -------
    message : (str)
        A sentence for the person.
    """

    message = Signal(str)

    def __init__(self, viewer: napari.Viewer, image: Callable[[], Image | None]) -> None:
        super().__init__()
        self._viewer, self._image = viewer, image
        self._line: ScaleBarLine | None = None
        self.from_file.clicked.connect(lambda _: self.read_file())
        self.find.clicked.connect(lambda _: self.find_bar())
        self.from_bar.toggled.connect(self._line_toggled)
        self.apply.clicked.connect(lambda _: self.apply_to_layer())

    def read_file(self) -> None:
        """Take the pixel size that the image's file says, else its layer."""
        image = self._chosen()
        if image is None:
            return
        size = _in_file(image) or pixel_size_of_layer(image)
        if size is None:
            self.message.emit(FILE_SILENT)
        else:
            self.show_size(size)

    def find_bar(self) -> None:
        """Look for a bar in the photo, and lay a line over it for the person to judge."""
        from napari_rocks2net.pixel_scale import find_scale_bar

        image = self._chosen()
        if image is None:
            return
        try:
            picture = image_plane(image)
            bar = find_scale_bar(picture.read_finest())
        except (ImageLayerError, ValueError) as error:
            self.message.emit(str(error))
            return
        if bar is None:
            self.message.emit(NO_BAR)
            return
        self._begin_line(image).draw(bar.row, bar.left, bar.right)
        self.message.emit("Is the line on the bar? Then type the length that is written at it.")

    def apply_to_layer(self) -> None:
        """Set scale and unit of the image's layer, and show napari's scale bar."""
        image, size = self._chosen(), self.pixel_size
        if image is not None and size is not None:
            give_scale(self._viewer, image, size)
            self.message.emit(f"{image.name} has pixels of {size.micrometres:.4g} µm now.")

    def end_line(self) -> None:
        """Take the line away."""
        line, self._line = self._line, None
        if line is not None:
            line.remove()
        super().end_line()

    def _chosen(self) -> Image | None:
        image = self._image()
        if image is None:
            self.message.emit(NO_IMAGE)
        return image

    def _line_toggled(self, on: bool) -> None:
        if not on:
            self.end_line()
        elif self._line is None:
            image = self._chosen()
            if image is None:
                self.from_bar.setChecked(False)
                return
            self._begin_line(image)
            self.message.emit(DRAG)

    def _begin_line(self, image: Image) -> ScaleBarLine:
        if self._line is not None:
            self._line.remove()
        self._line = ScaleBarLine(self._viewer, image, self.show_line)
        self.from_bar.setChecked(True)
        return self._line


def _in_file(image: Image) -> PixelSize | None:
    from napari_rocks2net.pixel_scale import read_pixel_size

    file = file_of(image)
    return read_pixel_size(*file) if file is not None else None
