"""Count page: the classes with their percentages, how they settle, and what more points would bring."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QWidget
from superqt.utils import qdebounced

from napari_rocks2net.plugin.count.class_table import ClassTable
from napari_rocks2net.plugin.count.convergence_plot import ConvergencePlot
from napari_rocks2net.plugin.look.controls import button, column, row, sentence
from napari_rocks2net.plugin.look.job_bar import slim_bar
from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.plugin.work.jobs import errors_as_messages
from napari_rocks2net.point_counting import (
    UNNAMED,
    CountSession,
    composition,
    convergence,
    count_tables,
    outlook,
)
from napari_rocks2net.wording import unwritable
from napari_rocks2net.workbook import write_workbook

if TYPE_CHECKING:
    import pandas as pd

WORKBOOKS = "Excel workbooks (*.xlsx)"
MORE_POINTS = 100

KEYS_IN_WORDS = (
    "1-9, A-Z name · 0 leave out · Enter take the suggestion · Backspace or Ctrl+Z undo · "
    "Ctrl+Shift+Z redo · "
    "PgUp PgDn previous, next · click a point to go there"
)


class CountPage(QWidget):
    """Shows a count while it is made.

    Attributes
    ----------
    classes : ClassTable
    suggestions : QCheckBox
        Whether suggestions are seen while one counts.

    Signals
    -------
    message : (str)
    """

    message = Signal(str)

    def __init__(self, theme: PlotTheme) -> None:
        super().__init__()
        self._session: CountSession | None = None
        self.progress = slim_bar("How many points have a name.")
        self.progress.setFormat("%v of %m points")
        self.point, self.outlook, self.keys = sentence(), sentence(), sentence(KEYS_IN_WORDS)
        self.classes, self.curves = ClassTable(), ConvergencePlot(theme)
        self._names: tuple[tuple[str, ...], tuple[str, ...]] = (), ()
        # Whoever counts quickly does not wait for curves, nor for a bar, which Qt draws at once.
        self._draw_soon = qdebounced(self._draw, timeout=150, parent=self)
        self.suggestions = QCheckBox("Show suggestions")
        self.suggestions.setToolTip("Off, so that a count is not swayed by what a model says.")
        self.more = button("More points...", "Lay more points over the whole area.", self.ask_for_more_points)
        tip = "Save every table of the count as an Excel workbook."
        self.excel = button("Excel...", tip, self.save_workbook)
        parts = (self.progress, self.point, self.classes, self.outlook, self.curves, self.keys)
        column(self, *parts, row(self.more, self.excel, None, self.suggestions), roomiest=self.classes)
        self.leave_count()

    def show_count(self, session: CountSession) -> None:
        """Show what an observer has named so far."""
        count, names = session.count, session.names
        self._session = session
        for control in (self.more, self.excel):
            control.setEnabled(True)
        self._names = names, count.classes
        self.classes.show_shares(composition(names, count.classes))
        self.point.setText(self._point_sentence(session))
        self._draw_soon()

    def leave_count(self) -> None:
        """Let a count that was ended be; what it came to stays in sight."""
        self._session = None
        for control in (self.more, self.excel):
            control.setEnabled(False)

    def ask_for_more_points(self) -> None:
        """Ask how many, and lay them over the whole area."""
        if (session := self._session) is not None:
            number = questions.ask_number(self, "More points", "How many more?", MORE_POINTS)
            if number is not None:
                with errors_as_messages(self.message.emit):
                    session.add_points(number)

    def save_workbook(self) -> None:
        """Ask where, then write every table of the count as an Excel workbook."""
        if (session := self._session) is None:
            return
        with errors_as_messages(self.message.emit):
            tables, name = count_tables(session.count), f"{session.path.name.removesuffix('.csv')}.xlsx"
            path = questions.ask_save_file(self, "Save tables", name, WORKBOOKS, preferences.COUNT_FOLDER)
            if path is not None:
                self.message.emit(_saved(tables, path.with_suffix(".xlsx")))

    def _draw(self) -> None:
        names, classes = self._names
        self.progress.setMaximum(len(names))
        self.progress.setValue(sum(name != UNNAMED for name in names))
        self.outlook.setText(outlook(composition(names, classes)))
        self.curves.show_curves(convergence(names, classes), classes)

    def _point_sentence(self, session: CountSession) -> str:
        point, name = session.current, session.names[session.current] or "no name yet"
        text = f"Point {point + 1}: {name}"
        suggested = {
            source: names[point] for source, names in session.count.suggestions.items() if names[point]
        }
        if suggested and self.suggestions.isChecked():
            text += " · suggested: " + ", ".join(f"{label} ({source})" for source, label in suggested.items())
        return text


def _saved(tables: Mapping[str, pd.DataFrame], path: Path) -> str:
    """Write a workbook and say where it is, or why it cannot be written."""
    try:
        return f"The tables are in {write_workbook(tables, path)}."
    except OSError as error:
        return unwritable(path, error)
