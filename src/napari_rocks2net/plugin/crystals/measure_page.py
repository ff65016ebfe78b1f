"""Measure page: measure crystals, see their sizes and shapes, save them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import napari
from napari.layers import Labels
from qtpy.QtWidgets import QCheckBox, QVBoxLayout

from napari_rocks2net.crystals.measuring.columns import AREA, EQUIVALENT_DIAMETER, ORIENTATION, TOUCHES_BORDER
from napari_rocks2net.plugin.crystals.features import features_by_label, measurement_unit
from napari_rocks2net.plugin.look.controls import choice, form_button, row, sentence
from napari_rocks2net.plugin.look.forms import Page, form
from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.plugin.crystals.shape_plots import Histogram, Rose

MEASURES = (
    *(EQUIVALENT_DIAMETER, AREA, "perimeter", "feret_max", "feret_min", "aspect_ratio", "circularity"),
    *("roundness", "solidity", "eccentricity", "extent", "neighbours", "contact_share", "intensity_mean"),
)
NOTHING = "Measure the chosen crystals to see their sizes and shapes."


class MeasurePage(Page):
    """Starts the measuring and shows what came of it."""

    def __init__(self, viewer: napari.Viewer) -> None:
        super().__init__()
        self.measure = form_button("Measure", "Measure every crystal, into the features of its layer.")
        self.whole_only = QCheckBox("Leave out crystals at the border")
        self.whole_only.setToolTip("Plots show whole crystals only; the table keeps all.")
        self.table = form_button("Features table", "Open napari's table of all measures.")
        self.save = form_button("Save...", "Write table, labels, outlines, histograms and rose diagram.")
        self.summary = sentence(NOTHING)
        self.column = choice(*(name.replace("_", " ") for name in MEASURES))
        self._viewer, self._plot_lines = viewer, QVBoxLayout()
        self._layer: Labels | None = None
        display = form({"Show": (self.column, "Which measure the histogram shows.")})
        plots = (self.whole_only, self._plot_lines)
        self.fill(self.measure, self.summary, display, *plots, row(self.table, self.save))
        self.column.currentTextChanged.connect(lambda _: self.refresh())
        self.whole_only.toggled.connect(lambda _: self.refresh())
        self.refresh()

    def show_layer(self, layer: Labels | None) -> None:
        """Show what is measured of a layer's crystals, if anything is."""
        self._layer = layer
        self.refresh()

    def refresh(self) -> None:
        """Draw the chosen measure of the layer's crystals."""
        features: Any = {} if self._layer is None else features_by_label(self._layer)
        measured = EQUIVALENT_DIAMETER in features
        for part in (self.table, self.save, self.column, self.whole_only):
            part.setEnabled(measured)
        if measured or "plots" in vars(self):
            for plot in self.plots:
                plot.setVisible(measured)
        if not measured:
            self.summary.setText(NOTHING)
            return
        rows = features[features[EQUIVALENT_DIAMETER].notna()]
        count = len(rows)
        if self.whole_only.isChecked():
            rows = rows[~rows[TOUCHES_BORDER].astype(bool)]
        self._draw(rows, count)

    @cached_property
    def plots(self) -> tuple[Histogram, Rose]:
        """The plots, made with the first measures: pyqtgraph takes a third of the time of the opening."""
        from napari_rocks2net.plugin.crystals.shape_plots import Histogram, Rose

        theme = PlotTheme.of(self._viewer)
        plots = Histogram(theme), Rose(theme)
        for plot in plots:
            self._plot_lines.addWidget(plot)
        return plots

    def _draw(self, rows: pd.DataFrame, count: int) -> None:
        from napari_rocks2net.crystals import unit_of
        from napari_rocks2net.crystals.measuring.plots import heading

        unit, column = measurement_unit(self._layer), MEASURES[self.column.currentIndex()]
        words = column.replace("_", " ")
        values = rows[column] if column in rows else rows[EQUIVALENT_DIAMETER].iloc[:0]
        remark = "" if len(rows) == count else f", {len(rows)} of them shown"
        median = f"; median {words} {values.median():.3g} {unit_of(column, unit)}" if len(values) else ""
        self.summary.setText(f"<b>{count_of(count, 'crystal')}</b>{remark}{median}".strip())
        histogram, rose = self.plots
        histogram.show_values(values, heading(column, unit))
        rose.show_degrees(rows[ORIENTATION])
