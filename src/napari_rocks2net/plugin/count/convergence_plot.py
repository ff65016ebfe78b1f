"""Convergence plot: the percentages of the classes and their intervals, while the points are named."""

from __future__ import annotations

import pyqtgraph as pg
from qtpy.QtWidgets import QWidget

from napari_rocks2net.class_colours import class_colours
from napari_rocks2net.plugin.look.controls import column
from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.plugin.look.plots import ThemedPlot, line
from napari_rocks2net.point_counting import Convergence

HEIGHT = 230
BAND = "30"  # Of a colour's opacity, in hexadecimal.


class ConvergencePlot(QWidget):
    """A curve for each class, in a band of its 95 % interval."""

    def __init__(self, theme: PlotTheme) -> None:
        super().__init__()
        self.plot = ThemedPlot(theme)
        self.plot.setFixedHeight(HEIGHT)
        self.plot.setLabel("bottom", "points named")
        self.plot.setLabel("left", "% of the area")
        self.plot.setToolTip("The curves settle as points are added; the bands are the 95 % intervals.")
        column(self, self.plot)

    def show_curves(self, curve: Convergence, classes: tuple[str, ...]) -> None:
        """Draw how the classes have settled."""
        self.plot.clear()
        for number, (name, colour) in enumerate(class_colours(classes).items()):
            low, high = (
                pg.PlotCurveItem(curve.points, 100 * limits[:, number]) for limits in (curve.low, curve.high)
            )
            self.plot.addItem(pg.FillBetweenItem(low, high, brush=pg.mkBrush(f"{colour}{BAND}")))
            self.plot.plot(curve.points, 100 * curve.shares[:, number], pen=line(colour), name=name)
        last = int(curve.points[-1]) if len(curve.points) else 1
        self.plot.setXRange(0, max(last, 10), padding=0.02)
        self.plot.setYRange(
            0, min(100.0, 100 * float(curve.high[-1].max()) + 5) if len(curve.points) else 100
        )
