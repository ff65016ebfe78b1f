"""Form of the settings of a Segment Anything Model in the Crystals widget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QAbstractSpinBox, QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from superqt import QCollapsible

from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.plugin.crystals.form import add_field, add_row, form, push_button
from napari_rocks2net.plugin.look.setting_fields import fill_fields, read_fields, setting_field

EXAMPLE = "folder, or a name such as facebook/sam-vit-base"
ALWAYS_IN_SIGHT = ("points_per_side", "predicted_iou", "stability", "minimum_area")
ADVANCED = (
    *("stability_offset", "box_nms", "crop_layers", "crop_overlap", "crop_nms", "crop_points_factor"),
    *("points_per_batch", "largest_share", "drop_border", "drop_containing", "tile_size", "tile_overlap"),
)


class SamForm(QWidget):
    """Form of a checkpoint and of `SamSettings` without the info bar.

    Attributes
    ----------
    fields : dict
        The fields by the names of the settings.

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
        self.fields = {
            name: setting_field(SamSettings, name, decimals=3) for name in ALWAYS_IN_SIGHT + ADVANCED
        }
        self._lay_out()
        self._connect()

    def settings(self, crop_info_bar: bool = True) -> SamSettings:
        """Return what the fields say.

        Raises
        ------
        CrystalError
            When a value is out of its range.
        """
        return SamSettings(**read_fields(self.fields), crop_info_bar=crop_info_bar)

    def show_settings(self, settings: SamSettings) -> None:
        """Fill the fields in."""
        fill_fields(self.fields, vars(settings))

    def values(self) -> dict[str, Any]:
        """Return what is to be remembered, as JSON can hold it."""
        own = {"checkpoint": self.checkpoint.text(), "download": self.download.isChecked()}
        return own | read_fields(self.fields)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fill in what was remembered.

        Raises
        ------
        TypeError, ValueError
            When a value is of another kind than its field.
        """
        self.checkpoint.setText(str(values.get("checkpoint", "")))
        self.download.setChecked(bool(values.get("download", False)))
        fill_fields(self.fields, values)

    def _lay_out(self) -> None:
        main, page = form(), QWidget()
        place = QHBoxLayout()
        place.addWidget(self.checkpoint, 1)
        place.addWidget(self.browse)
        self.checkpoint.setToolTip("A folder with a SAM or SAM 2 checkpoint, or its name on the hub.")
        add_row(main, "Checkpoint", place)
        main.addRow("", self.download)
        for name in ALWAYS_IN_SIGHT:
            add_field(main, self.fields[name])
        main.addRow("", self.dense)
        advanced = form(page)
        for name in ADVANCED:
            add_field(advanced, self.fields[name])
        folded = QCollapsible("Advanced")
        folded.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(main)
        layout.addWidget(folded)

    def _connect(self) -> None:
        self.checkpoint.textChanged.connect(lambda _: self.changed.emit())
        self.download.toggled.connect(lambda _: self.changed.emit())
        for field in self.fields.values():
            if isinstance(field.native, QAbstractSpinBox):
                field.native.setKeyboardTracking(False)
            field.changed.connect(lambda _: self.changed.emit())
