"""Results of a finished run: accuracy in words, confusion matrix, classes, wrong images first."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import QComboBox, QPushButton, QSplitter, QTabWidget, QWidget

from napari_rocks2net.plugin.look.controls import column, row, sentence
from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.plugin.look.report_button import ReportButton
from napari_rocks2net.plugin.look.tables import fill_table, plain_table
from napari_rocks2net.plugin.train.run_images import ImageList
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    import napari.viewer

    from napari_rocks2net.plugin.train.confusion_plot import ConfusionPlot, ReliabilityPlot
    from napari_rocks2net.training.runs.results import RunResult

NOTHING_YET = "Finish a training, or open the folder of an earlier run, to judge it here."
CLASS_COLUMNS = ("class", "precision", "recall", "F1", "images")
SMALLEST_PLOT = 200
USE = "Open the Classify widget with this model chosen."
NO_MODEL = "Folds train a model each, to measure; for a model to use, train once with 'Repeat by folds' off."


class JudgingPanel(QWidget):
    """The figures of one run, and the images behind them.

    Signals
    -------
    images_requested : (list of ImageKey)
        Images that the person wants to see in the viewer.
    use_requested : (Path)
        A model file that the person wants to classify with.
    run_requested : ()
        The person wants to choose an earlier run.
    """

    images_requested = Signal(object)
    use_requested = Signal(object)
    run_requested = Signal()

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self._results: dict[str, RunResult] = {}
        self.name, self.summary = sentence(), sentence(NOTHING_YET)
        self.part = QComboBox()
        self.part.setToolTip("The part whose figures are shown; only the test part was never looked at.")
        self.plots = QTabWidget()
        self.classes = plain_table("How well each class is told apart.")
        self.wrong, self.cell = ImageList(), ImageList()
        self.use = QPushButton("Use in Classify")
        self.open_run = QPushButton("Open a run...")
        self.open_run.setToolTip("Judge the run in another folder.")
        self._folder: Path | None = None
        self.report = ReportButton(self._report)
        self._lay_out()
        self._connect()
        self._enable()

    @cached_property
    def plot(self) -> ConfusionPlot:
        """The confusion matrix; made with the first run, for plots would hold the opening up."""
        from napari_rocks2net.plugin.train.confusion_plot import ConfusionPlot

        plot = ConfusionPlot(PlotTheme.of(self._viewer))
        plot.cell_chosen.connect(self._show_cell)
        self._add_plot(plot, "Confusion")
        return plot

    @cached_property
    def reliability(self) -> ReliabilityPlot:
        """How often answers are right against how sure they are."""
        from napari_rocks2net.plugin.train.confusion_plot import ReliabilityPlot

        plot = ReliabilityPlot(PlotTheme.of(self._viewer))
        self._add_plot(plot, "Reliability")
        return plot

    def _add_plot(self, plot: QWidget, title: str) -> None:
        plot.setMinimumHeight(SMALLEST_PLOT)
        self.plots.addTab(plot, title)

    @property
    def result(self) -> RunResult | None:
        """What is shown."""
        return self._results.get(self.part.currentData())

    def show_run(self, folder: Path) -> None:
        """Show a finished run.

        Raises
        ------
        ValueError
            If the folder holds none.
        """
        from napari_rocks2net.training.runs.results import read_results

        self._results = read_results(folder)
        self._folder = Path(folder)
        self.name.setText(f"<b>{Path(folder).name}</b>")
        with QSignalBlocker(self.part):
            self.part.clear()
            for part in self._results:
                self.part.addItem(f"{part} part", part)
        self._show_part()

    def _show_part(self) -> None:
        result = self.result
        if result is None:
            return
        self.summary.setText(result.summary())
        self.plot.show_counts(result.confusion, result.classes)
        self.reliability.show_curves(result.reliability)
        fill_table(self.classes, CLASS_COLUMNS, result.class_rows())
        wrong = result.wrong()
        self.wrong.show_rows(wrong, _wrong_title(result, len(wrong)))
        self.cell.show_rows(wrong.iloc[:0], "Click a cell of the matrix.")
        self._enable()

    def _show_cell(self, true_label: str, label: str) -> None:
        result = self.result
        assert result is not None
        rows = result.cell(true_label, label)
        verdict = "rightly" if true_label == label else "wrongly"
        self.cell.show_rows(
            rows, f"{count_of(len(rows), 'image')} of {true_label!r}, {verdict} called {label!r}:"
        )
        self.tabs.setCurrentWidget(self.cell)
        if len(rows):
            self.images_requested.emit(self.cell.images)

    def _lay_out(self) -> None:
        for label in (self.name, self.summary):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tabs = QTabWidget()
        for widget, title in ((self.wrong, "Wrong first"), (self.classes, "Classes"), (self.cell, "Cell")):
            self.tabs.addTab(widget, title)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.addWidget(self.plots)
        halves.addWidget(self.tabs)
        halves.setChildrenCollapsible(False)
        buttons = row(self.use, self.open_run, self.report)
        column(self, self.name, self.summary, self.part, halves, buttons, roomiest=halves)

    def _connect(self) -> None:
        self.part.currentIndexChanged.connect(lambda _: self._show_part())
        for images in (self.wrong, self.cell):
            images.opened.connect(self.images_requested)
        self.use.clicked.connect(self._use)
        self.open_run.clicked.connect(lambda _=False: self.run_requested.emit())

    def _report(self) -> Path:
        if self._folder is None:
            raise ValueError(NOTHING_YET)
        return self._folder

    def _use(self) -> None:
        if self.result is not None:
            self.use_requested.emit(self.result.model_path)

    def _enable(self) -> None:
        result = self.result
        finished = result is not None
        usable = result is not None and result.model_path.is_file()
        self.report.setEnabled(finished)
        self.use.setEnabled(usable)
        self.use.setToolTip(USE if usable or not finished else NO_MODEL)
        self.part.setVisible(len(self._results) > 1)
        self.plots.setVisible(finished)
        if result is not None:
            self.plots.setTabVisible(self.plots.indexOf(self.reliability), bool(result.reliability))
        self.tabs.setVisible(finished)


def _wrong_title(result: RunResult, wrong: int) -> str:
    if not len(result.predictions):
        return "This run kept no list of its images; repeat it to have one."
    if not wrong:
        return "The model is right on every image of this part."
    return f"{wrong} of {len(result.predictions)} images are wrong, the most confident first:"
