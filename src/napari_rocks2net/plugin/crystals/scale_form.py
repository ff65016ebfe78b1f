"""The pixel size of an image, from its file or a line over its scale bar, and its info bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import napari
import numpy as np
from napari.layers import Image, Shapes
from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QCheckBox, QPushButton, QWidget

from napari_rocks2net.pixel_scale import PixelSize, PixelSizeError
from napari_rocks2net.plugin.crystals.measuring import TYPED
from napari_rocks2net.plugin.layers.image_planes import ImagePlane, image_plane
from napari_rocks2net.plugin.layers.mark import SCALE_BAR, CrystalMark
from napari_rocks2net.plugin.look.controls import choice, column, form_button, number, row, sentence
from napari_rocks2net.plugin.look.forms import form

BAR_UNITS = ("µm", "nm", "mm")
LARGEST = 10_000.0
NOT_KNOWN = "not known"
FINDING = "looking ..."
SIDE_WIDTH = 150
INFO_BAR_TIP = "The instrument's band with magnification and scale is no part of the picture."


class ScaleForm(QWidget):
    """Fields for the pixel size, for a scale bar that is drawn along, and for the info bar."""

    changed = Signal()  # The pixel size or the use of the info bar.

    def __init__(self) -> None:
        super().__init__()
        self.pixel_size: PixelSize | None = None
        self._bar_pixels = 0.0
        buttons = self._make_fields()
        size = form({"Pixel size": row(self.side, self.source, wide=self.source), "": row(*buttons)})
        column(self, size, self._bar_row(), form({"Info bar": (self.crop, INFO_BAR_TIP)}))

    @property
    def micrometres(self) -> float | None:
        """The side of a pixel, None where it is not known."""
        return None if self.pixel_size is None else self.pixel_size.micrometres

    def show_size(self, size: PixelSize | None) -> None:
        """Show a pixel size and where it comes from."""
        self.pixel_size = size
        with QSignalBlocker(self.side):
            self.side.setValue(0 if size is None else size.micrometres)
        self.source.setText("" if size is None else f"({size.source})")
        self.apply.setEnabled(size is not None)
        self.changed.emit()

    def show_info_bar(self, rows: tuple[int, int] | None, height: int) -> None:
        """Show which rows of an image the picture is; None while that is not known."""
        if rows is None:
            self.crop.setText(FINDING)
            return
        first, last = rows
        left_out = [f"the upper {first}"] * (first > 0) + [f"the lower {height - last}"] * (last < height)
        self.crop.setEnabled(bool(left_out))
        self.crop.setText(f"Leave out {' and '.join(left_out)} rows" if left_out else "None was found")

    def show_line(self, pixels: float) -> None:
        """Show the length of the line that was drawn along the scale bar."""
        self._bar_pixels = pixels
        self.bar_text.setText(f"{pixels:.0f} px are")
        self.use.setEnabled(pixels > 0)
        self.bar_row.setVisible(True)
        self.bar_length.setFocus()
        self.bar_length.selectAll()

    def end_line(self) -> None:
        """Take back the fields of the scale bar."""
        self.bar_row.setVisible(False)
        self.from_bar.setChecked(False)

    def _use_line(self) -> None:
        """Take the pixel size from the line and what is written at the bar."""
        try:
            size = PixelSize.of_scale_bar(
                self._bar_pixels, self.bar_length.value(), self.bar_unit.currentText()
            )
        except PixelSizeError as error:
            self.bar_text.setText(str(error))
            return
        self.show_size(size)
        self.end_line()

    def _make_fields(self) -> tuple[QPushButton, ...]:
        """Make the fields and return the buttons."""
        self.side = number(0, LARGEST, 0.001, 6)
        self.side.setSpecialValueText(NOT_KNOWN)
        self.side.setSuffix(" µm")
        self.side.setToolTip("Side of a pixel in micrometres; 0: not known, then sizes are in pixels.")
        self.side.valueChanged.connect(
            lambda value: self.show_size(PixelSize(value, TYPED) if value > 0 else None)
        )
        self.side.setMinimumWidth(SIDE_WIDTH)
        self.source = sentence(tip="Where the pixel size comes from.")
        self.crop = QCheckBox(FINDING)
        self.crop.setChecked(True)
        self.crop.toggled.connect(lambda _: self.changed.emit())
        self.from_file = form_button(
            "From file", "Read it from the image's file, as its instrument wrote it."
        )
        self.from_bar = form_button(
            "From scale bar", "Drag a line along the scale bar in the image, then type its length."
        )
        self.from_bar.setCheckable(True)
        self.apply = form_button(
            "To layers",
            "Set scale and unit of the image and of its crystals in napari, so that its scale bar is right.",
        )
        return self.from_file, self.from_bar, self.apply

    def _bar_row(self) -> QWidget:
        self.bar_row = QWidget()
        self.bar_text = sentence("Drag along the bar")
        self.bar_length = number(10, 1e6, 1, 3)
        self.bar_length.setToolTip("The number that is written at the scale bar.")
        self.bar_unit = choice(*BAR_UNITS, tip="The unit that is written at the scale bar.")
        self.use = form_button("Use", "Take the pixel size from this bar.", self._use_line)
        line = row(self.bar_text, self.bar_length, self.bar_unit, self.use, wide=self.bar_text)
        line.setContentsMargins(0, 0, 0, 0)
        self.bar_row.setLayout(line)
        self.bar_row.setVisible(False)
        return self.bar_row


COLOUR = "#ffb000"
WIDTH = 0.004


class ScaleBarLine:
    """A Shapes layer of ours over an image, with napari's line tool in hand, until it is taken away."""

    def __init__(self, viewer: napari.Viewer, image: Image, on_draw: Callable[[float], None]) -> None:
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
