"""Form of the pixel size: typed, from the file, from a line over a scale bar, or one that a person saved."""

from __future__ import annotations

from functools import partial

from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QWidget
from superqt.utils import QFlowLayout

from napari_rocks2net.pixel_scale import PixelSize, PixelSizeError
from napari_rocks2net.pixel_scale.pixel_size import TYPED
from napari_rocks2net.plugin.look.controls import (
    choice,
    column,
    form_button,
    menu_button,
    number,
    row,
    sentence,
)
from napari_rocks2net.plugin.look.forms import form
from napari_rocks2net.plugin.work import preferences, questions

BAR_UNITS = ("µm", "nm", "mm")
LARGEST = 10_000.0
NOT_KNOWN = "not known"
NOT_TYPED = "length"
DRAG = "Drag a line along the scale bar, or over a stage micrometre, then type its length."
SIDE_WIDTH = 150
SPACE = 4
PRESET_TIP = "Pixel sizes of your objectives and cameras: saved once, chosen here."


def _flowing(widgets: list[QWidget]) -> QWidget:
    """Return widgets side by side, in as many lines as a narrow dock needs."""
    widget = QWidget()
    flow = QFlowLayout(widget)
    flow.setContentsMargins(0, 0, 0, 0)
    flow.setHorizontalSpacing(SPACE)
    flow.setVerticalSpacing(SPACE)
    for each in widgets:
        flow.addWidget(each)
    return widget


class PixelSizeForm(QWidget):
    """Fields for the pixel size, and for the length of a line that is drawn along a scale bar.

    Signals
    -------
    changed : ()
        The pixel size.
    bar_used : ()
        The pixel size was taken from a scale bar.
    """

    changed = Signal()
    bar_used = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.pixel_size: PixelSize | None = None
        self._bar_pixels = 0.0
        self._make_fields()
        buttons = [self.from_file, self.find, self.from_bar, self.saved, self.apply]
        fields = {"Pixel size": row(self.side, self.source, wide=self.source), "": _flowing(buttons)}
        self.lines = column(self, form(fields), self._bar_row())

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

    def show_line(self, pixels: float, what: str = "") -> None:
        """Show the length of the line that was drawn along the scale bar, and what it is of."""
        self._bar_pixels = pixels
        self.bar_text.setText(f"{what}{pixels:.0f} px are")
        self.use.setEnabled(pixels > 0)
        self.bar_row.setVisible(True)
        self.bar_length.setFocus()
        self.bar_length.selectAll()

    def end_line(self) -> None:
        """Take back the fields of the scale bar."""
        self.bar_row.setVisible(False)
        self.from_bar.setChecked(False)

    def save_as(self, name: str) -> None:
        """Save the pixel size under a name, such as that of an objective and a camera."""
        if name and self.pixel_size is not None:
            sizes = preferences.remembered_sizes() | {name: self.pixel_size.micrometres}
            preferences.remember(preferences.PIXEL_SIZES, sizes)

    def forget(self, name: str) -> None:
        """Remove a saved pixel size."""
        sizes = {other: size for other, size in preferences.remembered_sizes().items() if other != name}
        preferences.remember(preferences.PIXEL_SIZES, sizes)

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
        self.bar_used.emit()

    def _make_fields(self) -> None:
        self.side = number(0, LARGEST, 0.001, 6)
        self.side.setSpecialValueText(NOT_KNOWN)
        self.side.setSuffix(" µm")
        self.side.setToolTip("Side of a pixel in micrometres; 0: not known, then sizes are in pixels.")
        self.side.valueChanged.connect(
            lambda value: self.show_size(PixelSize(value, TYPED) if value > 0 else None)
        )
        self.side.setMinimumWidth(SIDE_WIDTH)
        self.source = sentence(tip="Where the pixel size comes from.")
        tip = "Read it from the image's file, as its instrument wrote it."
        self.from_file = form_button("From file", tip)
        self.find = form_button("Find bar", "Look for a scale bar that is drawn into the image.")
        self.from_bar = form_button("Draw line", DRAG)
        self.from_bar.setCheckable(True)
        self.saved = menu_button("Saved", PRESET_TIP)
        self.saved.menu().aboutToShow.connect(self._fill_menu)
        tip = "Set scale and unit of the image in napari, so that its scale bar is right."
        self.apply = form_button("To layers", tip)
        self.apply.setEnabled(False)

    def _fill_menu(self) -> None:
        """Show the saved pixel sizes, and what can be done with them."""
        menu = self.saved.menu()
        menu.clear()
        sizes = preferences.remembered_sizes()
        for name, size in sizes.items():
            menu.addAction(f"{name}: {size:.4g} µm", partial(self._choose, name, size))
        menu.addSeparator()
        save = menu.addAction("Save this pixel size...", self._ask_name)
        save.setEnabled(self.pixel_size is not None)
        if sizes:
            menu.addAction("Remove a saved one...", self._ask_forgotten)

    def _choose(self, name: str, size: float) -> None:
        self.show_size(PixelSize(size, name))

    def _ask_name(self) -> None:
        text = "Objective and camera, such as 10x Axiocam:"
        self.save_as(questions.ask_text(self, "Save this pixel size", text))

    def _ask_forgotten(self) -> None:
        names = list(preferences.remembered_sizes())
        self.forget(questions.ask_choice(self, "Remove a saved pixel size", "Which:", names))

    def _bar_row(self) -> QWidget:
        self.bar_row = QWidget()
        self.bar_text = sentence("Drag along the bar")
        # No length is proposed: one that nobody read would be a wrong scale.
        self.bar_length = number(0, 1e6, 1, 3)
        self.bar_length.setSpecialValueText(NOT_TYPED)
        self.bar_length.setToolTip("The number that is written at the scale bar.")
        self.bar_unit = choice(*BAR_UNITS, tip="The unit that is written at the scale bar.")
        self.use = form_button("Use", "Take the pixel size from this bar.", self._use_line)
        line = row(self.bar_text, self.bar_length, self.bar_unit, self.use, wide=self.bar_text)
        line.setContentsMargins(0, 0, 0, 0)
        self.bar_row.setLayout(line)
        self.bar_row.setVisible(False)
        return self.bar_row
