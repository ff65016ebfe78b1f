"""Plots of a run in the dock: the confusion matrix, with images behind its cells, and the reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from qtpy.QtCore import QPointF, QRectF, Qt, Signal
from qtpy.QtGui import QFontMetrics

from napari_rocks2net.evaluation.figure_keys import ACCURACY, CONFIDENCE
from napari_rocks2net.plugin.look.plot_theme import TRAINING, VALIDATION, PlotTheme
from napari_rocks2net.plugin.look.plots import ThemedPlot, line

LONGEST_NAME = 18
# Of the curves of reliability.
COLOURS = (VALIDATION, TRAINING)
ONE_HUE = ("#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b")
ONE_HUE_ON_DARK = ("#2a313b", "#1f4e79", "#2171b5", "#6baed6", "#c6dbef")
CHOSEN = "#ffd60a"
TITLE_SPACE = 26
# Rows and columns that an arrow key moves by.
STEPS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}
CHOOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ClassAxis(pg.AxisItem):
    """An axis with a class name at every row or column; below the plot the names stand upright."""

    def name_classes(self, names: Sequence[str]) -> None:
        """Show class names at 0, 1, 2, ..."""
        cut = LONGEST_NAME - 1
        labels = [name if len(name) <= LONGEST_NAME else f"{name[:cut]}…" for name in names]
        self.setTicks([list(enumerate(labels))])
        self.setStyle(tickLength=0, autoExpandTextSpace=False, hideOverlappingLabels=False)
        metrics = QFontMetrics(self.font())
        space = max((metrics.horizontalAdvance(name) for name in labels), default=0) + TITLE_SPACE
        if self.orientation == "left":
            self.setWidth(space)
        else:
            self.setHeight(space)

    def drawPicture(self, p: Any, axisSpec: Any, tickSpecs: Any, textSpecs: Any) -> None:  # noqa: N802
        """Draw the names; pyqtgraph itself writes level texts only."""
        if self.orientation == "left":
            super().drawPicture(p, axisSpec, tickSpecs, textSpecs)
            return
        p.setPen(self.textPen())
        for rect, _, text in textSpecs:
            p.save()
            p.translate(rect.center().x(), 4)
            p.rotate(-90)
            room = QRectF(-self.height(), -rect.height() / 2, self.height(), rect.height())
            p.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
            p.restore()


class ConfusionPlot(ThemedPlot):
    """Counts of true classes (rows) given the predicted ones (columns), shaded by the share of the row.

    Signals
    -------
    cell_chosen : (str, str)
        The true and the predicted class of a cell that was clicked.
    """

    cell_chosen = Signal(str, str)

    def __init__(self, theme: PlotTheme) -> None:
        axes = {side: ClassAxis(side) for side in ("left", "bottom")}
        self._classes: tuple[str, ...] = ()
        self._counts: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._cell: tuple[int, int] | None = None
        self._picture = pg.ImageItem()
        self._frame = pg.PlotCurveItem(pen=pg.mkPen(CHOSEN, width=3))
        self._texts: list[pg.TextItem] = []
        super().__init__(theme, axisItems=axes)
        self._set_up()

    def _set_up(self) -> None:
        self.setToolTip("Click a cell to see its images; or move with the arrow keys and press Return.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.addItem(self._picture)
        self.addItem(self._frame)
        self.invertY(True)
        self.setLabel("left", "true class")
        self.setLabel("bottom", "predicted class")
        self.scene().sigMouseClicked.connect(self._clicked)

    def set_theme(self, theme: PlotTheme) -> None:
        """Take over napari's colours."""
        super().set_theme(theme)
        stops = ONE_HUE_ON_DARK if theme.dark else ONE_HUE
        colours = pg.ColorMap(np.linspace(0, 1, len(stops)), [pg.mkColor(stop) for stop in stops])
        self._picture.setLookupTable(colours.getLookupTable(nPts=256))
        self.show_counts(self._counts, self._classes)

    def show_counts(self, counts: npt.ArrayLike, classes: Sequence[str]) -> None:
        """Show a (C, C) matrix of counts, rows of true classes, with the (C,) class names."""
        self._counts, self._classes = np.asarray(counts, np.int64), tuple(classes)
        self._cell = None
        self._frame.setData([], [])
        shares = self._counts / np.maximum(self._counts.sum(axis=1, keepdims=True), 1)
        self._write_counts(shares)
        if not len(classes):
            self._picture.clear()
            return
        self._picture.setImage(shares.T, levels=(0, 1))
        self._picture.setRect(QRectF(-0.5, -0.5, len(classes), len(classes)))
        for side in ("left", "bottom"):
            self.getAxis(side).name_classes(classes)
        edge = len(classes) - 0.5
        self.setRange(xRange=(-0.5, edge), yRange=(-0.5, edge), padding=0.01)

    def choose_cell(self, row: int, column: int) -> None:
        """Frame a cell and ask for its images."""
        self._frame_cell(row, column)
        self.cell_chosen.emit(self._classes[row], self._classes[column])

    def keyPressEvent(self, ev: Any) -> None:  # noqa: N802
        """Move the frame with the arrow keys; Return asks for the images."""
        key, last = ev.key(), len(self._classes) - 1
        if last < 0 or (key not in STEPS and key not in CHOOSING):
            super().keyPressEvent(ev)
        elif key in CHOOSING:
            self.choose_cell(*(self._cell or (0, 0)))
        else:
            row, column = self._cell or (0, 0)
            down, right = STEPS[key] if self._cell else (0, 0)
            self._frame_cell(min(max(row + down, 0), last), min(max(column + right, 0), last))

    def _frame_cell(self, row: int, column: int) -> None:
        self._cell = row, column
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) - 0.5 + (column, row)
        self._frame.setData(corners[:, 0], corners[:, 1])

    def _write_counts(self, shares: npt.NDArray[np.float64]) -> None:
        for text in self._texts:
            self.removeItem(text)
        self._texts = []
        for (row, column), count in np.ndenumerate(self._counts):
            # Dark letters on light cells and the other way round, whichever way the map runs.
            light_cell = (shares[row, column] > 0.5) == self.theme.dark
            text = pg.TextItem(str(count), color="#101418" if light_cell else "#f4f7fa", anchor=(0.5, 0.5))
            text.setPos(QPointF(float(column), float(row)))
            self.addItem(text)
            self._texts.append(text)

    def _clicked(self, event: Any) -> None:
        place = self.getPlotItem().vb.mapSceneToView(event.scenePos())
        row, column = round(place.y()), round(place.x())
        if 0 <= row < len(self._classes) and 0 <= column < len(self._classes):
            self.choose_cell(row, column)


class ReliabilityPlot(ThemedPlot):
    """Curves of the share that is right over the probability of the answer; honest ones are the diagonal."""

    def __init__(self, theme: PlotTheme) -> None:
        super().__init__(theme)
        self.setToolTip(
            "Each point stands for equally many photos. Below the diagonal the model is surer than it may "
            "be, above it less sure."
        )
        self.setLabel("left", "share that is right")
        self.setLabel("bottom", "probability of the answer")
        self.setRange(xRange=(0, 1), yRange=(0, 1), padding=0.03)
        self.addLegend(offset=(50, 8), labelTextSize="9pt")
        self.set_theme(theme)

    def show_curves(self, curves: Mapping[str, Sequence[Mapping[str, float]]]) -> None:
        """Show curves by their titles: bins of `napari_rocks2net.evaluation.calibration.reliability`."""
        self.clear()
        self.plot([0, 1], [0, 1], pen=line(self.theme.faint, dashed=True))
        for (title, bins), colour in zip(curves.items(), COLOURS, strict=False):
            sure, right = [each[CONFIDENCE] for each in bins], [each[ACCURACY] for each in bins]
            self.plot(sure, right, name=title, pen=line(colour), symbol="o", symbolSize=6, symbolBrush=colour)
