"""The settings of the built-in segmentation as a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget
from superqt import QCollapsible

from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.plugin.crystals.form import add_row, choice, form, number, share_slider

UNITS = {"px": "pixel", "µm": "micrometre"}
ESTIMATED = "estimated"
TIPS = {
    "size": "Diameter of a typical crystal. Where the result looks wrong, give this first.",
    "splitting": "High cuts clumps at faint necks and keeps convex crystals; low leaves twins whole.",
    "sensitivity": "High keeps faint and doubtful crystals too; low the clearest only.",
    "size_range": "Smallest and largest diameter that counts as a crystal, as multiples of the size.",
    "denoising": "Smoothing: more for noisy images and textured crystals.",
    "levels": "Grey levels at which outlines are looked for: more is slower and finds fainter steps.",
    "dark": "The crystals are darker than what surrounds them.",
    "keep_border": "Keep crystals that touch the border of the image.",
}


class SegmentationForm(QWidget):
    """Fields for everything in `SegmentationSettings` but the info bar, which every source of crystals has.

    Signals
    -------
    changed : ()
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make_fields(SegmentationSettings())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        main = form()
        layout.addLayout(main)
        size = QHBoxLayout()
        size.addWidget(self.size_field, 1)
        size.addWidget(self.unit)
        add_row(main, "Crystal size", size)
        add_row(main, "Splitting", self.splitting, TIPS["splitting"])
        add_row(main, "Sensitivity", self.sensitivity, TIPS["sensitivity"])
        layout.addWidget(self._advanced())
        self._connect()

    def settings(self, crop_info_bar: bool = True) -> SegmentationSettings:
        """Return what the fields say.

        Raises
        ------
        CrystalError
            When they cannot go together.
        """
        values = self.values()
        return SegmentationSettings(
            **values | {"size_range": tuple(values["size_range"]), "crop_info_bar": crop_info_bar}
        )

    def values(self) -> dict[str, Any]:
        """Return the fields by their names in `SegmentationSettings`, as JSON can hold them."""
        return {
            "size": self.size_field.value() or None,
            "size_unit": UNITS[self.unit.currentText()],
            "size_range": [self.smallest.value(), self.largest.value()],
            "splitting": round(self.splitting.value(), 2),
            "sensitivity": round(self.sensitivity.value(), 2),
            "denoising": self.denoising.value(),
            "levels": self.levels.value(),
            "dark": self.dark.isChecked(),
            "keep_border": self.keep_border.isChecked(),
        }

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fill the fields in; values that are missing leave theirs as they are.

        Raises
        ------
        TypeError, ValueError
            When a value is of another kind than its field.
        """
        known = {**self.values(), **{name: each for name, each in values.items() if name in self.values()}}
        self.unit.setCurrentText({word: text for text, word in UNITS.items()}[known["size_unit"]])
        self.size_field.setValue(float(known["size"] or 0))
        smallest, largest = known["size_range"]
        self.smallest.setValue(float(smallest))
        self.largest.setValue(float(largest))
        for name in ("splitting", "sensitivity", "denoising"):
            getattr(self, name).setValue(float(known[name]))
        self.levels.setValue(int(known["levels"]))
        self.dark.setChecked(bool(known["dark"]))
        self.keep_border.setChecked(bool(known["keep_border"]))

    def show_estimate(self, pixels: float | None) -> None:
        """Show the size that was estimated, while none is given."""
        self.size_field.setSpecialValueText(ESTIMATED if pixels is None else f"{ESTIMATED}: {pixels:.0f} px")

    def _make_fields(self, start: SegmentationSettings) -> None:
        self.size_field = number(0, 0, 10_000, 1)
        self.size_field.setSpecialValueText(ESTIMATED)
        self.size_field.setToolTip(f"{TIPS['size']} 0: estimated from the image.")
        self.unit = choice(*UNITS)
        self.unit.setToolTip("Unit of the crystal size; micrometres need the pixel size.")
        self.splitting = share_slider(start.splitting)
        self.sensitivity = share_slider(start.sensitivity)
        self.smallest = number(start.size_range[0], 0.01, 0.99, 0.05, 2)
        self.largest = number(start.size_range[1], 1.01, 100, 0.1, 2)
        self.denoising = number(start.denoising, 0, 10, 0.25, 2)
        self.levels = QSpinBox()
        self.levels.setRange(1, 64)
        self.levels.setValue(start.levels)
        self.levels.setKeyboardTracking(False)
        self.dark = QCheckBox("Crystals are dark")
        self.keep_border = QCheckBox("Keep crystals at the border")
        self.keep_border.setChecked(start.keep_border)

    def _advanced(self) -> QCollapsible:
        page = QWidget()
        lines = form(page)
        both = QHBoxLayout()
        for field, name in ((self.smallest, "smallest"), (self.largest, "largest")):
            field.setPrefix(f"{name} ")
            field.setToolTip(TIPS["size_range"])
            both.addWidget(field)
        add_row(lines, "Size range", both)
        add_row(lines, "Denoising", self.denoising, TIPS["denoising"])
        add_row(lines, "Grey levels", self.levels, TIPS["levels"])
        for box, name in ((self.dark, "dark"), (self.keep_border, "keep_border")):
            box.setToolTip(TIPS[name])
            lines.addRow("", box)
        folded = QCollapsible("Advanced")
        folded.addWidget(page)
        return folded

    def _connect(self) -> None:
        for field in (self.size_field, self.splitting, self.sensitivity, self.smallest, self.largest):
            field.valueChanged.connect(lambda _: self.changed.emit())
        for field in (self.denoising, self.levels):
            field.valueChanged.connect(lambda _: self.changed.emit())
        for box in (self.dark, self.keep_border):
            box.toggled.connect(lambda _: self.changed.emit())
        self.unit.currentTextChanged.connect(lambda _: self.changed.emit())
