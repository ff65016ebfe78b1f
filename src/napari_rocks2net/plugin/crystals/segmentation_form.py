"""Forms of the settings of the built-in segmentation and of a Segment Anything Model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from magicgui.widgets import FloatSpinBox, TupleEdit
from magicgui.widgets.bases import BaseValueWidget
from qtpy.QtWidgets import QCheckBox, QLineEdit

from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.plugin.look.controls import form_button, row
from napari_rocks2net.plugin.look.setting_fields import SettingBox, fill_fields, read_fields, setting_field
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.settings import settings_of

ESTIMATED = "estimated"
SIZE_TIP = f"{settings_of(SegmentationSettings)['size'].help} 0: estimated from the image."
ADVANCED = ("size_range", "denoising", "levels", "dark", "keep_border")


class SegmentationForm(SettingBox):
    """Form of `SegmentationSettings` without the info bar, which every source of crystals has."""

    def __init__(self) -> None:
        field = partial(setting_field, SegmentationSettings)
        fields = {
            "size": field("size", when_none=ESTIMATED, decimals=1, tooltip=SIZE_TIP),
            "size_unit": field("size_unit"),
            "splitting": field("splitting", slider=True),
            "sensitivity": field("sensitivity", slider=True),
            "size_range": _size_range(),
            **{name: field(name) for name in ADVANCED[1:]},
        }
        size, unit = fields["size"].native, fields["size_unit"].native
        in_sight = {fields["size"].label: row(size, unit, wide=size)}
        in_sight |= {name: fields[name] for name in ("splitting", "sensitivity")}
        super().__init__(fields, in_sight, ADVANCED)

    def settings(self, crop_info_bar: bool = True) -> SegmentationSettings:
        """Return what the fields say; raises where they cannot go together."""
        return SegmentationSettings(**self.values(), crop_info_bar=crop_info_bar)

    def show_estimate(self, pixels: float | None) -> None:
        """Show the size that was estimated, while none is given."""
        text = ESTIMATED if pixels is None else f"{ESTIMATED}: {pixels:.0f} px"
        self.fields["size"].native.setSpecialValueText(text)


def _size_range() -> BaseValueWidget[Any]:
    """Return a field for the two factors of the size range."""
    setting = settings_of(SegmentationSettings)["size_range"]
    field = TupleEdit(
        value=setting.default, labels=False, layout="horizontal", label=setting.label, tooltip=setting.help
    )
    field.margins = (0, 0, 0, 0)
    limits = {"≥": (0.01, 0.99, 0.05), "≤": (1.01, 100, 0.1)}
    for spin_box, (name, (lowest, highest, step)) in zip(field, limits.items(), strict=True):
        assert isinstance(spin_box, FloatSpinBox)
        spin_box.min, spin_box.max, spin_box.step = lowest, highest, step
        spin_box.tooltip = setting.help
        spin_box.native.setPrefix(f"{name} ")
    return field


EXAMPLE = "folder, or a name such as facebook/sam-vit-base"
NO_CHECKPOINT = (
    "Name a SAM checkpoint: its folder, or its name on the hub such as facebook/sam-vit-base "
    "(it needs pip install 'napari-rocks2net[sam]')."
)
ALWAYS_IN_SIGHT = ("points_per_side", "predicted_iou", "stability", "minimum_area")
SAM_ADVANCED = (
    *("stability_offset", "box_nms", "crop_layers", "crop_overlap", "crop_nms", "crop_points_factor"),
    *("points_per_batch", "largest_share", "drop_border", "drop_containing", "tile_size", "tile_overlap"),
)


class SamForm(SettingBox):
    """Form of a checkpoint and of `SamSettings` without the info bar."""

    def __init__(self) -> None:
        self.checkpoint = QLineEdit()
        self.checkpoint.setPlaceholderText(EXAMPLE)
        self.checkpoint.setToolTip("A folder with a SAM or SAM 2 checkpoint, or its name on the hub.")
        browse = form_button("...", "Choose the folder of a checkpoint.", self._browse)
        browse.setFixedWidth(30)
        self.download = QCheckBox("May be downloaded from the hub")
        self.download.setToolTip("A name is looked for on this computer; tick to fetch it once if it is not.")
        self.dense = form_button(
            "Start for dense crystals",
            "More points, a second look at parts of the image, lower thresholds.",
            lambda: fill_fields(self.fields, vars(SamSettings.for_dense_crystals())),
        )
        fields = {
            name: setting_field(SamSettings, name, decimals=3) for name in ALWAYS_IN_SIGHT + SAM_ADVANCED
        }
        model = {"Checkpoint": row(self.checkpoint, browse, wide=self.checkpoint), "": self.download}
        in_sight = {name: fields[name] for name in ALWAYS_IN_SIGHT}
        super().__init__(fields, model | in_sight | {" ": self.dense}, SAM_ADVANCED)
        self.checkpoint.textChanged.connect(lambda _: self.changed.emit())
        self.download.toggled.connect(lambda _: self.changed.emit())

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
        return own | super().values()

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fill in what was remembered; raises for a value of another kind than its field."""
        self.checkpoint.setText(str(values.get("checkpoint", "")))
        self.download.setChecked(bool(values.get("download", False)))
        super().set_values(values)

    def _browse(self) -> None:
        folder = questions.ask_folder(self, "Folder of a SAM checkpoint", preferences.SAM_FOLDER)
        if folder is not None:
            self.checkpoint.setText(str(folder))
