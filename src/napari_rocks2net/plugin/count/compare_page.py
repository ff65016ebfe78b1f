"""Compare page: how far two observers agree, or a person and a model, and the points where they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from napari_rocks2net.plugin.look.controls import button, choice, column, row, sentence, shorten
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.look.tables import fill_table, plain_table
from napari_rocks2net.point_counting import Comparison, PointCount, compare
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.audit import Estimate

HINT = (
    "Others count the same points under their own names, and a map or a model may suggest: all of it "
    "is kept in "
    "the file of the count."
)


class ComparePage(QWidget):
    """Lets a person choose two of the observers, models and maps of a count.

    Signals
    -------
    point_clicked : (point,)
    message : (str)
    """

    point_clicked = Signal(int)
    message = Signal(str)

    def __init__(self, jobs: JobBar) -> None:
        super().__init__()
        self._jobs = jobs
        self._count: PointCount | None = None
        self._points: list[int] = []
        self.first, self.second = choice(tip="One of the two."), choice(tip="The other one.")
        for box in (self.first, self.second):
            shorten(box)
        self.text = sentence(HINT)
        self.table = plain_table("The points with two names: click one to go there.")
        self.table.cellClicked.connect(lambda line, _: self.point_clicked.emit(self._points[line]))
        start = button("Compare", "Compare what both have named.", self.compare)
        column(self, row(self.first, self.second, start), self.text, self.table, roomiest=self.table)

    def show_sources(self, count: PointCount) -> None:
        """Offer everyone who named points, and keep what is chosen."""
        self._count, names = count, list(count.answers())
        if [self.first.itemText(number) for number in range(self.first.count())] == names:
            return
        for box in (self.first, self.second):
            chosen = box.currentText()
            box.clear()
            box.addItems(names)
            box.setCurrentText(chosen)
        if self.first.currentText() == self.second.currentText():
            self.second.setCurrentText(next((name for name in names if name != self.first.currentText()), ""))

    def compare(self) -> None:
        """Compare the two that are chosen."""
        if (count := self._count) is None:
            self.message.emit("There is nothing to compare yet: begin a count first.")
            return
        first, second = self.first.currentText(), self.second.currentText()
        self._jobs.run(
            lambda: compare(count, first, second), lambda result: self.show_comparison(count, result)
        )

    def show_comparison(self, count: PointCount, result: Comparison) -> None:
        """Show how far two agree, and where they do not."""
        figures = result.agreement
        self.text.setText(
            f"{result.first} and {result.second} have both named {count_of(result.points, 'point')}. "
            f"Agreement {_percent(figures.observed)}; Cohen's kappa {_figure(figures.kappa)}, Gwet's AC1 "
            f"{_figure(figures.ac1)} (95 %)."
        )
        self._points = result.disagreements.tolist()
        first, second = count.of(result.first), count.of(result.second)
        rows = [(str(point + 1), first[point], second[point]) for point in self._points]
        fill_table(self.table, ("Point", result.first, result.second), rows, wide=1)


def _percent(estimate: Estimate) -> str:
    value, low, high = (100 * each for each in (estimate.value, estimate.low, estimate.high))
    return f"{value:.0f} % ({low:.0f} to {high:.0f})"


def _figure(estimate: Estimate) -> str:
    if estimate.value != estimate.value:
        return "undefined"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"
