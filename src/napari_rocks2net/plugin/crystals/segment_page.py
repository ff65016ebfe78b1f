"""Segment page: scale, info bar, source of the crystals, settings, preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import napari
from napari.layers import Image
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox

from napari_rocks2net.plugin.crystals.scale_form import ScaleForm
from napari_rocks2net.plugin.crystals.segmentation_form import SamForm, SegmentationForm
from napari_rocks2net.plugin.look.controls import choice, form_button, sentence
from napari_rocks2net.plugin.look.forms import Page, form, group

if TYPE_CHECKING:
    from napari_rocks2net.crystals import SegmentationSettings

BUILT_IN, SAM, OWN = "Built in, no download", "Segment Anything (SAM)", "A Labels layer of my own"
OWN_HINT = (
    "Choose your layer above under Crystals: drawn by hand or found by any plugin. Nothing has to be "
    "segmented then; go on with Measure."
)
CORRECT_HINT = "Correct the crystals with napari's own tools: paint, erase, fill, polygon."


class SegmentPage(Page):
    """Everything about finding crystals, in the order in which it is decided."""

    changed = Signal()  # A setting that the preview depends on.

    def __init__(self, viewer: napari.Viewer, image: Callable[[], Image | None]) -> None:
        super().__init__()
        self.scale = ScaleForm(viewer, image)
        self.built_in, self.sam = SegmentationForm(), SamForm()
        self.source = choice(BUILT_IN, SAM, OWN)
        self.preview = QCheckBox("Live preview in the visible part")
        self.preview.setToolTip("Show what the settings do where you look, while you change them.")
        self.segment = form_button("Segment", "Find the crystals of the whole image (Ctrl+Return).")
        self.segment.setShortcut("Ctrl+Return")
        self._pages = {BUILT_IN: self.built_in, SAM: self.sam, OWN: sentence(OWN_HINT)}
        source = form({"Method": (self.source, "What finds the crystals.")})
        crystals = group("Crystals", source, *self._pages.values(), self.preview)
        self.fill(group("Scale", self.scale), crystals, self.segment, sentence(CORRECT_HINT))
        for part in (self.built_in, self.sam, self.scale):
            part.changed.connect(self.changed)
        self.source.currentTextChanged.connect(lambda _: self._source_changed())
        self._source_changed()

    def settings(self) -> SegmentationSettings:
        """Return the settings of the built-in segmentation; raises where they cannot go together."""
        return self.built_in.settings(self.scale.crop.isChecked())

    def values(self) -> dict[str, Any]:
        """Return what is to be remembered, as JSON can hold it."""
        return {
            "source": self.source.currentText(),
            "built_in": self.built_in.values(),
            "sam": self.sam.values(),
            "preview": self.preview.isChecked(),
            "crop_info_bar": self.scale.crop.isChecked(),
            "bar_unit": self.scale.bar_unit.currentText(),
        }

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fill in what was remembered; raises for a value of another kind than its field."""
        self.source.setCurrentText(str(values.get("source", BUILT_IN)))
        self.built_in.set_values(values.get("built_in", {}))
        self.sam.set_values(values.get("sam", {}))
        self.preview.setChecked(bool(values.get("preview", False)))
        self.scale.crop.setChecked(bool(values.get("crop_info_bar", True)))
        self.scale.bar_unit.setCurrentText(str(values.get("bar_unit", "µm")))

    def _source_changed(self) -> None:
        chosen = self.source.currentText()
        for name, page in self._pages.items():
            page.setVisible(name == chosen)
        self.preview.setVisible(chosen == BUILT_IN)
        self.segment.setVisible(chosen != OWN)
        if chosen != BUILT_IN:
            self.preview.setChecked(False)
        self.changed.emit()
