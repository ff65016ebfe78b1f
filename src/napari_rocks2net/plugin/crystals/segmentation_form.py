"""Form of the segmentation settings of the Crystals widget."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from magicgui.widgets import FloatSpinBox, TupleEdit
from magicgui.widgets.bases import BaseValueWidget
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.plugin.crystals.form import add_field, add_row, advanced, form, row, stack
from napari_rocks2net.plugin.look.setting_fields import fill_fields, read_fields, setting_field
from napari_rocks2net.settings import settings_of

ESTIMATED = "estimated"
SIZE_TIP = f"{settings_of(SegmentationSettings)['size'].help} 0: estimated from the image."
ADVANCED = ("size_range", "denoising", "levels", "dark", "keep_border")


class SegmentationForm(QWidget):
    """Form of `SegmentationSettings` without the info bar, which every source of crystals has."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields = _make_fields()
        size, unit = self.fields["size"].native, self.fields["size_unit"].native
        main = form()
        add_row(main, self.fields["size"].label, row(size, unit, wide=size))
        for name in ("splitting", "sensitivity"):
            add_field(main, self.fields[name])
        stack(self, main, advanced(self.fields, ADVANCED)).setContentsMargins(0, 0, 0, 0)
        for field in self.fields.values():
            field.changed.connect(lambda _: self.changed.emit())

    def settings(self, crop_info_bar: bool = True) -> SegmentationSettings:
        """Return what the fields say; raises where they cannot go together."""
        return SegmentationSettings(**self.values(), crop_info_bar=crop_info_bar)

    def values(self) -> dict[str, Any]:
        """Return the fields by their names in `SegmentationSettings`, as JSON can hold them."""
        return read_fields(self.fields)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fill the fields in; values that are missing leave theirs as they are."""
        fill_fields(self.fields, values)

    def show_estimate(self, pixels: float | None) -> None:
        """Show the size that was estimated, while none is given."""
        text = ESTIMATED if pixels is None else f"{ESTIMATED}: {pixels:.0f} px"
        self.fields["size"].native.setSpecialValueText(text)


def _make_fields() -> dict[str, BaseValueWidget[Any]]:
    field = partial(setting_field, SegmentationSettings)
    fields = {
        "size": field("size", when_none=ESTIMATED, decimals=1, tooltip=SIZE_TIP),
        "size_unit": field("size_unit"),
        "splitting": field("splitting", slider=True),
        "sensitivity": field("sensitivity", slider=True),
        "size_range": _size_range(),
        **{name: field(name) for name in ADVANCED[1:]},
    }
    for each in ("size", "denoising", "levels"):
        fields[each].native.setKeyboardTracking(False)
    return fields


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
        spin_box.native.setKeyboardTracking(False)
    return field
