"""Form of the settings of a Segment Anything Model in the Crystals widget."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QAbstractSpinBox, QCheckBox, QLineEdit, QWidget

from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.plugin.crystals.form import (
    add_field,
    add_row,
    advanced,
    form,
    push_button,
    row,
    stack,
)
from napari_rocks2net.plugin.look.setting_fields import fill_fields, read_fields, setting_field
from napari_rocks2net.plugin.work import questions

EXAMPLE = "folder, or a name such as facebook/sam-vit-base"
NO_CHECKPOINT = (
    "Name a SAM checkpoint: its folder, or its name on the hub such as facebook/sam-vit-base "
    "(it needs pip install 'napari-rocks2net[sam]')."
)
ALWAYS_IN_SIGHT = ("points_per_side", "predicted_iou", "stability", "minimum_area")
ADVANCED = (
    *("stability_offset", "box_nms", "crop_layers", "crop_overlap", "crop_nms", "crop_points_factor"),
    *("points_per_batch", "largest_share", "drop_border", "drop_containing", "tile_size", "tile_overlap"),
)


class SamForm(QWidget):
    """Form of a checkpoint and of `SamSettings` without the info bar."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.checkpoint = QLineEdit()
        self.checkpoint.setPlaceholderText(EXAMPLE)
        self.checkpoint.setToolTip("A folder with a SAM or SAM 2 checkpoint, or its name on the hub.")
        self.download = QCheckBox("May be downloaded from the hub")
        self.download.setToolTip("A name is looked for on this computer; tick to fetch it once if it is not.")
        self.dense = push_button(
            "Start for dense crystals",
            "More points, a second look at parts of the image, lower thresholds.",
            lambda: fill_fields(self.fields, vars(SamSettings.for_dense_crystals())),
        )
        self.fields = {
            name: setting_field(SamSettings, name, decimals=3) for name in ALWAYS_IN_SIGHT + ADVANCED
        }
        self._lay_out()
        self.checkpoint.textChanged.connect(lambda _: self.changed.emit())
        self.download.toggled.connect(lambda _: self.changed.emit())
        for field in self.fields.values():
            if isinstance(field.native, QAbstractSpinBox):
                field.native.setKeyboardTracking(False)
            field.changed.connect(lambda _: self.changed.emit())

    def checkpoint_name(self) -> str:
        """Return the folder or the name that was typed; raises where there is none."""
        if not (name := self.checkpoint.text().strip()):
            raise ValueError(NO_CHECKPOINT)
        return name

    def settings(self, crop_info_bar: bool = True) -> SamSettings:
        """Return what the fields say; raises where a value is out of its range."""
        return SamSettings(**read_fields(self.fields), crop_info_bar=crop_info_bar)

    def values(self) -> dict[str, Any]:
        """Return what is to be remembered, as JSON can hold it."""
        own = {"checkpoint": self.checkpoint.text(), "download": self.download.isChecked()}
        return own | read_fields(self.fields)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fill in what was remembered; raises for a value of another kind than its field."""
        self.checkpoint.setText(str(values.get("checkpoint", "")))
        self.download.setChecked(bool(values.get("download", False)))
        fill_fields(self.fields, values)

    def _lay_out(self) -> None:
        browse = push_button("...", "Choose the folder of a checkpoint.", self._browse)
        browse.setFixedWidth(30)
        main = form()
        add_row(main, "Checkpoint", row(self.checkpoint, browse, wide=self.checkpoint))
        main.addRow("", self.download)
        for name in ALWAYS_IN_SIGHT:
            add_field(main, self.fields[name])
        main.addRow("", self.dense)
        stack(self, main, advanced(self.fields, ADVANCED)).setContentsMargins(0, 0, 0, 0)

    def _browse(self) -> None:
        folder = questions.ask_folder(self, "Folder of a SAM checkpoint", Path.home())
        if folder is not None:
            self.checkpoint.setText(str(folder))
