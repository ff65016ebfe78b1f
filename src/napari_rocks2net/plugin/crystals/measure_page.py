"""Measure page: measure crystals, see their sizes and shapes, save them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from napari_rocks2net.plugin.crystals.features import features_by_label
from napari_rocks2net.plugin.crystals.form import add_row, choice, form, push_button
from napari_rocks2net.plugin.crystals.measuring import unit_measured
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    import pandas as pd
    from napari.layers import Labels

    from napari_rocks2net.plugin.crystals.shape_plots import Histogram, Rose
    from napari_rocks2net.plugin.look.plot_theme import PlotTheme

FIRST = "equivalent_diameter"
SHOWN = (
    FIRST,
    "area",
    "perimeter",
    "feret_max",
    "feret_min",
    "aspect_ratio",
    "circularity",
    "roundness",
    "solidity",
    "eccentricity",
    "extent",
    "neighbours",
    "contact_share",
    "intensity_mean",
)
NOTHING = "Measure the chosen crystals to see their sizes and shapes."


class MeasurePage(QScrollArea):
    """Starts the measuring and shows what came of it.

    Parameters
    ----------
    theme : PlotTheme

    Signals
    -------
    measure_wanted, table_wanted, save_wanted : ()
    """

    measure_wanted = Signal()
    table_wanted = Signal()
    save_wanted = Signal()

    def __init__(self, theme: PlotTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.measure = push_button(
            "Measure", "Measure every crystal, into the features of its layer.", self.measure_wanted.emit
        )
        self.whole_only = QCheckBox("Leave out crystals at the border")
        self.whole_only.setToolTip("Plots show whole crystals only; the table keeps all.")
        self.table = push_button(
            "Features table", "Open napari's table of all measures.", self.table_wanted.emit
        )
        self.save = push_button(
            "Save ...", "Write table, labels, outlines, histograms and rose diagram.", self.save_wanted.emit
        )
        self.summary = QLabel(NOTHING)
        self.summary.setWordWrap(True)
        self.column = choice(*(name.replace("_", " ") for name in SHOWN))
        self._theme = theme
        self._layer: Labels | None = None
        self._lay_out()
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
        measured = FIRST in features
        for part in (self.table, self.save, self.column, self.whole_only):
            part.setEnabled(measured)
        for plot in self._plots():
            plot.setVisible(measured)
        if not measured:
            self.summary.setText(NOTHING)
            return
        rows = features[features[FIRST].notna()]
        count = len(rows)
        if self.whole_only.isChecked():
            rows = rows[~rows["touches_border"].astype(bool)]
        self._draw(rows, count)

    def set_theme(self, theme: PlotTheme) -> None:
        """Take over napari's colours."""
        self._theme = theme
        for plot in self._plots():
            plot.set_theme(theme)

    # Made with the first measures: pyqtgraph takes a third of the time in which the widget opens.
    @cached_property
    def histogram(self) -> Histogram:
        """The histogram of the chosen measure."""
        from napari_rocks2net.plugin.crystals.shape_plots import Histogram

        plot = Histogram(self._theme)
        self._plot_lines.addWidget(plot)
        return plot

    @cached_property
    def rose(self) -> Rose:
        """The rose diagram of the directions."""
        from napari_rocks2net.plugin.crystals.shape_plots import Rose

        plot = Rose(self._theme)
        self._plot_lines.addWidget(plot)
        return plot

    def _plots(self) -> list[Any]:
        return [plot for name, plot in vars(self).items() if name in ("histogram", "rose")]

    def _draw(self, rows: pd.DataFrame, count: int) -> None:
        from napari_rocks2net.crystals import unit_of
        from napari_rocks2net.crystals.measuring.plots import heading

        unit, column = unit_measured(self._layer), SHOWN[self.column.currentIndex()]
        words = column.replace("_", " ")
        values = rows[column] if column in rows else rows[FIRST].iloc[:0]
        shown = "" if len(rows) == count else f", {len(rows)} of them shown"
        median = f"; median {words} {values.median():.3g} {unit_of(column, unit)}" if len(values) else ""
        self.summary.setText(f"<b>{count_of(count, 'crystal')}</b>{shown}{median}".strip())
        self.histogram.show_values(values, heading(column, unit))
        self.rose.show_degrees(rows["orientation"])

    def _lay_out(self) -> None:
        page = QWidget()
        lines = QVBoxLayout(page)
        lines.setContentsMargins(0, 4, 0, 0)
        lines.addWidget(self.measure)
        lines.addWidget(self.summary)
        shown = form()
        add_row(shown, "Show", self.column, "Which measure the histogram shows.")
        lines.addLayout(shown)
        lines.addWidget(self.whole_only)
        self._plot_lines = QVBoxLayout()
        lines.addLayout(self._plot_lines)
        buttons = QHBoxLayout()
        buttons.addWidget(self.table)
        buttons.addWidget(self.save)
        lines.addLayout(buttons)
        lines.addStretch(1)
        self.setWidget(page)
        self.setWidgetResizable(True)
