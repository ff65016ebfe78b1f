"""Live curves: loss and accuracy of every epoch while the training runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import floor
from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from qtpy.QtWidgets import QWidget

from napari_rocks2net.plugin.look.controls import column
from napari_rocks2net.plugin.look.plot_theme import TRAINING, VALIDATION, PlotTheme
from napari_rocks2net.plugin.look.plots import ThemedPlot, line
from napari_rocks2net.training.events import EPOCH

if TYPE_CHECKING:
    from napari_rocks2net.training import EpochFinished

LOSS, ACCURACY = FIGURES = ("loss", "accuracy")
PARTS = {"training": ("train", TRAINING), "validation": ("validation", VALIDATION)}
SMALLEST_HEIGHT = 120
HIGHEST_LEGEND = 200


class EpochAxis(pg.AxisItem):
    """An axis with a tick at whole epochs only."""

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: N802
        """Return the steps that pyqtgraph proposes, none smaller than one epoch."""
        steps = super().tickSpacing(minVal, maxVal, size)
        whole = [(max(1.0, float(floor(step))), offset) for step, offset in steps if step >= 1]
        return whole or [(1.0, 0.0)]


class CurvePlots(QWidget):
    """Two plots over the epochs, one below the other: loss and accuracy."""

    def __init__(self, theme: PlotTheme) -> None:
        super().__init__()
        self.plots = {name: self._plot(name, theme) for name in FIGURES}
        self.legend = _legend_above(self.plots[LOSS].getPlotItem())
        column(self, *self.plots.values())
        self.plots[ACCURACY].setXLink(self.plots[LOSS])
        self.plots[ACCURACY].setYRange(0, 1, padding=0.04)
        self.plots[LOSS].set_theme(theme)

    def add_curve(self, figure: str, name: str, pen: Any) -> pg.PlotDataItem:
        """Add a curve; the legend stands above the plot of the loss."""
        brush = pen.color()
        return self.plots[figure].plot(
            [], [], name=name, pen=pen, symbol="o", symbolSize=6, symbolBrush=brush, symbolPen=None
        )

    def clear(self) -> None:
        """Remove every curve."""
        self.legend.clear()
        for plot in self.plots.values():
            plot.clear()

    @staticmethod
    def _plot(name: str, theme: PlotTheme) -> ThemedPlot:
        plot = ThemedPlot(theme, axisItems={"bottom": EpochAxis("bottom")})
        plot.setLabel("left", name)
        if name == FIGURES[-1]:
            plot.setLabel("bottom", "epoch")
        plot.getAxis("left").setWidth(48)
        plot.showGrid(x=False, y=True, alpha=0.2)
        plot.setMinimumHeight(SMALLEST_HEIGHT)
        return plot


def _legend_above(plot: pg.PlotItem) -> pg.LegendItem:
    """Return a legend in the place of a plot's title: within the plot it would hide some curve's end."""
    plot.legend = legend = pg.LegendItem(colCount=len(PARTS), labelTextSize="9pt")
    plot.layout.removeItem(plot.titleLabel)
    # Without a title the row has no height.
    plot.layout.setRowMaximumHeight(0, HIGHEST_LEGEND)
    plot.layout.setRowPreferredHeight(0, -1)
    plot.layout.addItem(legend, 0, 1)
    return legend


class LiveCurves(CurvePlots):
    """Training and validation curves of one run that grow epoch by epoch; earlier folds stay, faint."""

    def __init__(self, theme: PlotTheme) -> None:
        super().__init__(theme)
        self.setToolTip("Loss and accuracy after every epoch, on the training and the validation images.")
        self._values: dict[tuple[str, str], list[float]] = {}
        self._epochs: list[int] = []
        self._curves: dict[tuple[str, str], pg.PlotDataItem] = {}
        self.restart()

    def restart(self) -> None:
        """Forget every run, and hide until there is an epoch: a probe has none."""
        self.hide()
        self.clear()
        self._curves = {}
        self._begin(legend=True)

    def next_fold(self, rows: Iterable[Mapping[str, Any]] = ()) -> None:
        """Keep the curves of this fold in the background and begin new ones, with the epochs it has had."""
        if self._epochs:
            for curve in self._curves.values():
                curve.setOpacity(0.3)
            self._begin(legend=False)
        self._add_rows(rows)

    def add_epoch(self, event: EpochFinished) -> None:
        """Draw one more epoch; an epoch that is trained again after a continue replaces its point."""
        keep = sum(epoch < event.epoch for epoch in self._epochs)
        self._epochs = [*self._epochs[:keep], event.epoch]
        for (figure, part), values in self._values.items():
            values[keep:] = [float(getattr(event, f"{PARTS[part][0]}_{figure}"))]
            self._curves[figure, part].setData(self._epochs, values)
        self._fit()

    def show_history(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Draw the epochs of an earlier run: rows of its history.csv."""
        self.restart()
        self._add_rows(rows)

    def points(self, figure: str, part: str) -> tuple[Sequence[int], Sequence[float]]:
        """Return the epochs and the values that are drawn of, say, ("loss", "validation")."""
        return tuple(self._epochs), tuple(self._values[figure, part])

    def _add_rows(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            self._epochs.append(int(row[EPOCH]))
            for (figure, part), values in self._values.items():
                values.append(float(row[f"{PARTS[part][0]}_{figure}"]))
        for key, curve in self._curves.items():
            curve.setData(self._epochs, self._values[key])
        self._fit()

    def _begin(self, legend: bool) -> None:
        self._epochs = []
        for figure in FIGURES:
            for part, (_, colour) in PARTS.items():
                pen = line(colour, dashed=part == "training")
                name = part if legend and figure == "loss" else None
                self._curves[figure, part] = self.add_curve(figure, name or "", pen)
                self._values[figure, part] = []

    def _fit(self) -> None:
        if self._epochs:
            self.show()
        longest = max(self._epochs, default=1)
        self.plots[LOSS].setXRange(1, max(longest, 2), padding=0.03)
        self.plots[LOSS].enableAutoRange(axis="y")
