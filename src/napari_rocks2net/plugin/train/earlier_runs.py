"""Earlier runs in the output folder, of this session and of earlier ones: judge them, or go on with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QAbstractItemView, QPushButton, QWidget

from napari_rocks2net.plugin.look.controls import column, form_button, row, sentence
from napari_rocks2net.plugin.look.tables import fill_table, plain_table
from napari_rocks2net.plugin.work.jobs import JobRunner
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.training import RunOverview

COLUMNS = ("run", "epochs", "accuracy")
GO_ON = "Go on with an unfinished or stopped run from its last finished epoch."
GO_ON_FITTED = (
    "A {} is fitted in one go: unfinished it begins again, and a finished one learns more by a training with "
    "more photos."
)
NO_RUNS = "No run is in {} yet; the folder is chosen under Settings, Advanced."


class EarlierRuns(QWidget):
    """A table of runs, the newest first, and what can be done with the selected one.

    Attributes
    ----------
    runs : tuple of RunOverview
        The runs that are shown, the newest first.

    Signals
    -------
    listed : (tuple of RunOverview)
        The runs that are there, whenever they were looked up.
    continue_requested, results_requested, curves_requested : (Path)
        The person wants to go on with a run, to judge it, or to see how far an unfinished one came.
    """

    listed = Signal(object)
    continue_requested = Signal(object)
    results_requested = Signal(object)
    curves_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._folder: Path | None = None
        self.runs: tuple[RunOverview, ...] = ()
        self._training = False
        self._reader = JobRunner(self)
        self.title = sentence()
        self.table = plain_table(
            "Runs in the folder of the settings. Double click a run, or press Return, to look at it."
        )
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.go_on = QPushButton("Continue")
        tip = "Judge a finished run: accuracy, confusion matrix, wrong images."
        self.results = form_button("Results", tip, self._open)
        column(self, self.title, self.table, row(self.go_on, self.results), roomiest=self.table)
        self.table.itemSelectionChanged.connect(self._enable)
        self.table.cellDoubleClicked.connect(lambda *_: self._open())
        self.table.cellActivated.connect(lambda *_: self._open())
        self.go_on.clicked.connect(lambda _=False: self._continue())
        self._enable()

    @property
    def selected(self) -> RunOverview | None:
        """The run whose line is selected."""
        lines = {index.row() for index in self.table.selectedIndexes()}
        return self.runs[min(lines)] if lines else None

    def list_runs(self, folder: Path) -> None:
        """Look up the runs of a folder, in a thread; the selection stays."""
        from napari_rocks2net.training import list_runs

        self._folder = folder
        self._reader.start(lambda: list_runs(folder), on_done=self._show, on_error=self.title.setText)

    def select(self, folder: Path) -> None:
        """Select the line of a run."""
        for line, run in enumerate(self.runs):
            if run.folder == folder:
                self.table.selectRow(line)

    def set_training(self, training: bool) -> None:
        """Say whether a training is under way: no other can be continued meanwhile."""
        self._training = training
        self._enable()

    def close_jobs(self) -> None:
        """Stop looking."""
        self._reader.cancel()

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """Look again whenever the page is opened: other programs train, too."""
        super().showEvent(event)
        if self._folder is not None:
            self.list_runs(self._folder)

    def _show(self, runs: tuple[RunOverview, ...]) -> None:
        before = self.selected
        self.runs = runs
        fill_table(self.table, COLUMNS, [(run.folder.name, run.progress, run.result) for run in runs])
        for line, run in enumerate(runs):
            for place in range(len(COLUMNS)):
                self.table.item(line, place).setToolTip(run.details)
        if before is not None:
            self.select(before.folder)
        left = sum(not run.finished for run in runs)
        title = f"{count_of(len(runs), 'run')}" + (f", {left} unfinished." if left else ".")
        self.title.setText(title if runs else NO_RUNS.format(self._folder))
        self._enable()
        self.listed.emit(runs)

    def _enable(self) -> None:
        run = self.selected
        fitted = run if run is not None and run.fitted else None
        self.go_on.setToolTip(GO_ON_FITTED.format(fitted.model) if fitted else GO_ON)
        self.go_on.setEnabled(run is not None and run.can_continue and not self._training)
        self.results.setEnabled(run is not None and run.finished)

    def _continue(self) -> None:
        if self.selected is not None:
            self.continue_requested.emit(self.selected.folder)

    def _open(self) -> None:
        run = self.selected
        if run is not None:
            signal = self.results_requested if run.finished else self.curves_requested
            signal.emit(run.folder)
