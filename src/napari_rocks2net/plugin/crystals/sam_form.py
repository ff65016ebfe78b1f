"""The settings of a Segment Anything Model as a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget
from superqt import QCollapsible

from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.plugin.crystals.form import add_row, form, number, push_button

EXAMPLE = "folder, or a name such as facebook/sam-vit-base"
# Name and tooltip of each setting; the first four are always in sight.
TEXTS = {
    "points_per_side": (
        "Points a side",
        "Points that prompt the model; more find smaller crystals.",
    ),
    "predicted_iou": ("Quality", "Masks of which the model thinks less are dropped (predicted IoU)."),
    "stability": ("Stability", "Masks that change more than this when the threshold moves are dropped."),
    "minimum_area": ("Smallest area", "In pixels: smaller masks, islands and holes are removed."),
    "stability_offset": ("Stability offset", "By how much the threshold moves, in logits."),
    "box_nms": ("Box overlap", "Of masks whose boxes overlap more than this, the best is kept."),
    "crop_layers": (
        "Crop layers",
        "Layer i looks again at 2^i x 2^i parts, for small crystals.",
    ),
    "crop_overlap": (
        "Crop overlap",
        "Overlap of the parts, as a share of the shorter side.",
    ),
    "crop_nms": ("Crop box overlap", "As the box overlap, between masks of different parts."),
    "crop_points_factor": ("Crop points", "So many times fewer points a side in each further layer."),
    "points_per_batch": ("Points at once", "Fewer need less memory."),
    "largest_share": ("Largest share", "Masks of more than this share of the image are dropped."),
    "drop_border": ("Drop at the border", "Drop masks that touch the border of the image."),
    "drop_containing": ("Drop clumps", "Drop masks that contain other masks."),
    "tile_size": ("Tile size", "Larger images are looked at in tiles of so many pixels."),
    "tile_overlap": ("Tile overlap", "Overlap of neighbouring tiles, as a share of a tile."),
}
ALWAYS_IN_SIGHT = 4
LARGEST = 1_000_000


class SamForm(QWidget):
    """Fields for a checkpoint and for everything in `SamSettings` but the info bar.

    Signals
    -------
    changed, folder_wanted : ()
    """

    changed = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.checkpoint = QLineEdit()
        self.checkpoint.setPlaceholderText(EXAMPLE)
        self.download = QCheckBox("May be downloaded from the hub")
        self.download.setToolTip("A name is looked for on this computer; tick to fetch it once if it is not.")
        self.browse = push_button("...", "Choose the folder of a checkpoint.", self.folder_wanted.emit)
        self.browse.setFixedWidth(30)
        self.dense = push_button(
            "Start for dense crystals",
            "More points, a second look at parts of the image, lower thresholds.",
            lambda: self.show_settings(SamSettings.for_dense_crystals()),
        )
        self.fields = {name: _field(getattr(SamSettings(), name)) for name in TEXTS}
        self._lay_out()
        self._connect()

    def settings(self, crop_info_bar: bool = True) -> SamSettings:
        """Return what the fields say.

        Raises
        ------
        CrystalError
            When a value is out of its range.
        """
        values = {name: _value(field) for name, field in self.fields.items()}
        return SamSettings(**values, crop_info_bar=crop_info_bar)

    def show_settings(self, settings: SamSettings) -> None:
        """Fill the fields in."""
        for name, field in self.fields.items():
            _set_value(field, getattr(settings, name))

    def values(self) -> dict[str, Any]:
        """Return what is to be remembered, as JSON can hold it."""
        values = {name: _value(field) for name, field in self.fields.items()}
        return {"checkpoint": self.checkpoint.text(), "download": self.download.isChecked(), **values}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fill in what was remembered.

        Raises
        ------
        TypeError, ValueError
            When a value is of another kind than its field.
        """
        self.checkpoint.setText(str(values.get("checkpoint", "")))
        self.download.setChecked(bool(values.get("download", False)))
        for name in self.fields.keys() & values.keys():
            _set_value(self.fields[name], type(_value(self.fields[name]))(values[name]))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        main, page = form(), QWidget()
        advanced = form(page)
        place = QHBoxLayout()
        place.addWidget(self.checkpoint, 1)
        place.addWidget(self.browse)
        self.checkpoint.setToolTip("A folder with a SAM or SAM 2 checkpoint, or its name on the hub.")
        add_row(main, "Checkpoint", place)
        main.addRow("", self.download)
        for index, (name, field) in enumerate(self.fields.items()):
            add_row(main if index < ALWAYS_IN_SIGHT else advanced, TEXTS[name][0], field, TEXTS[name][1])
        main.addRow("", self.dense)
        layout.addLayout(main)
        folded = QCollapsible("Advanced")
        folded.addWidget(page)
        layout.addWidget(folded)

    def _connect(self) -> None:
        self.checkpoint.textChanged.connect(lambda _: self.changed.emit())
        self.download.toggled.connect(lambda _: self.changed.emit())
        for field in self.fields.values():
            signal = field.toggled if isinstance(field, QCheckBox) else field.valueChanged
            signal.connect(lambda _: self.changed.emit())


def _field(value: bool | int | float) -> Any:
    if isinstance(value, bool):
        made = QCheckBox()
        made.setChecked(value)
        return made
    if isinstance(value, int):
        whole = QSpinBox()
        whole.setRange(0, LARGEST)
        whole.setValue(value)
        whole.setKeyboardTracking(False)
        return whole
    return number(value, 0, 100, 0.01, 3)


def _value(field: Any) -> Any:
    return field.isChecked() if isinstance(field, QCheckBox) else field.value()


def _set_value(field: Any, value: Any) -> None:
    setter: Callable[[Any], None] = field.setChecked if isinstance(field, QCheckBox) else field.setValue
    setter(value)
