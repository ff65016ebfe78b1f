"""Lasso plot: points in the plane that are clicked, or chosen by a line drawn around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from qtpy.QtCore import Qt, Signal

from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.plugin.look.plots import ThemedPlot

POINT_SIZE, CHOSEN_SIZE, CURRENT_SIZE = 9, 13, 20
SHORTEST_LASSO = 3


class LassoBox(pg.ViewBox):
    """Draws a line while the left button is held; the other buttons and the wheel move and zoom.

    Signals
    -------
    lasso_finished : (numpy.ndarray)
        The line, (N, 2) x, y, in the coordinates of the points.
    """

    lasso_finished = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._line: list[tuple[float, float]] = []
        self._curve = pg.PlotCurveItem(pen=pg.mkPen("#ffffff", width=1, style=Qt.PenStyle.DashLine))
        self.addItem(self._curve, ignoreBounds=True)

    def mouseDragEvent(self, ev: Any, axis: Any = None) -> None:  # noqa: N802
        """Follow the mouse."""
        if ev.button() != Qt.MouseButton.LeftButton:
            super().mouseDragEvent(ev, axis)
            return
        ev.accept()
        if ev.isStart():
            self._line = [self._at(ev.buttonDownPos())]
        self._line.append(self._at(ev.pos()))
        self._curve.setData(*np.array(self._line).T)
        if ev.isFinish():
            line, self._line = np.array(self._line), []
            self._curve.setData([], [])
            self.lasso_finished.emit(line)

    def _at(self, position: Any) -> tuple[float, float]:
        point = self.mapToView(position)
        return float(point.x()), float(point.y())


class LassoPlot(ThemedPlot):
    """Points with colours.

    Signals
    -------
    lassoed : (list of int)
        The points inside of a line that was drawn around them.
    clicked : (int)
    """

    lassoed = Signal(object)
    clicked = Signal(int)

    def __init__(self, theme: PlotTheme) -> None:
        box = LassoBox()
        super().__init__(theme, viewBox=box)
        self.setMouseEnabled(x=True, y=True)
        for side in ("left", "bottom"):
            self.hideAxis(side)
        self.places = np.zeros((0, 2))
        self._dots = pg.ScatterPlotItem(pxMode=True, hoverable=True, hoverSize=CHOSEN_SIZE, tip=None)
        self._ring = pg.ScatterPlotItem(pxMode=True, size=CURRENT_SIZE, brush=None)
        self.addItem(self._ring)
        self.addItem(self._dots)
        self._dots.sigClicked.connect(lambda _, spots, *__: self.clicked.emit(int(spots[0].data())))
        box.lasso_finished.connect(self._lasso)

    def show_points(self, places: np.ndarray, names: Sequence[str]) -> None:
        """Show points in place of others.

        Parameters
        ----------
        places : numpy.ndarray
            (N, 2) x, y.
        names : sequence of str
            (N,) what the mouse is told over each.
        """
        self.places = places
        numbers = list(range(len(places)))
        self._dots.setData(x=places[:, 0], y=places[:, 1], data=numbers, size=POINT_SIZE)
        self._dots.opts["tip"] = lambda x, y, data: names[data]
        self._ring.setData([], [])
        self.autoRange()

    def paint_points(self, colours: Sequence[str], chosen: Sequence[int], current: int | None) -> None:
        """Colour the points, make the chosen ones larger and put a ring around the current one.

        Parameters
        ----------
        colours : sequence of str
            "#rrggbb" of each point.
        chosen : sequence of int
        current : int or None
        """
        if not len(self.places):
            return
        brushes = {colour: pg.mkBrush(colour) for colour in set(colours)}
        self._dots.setBrush([brushes[colour] for colour in colours])
        outlined = set(chosen)
        pens = {True: pg.mkPen(self.theme.text, width=2), False: pg.mkPen(self.theme.background)}
        self._dots.setPen([pens[number in outlined] for number in range(len(colours))])
        self._dots.setSize(
            [CHOSEN_SIZE if number in outlined else POINT_SIZE for number in range(len(colours))]
        )
        place = self.places[[current]] if current is not None else np.zeros((0, 2))
        self._ring.setData(x=place[:, 0], y=place[:, 1], pen=pg.mkPen(self.theme.text, width=2))

    def _lasso(self, line: np.ndarray) -> None:
        inside = points_inside(self.places, line)
        self.lassoed.emit(np.flatnonzero(inside).tolist())


def points_inside(points: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Return which points (N, 2) lie inside of a line (M, 2) whose ends are joined, (N,) bool."""
    if len(line) < SHORTEST_LASSO or not len(points):
        return np.zeros(len(points), bool)
    from skimage.measure import points_in_poly

    inside: np.ndarray = points_in_poly(points, line)
    return inside
