"""Shape plots: a histogram and a rose diagram of the measured crystals, in the dock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg

from napari_rocks2net.class_colours import ORANGE, SKY_BLUE
from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.plugin.look.plots import ThemedPlot, line

if TYPE_CHECKING:
    import numpy.typing as npt

FILL, RIM = SKY_BLUE, "#1b6a9c"
MEDIAN = ORANGE
HISTOGRAM_HEIGHT, ROSE_HEIGHT = 170, 190
MOST_BINS = 60
# Room for the names of the directions around the rose.
ROSE_MARGIN = 1.22


class Histogram(ThemedPlot):
    """Histogram of a measure, with its median."""

    def __init__(self, theme: PlotTheme) -> None:
        super().__init__(theme)
        self.setFixedHeight(HISTOGRAM_HEIGHT)
        self.setLabel("left", "crystals")
        self.getAxis("left").setWidth(44)
        self.getViewBox().setLimits(yMin=0)
        self.setToolTip("The dashed line is the median.")

    def show_values(self, values: npt.ArrayLike, name: str) -> None:
        """Draw (N,) values; those that are not finite are left out."""
        numbers = np.asarray(values, float)
        numbers = numbers[np.isfinite(numbers)]
        self.clear()
        self.setLabel("bottom", name)
        if not len(numbers):
            return
        edges = np.histogram_bin_edges(numbers, "auto")
        if len(edges) > MOST_BINS:
            edges = np.histogram_bin_edges(numbers, MOST_BINS)
        counts, _ = np.histogram(numbers, edges)
        bars = pg.BarGraphItem(x0=edges[:-1], x1=edges[1:], height=counts, brush=FILL, pen=RIM)
        self.addItem(bars)
        self.addItem(pg.InfiniteLine(float(np.median(numbers)), pen=line(MEDIAN, dashed=True)))
        self.setXRange(edges[0], edges[-1], padding=0.03)
        self.setYRange(0, counts.max(), padding=0.05)


class Rose(ThemedPlot):
    """In which directions the crystals lie; the area of a petal is the number of crystals."""

    def __init__(self, theme: PlotTheme) -> None:
        self._counts: np.ndarray | None = None
        super().__init__(theme)
        self.setFixedHeight(ROSE_HEIGHT)
        for side in ("left", "bottom"):
            self.hideAxis(side)
        self.setAspectLocked(True)
        self.setToolTip(
            "Directions of the longest axes, counter-clockwise from the horizontal of the image. Every "
            "crystal is drawn in both of its directions; the area of a petal is the number of crystals."
        )

    def set_theme(self, theme: PlotTheme) -> None:
        """Take over napari's colours."""
        super().set_theme(theme)
        self._draw()

    def show_degrees(self, degrees: npt.ArrayLike) -> None:
        """Draw (N,) orientations from 0 to 180 degrees; those that are not finite are left out."""
        from napari_rocks2net.crystals.measuring.plots import rose_counts

        self._counts, self._edges = rose_counts(degrees)
        self._draw()

    def _draw(self) -> None:
        self.clear()
        if self._counts is None or not self._counts.any():
            return
        radii = np.sqrt(self._counts / self._counts.max())
        around = np.radians(np.linspace(0, 360, 181))
        self.plot(np.cos(around), np.sin(around), pen=pg.mkPen(self.theme.faint))
        for radius, first, last in zip(radii, self._edges[:-1], self._edges[1:], strict=True):
            self._petal(radius, first, last)
        for text, degrees in (("0°", 0), ("90°", 90), ("180°", 180), ("270°", 270)):
            label = pg.TextItem(text, color=self.theme.text, anchor=(0.5, 0.5))
            label.setPos(1.12 * np.cos(np.radians(degrees)), 1.12 * np.sin(np.radians(degrees)))
            self.addItem(label)
        self.setRange(xRange=(-ROSE_MARGIN, ROSE_MARGIN), yRange=(-ROSE_MARGIN, ROSE_MARGIN), padding=0)

    def _petal(self, radius: float, first: float, last: float) -> None:
        angles = np.radians(np.linspace(first, last, 6))
        x = np.concatenate([[0], radius * np.cos(angles), [0]])
        y = np.concatenate([[0], radius * np.sin(angles), [0]])
        # A curve is filled towards a level: the polygon itself is an item of its own.
        path = pg.arrayToQPath(x, y)
        item = pg.QtWidgets.QGraphicsPathItem(path)
        item.setPen(pg.mkPen(RIM))
        item.setBrush(pg.mkBrush(FILL))
        self.addItem(item)
