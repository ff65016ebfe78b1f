"""Count page: the classes with their percentages, how they settle, and what more points would bring."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtWidgets import QCheckBox, QWidget
from superqt.utils import qdebounced

from napari_rocks2net.plugin.count.class_table import ClassTable
from napari_rocks2net.plugin.count.convergence_plot import ConvergencePlot
from napari_rocks2net.plugin.look.controls import button, column, row, sentence
from napari_rocks2net.plugin.look.job_bar import slim_bar
from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.point_counting import UNNAMED, CountSession, composition, convergence, outlook

KEYS_IN_WORDS = (
    "1-9, A-Z name · 0 leave out · Enter take the suggestion · Backspace or Ctrl+Z undo · "
    "Ctrl+Shift+Z redo · "
    "PgUp PgDn previous, next · click a point to go there"
)


class CountPage(QWidget):
    """Shows a count while it is made.

    Parameters
    ----------
    theme : PlotTheme
        Colours of napari.
    more, save : callable
        What the buttons *More points...* and *Excel...* do.

    Attributes
    ----------
    classes : ClassTable
    suggestions : QCheckBox
        Whether suggestions are seen while one counts.
    """

    def __init__(self, theme: PlotTheme, more: Callable[[], None], save: Callable[[], None]) -> None:
        super().__init__()
        self.progress = slim_bar("How many points have a name.")
        self.progress.setFormat("%v of %m points")
        self.here, self.outlook, self.keys = sentence(), sentence(), sentence(KEYS_IN_WORDS)
        self.classes, self.curves = ClassTable(), ConvergencePlot(theme)
        self._names: tuple[tuple[str, ...], tuple[str, ...]] = (), ()
        # Whoever counts quickly does not wait for curves, nor for a bar, which Qt draws at once.
        self._draw_soon = qdebounced(self._draw, timeout=150, parent=self)
        self.suggestions = QCheckBox("Show suggestions")
        self.suggestions.setToolTip("Off, so that a count is not swayed by what a model says.")
        more_points = button("More points...", "Lay more points over the whole area.", more)
        excel = button("Excel...", "Save every table of the count as an Excel workbook.", save)
        parts = (self.progress, self.here, self.classes, self.outlook, self.curves, self.keys)
        column(self, *parts, row(more_points, excel, None, self.suggestions), roomiest=self.classes)

    def show_count(self, session: CountSession) -> None:
        """Show what an observer has named so far."""
        count, names = session.count, session.names
        self._names = names, count.classes
        self.classes.show_shares(composition(names, count.classes))
        self.here.setText(self._here(session))
        self._draw_soon()

    def _draw(self) -> None:
        names, classes = self._names
        self.progress.setMaximum(len(names))
        self.progress.setValue(sum(name != UNNAMED for name in names))
        self.outlook.setText(outlook(composition(names, classes)))
        self.curves.show_curves(convergence(names, classes), classes)

    def _here(self, session: CountSession) -> str:
        point, name = session.current, session.names[session.current] or "no name yet"
        text = f"Point {point + 1}: {name}"
        suggested = {
            source: names[point] for source, names in session.count.suggestions.items() if names[point]
        }
        if suggested and self.suggestions.isChecked():
            text += " · suggested: " + ", ".join(f"{label} ({source})" for source, label in suggested.items())
        return text
