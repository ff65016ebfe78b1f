"""What a training does at the moment: curves, bars, time left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QGridLayout, QLabel, QProgressBar, QWidget
from superqt.utils import QSignalThrottler

from napari_rocks2net.plugin.look.controls import column, sentence
from napari_rocks2net.plugin.train.earlier_runs import is_fitted
from napari_rocks2net.plugin.train.live_curves import LiveCurves
from napari_rocks2net.training.events import (
    EpochFinished,
    FoldFinished,
    FoldStarted,
    TrainingEvent,
    TrainingStarted,
)
from napari_rocks2net.training.progress import TrainingProgress
from napari_rocks2net.training.run_folder import RunFolder

if TYPE_CHECKING:
    from napari_rocks2net.plugin.look.plot_theme import PlotTheme

BARS = {"fold": "Folds", "image": "Images", "epoch": "Epochs", "batch": "Batches"}
BAR_HEIGHT = 18
SHOW_MS = 200


class RunView(QWidget):
    """Curves and bars of the training that runs.

    Attributes
    ----------
    fold_accuracies : dict
        The test accuracy of each fold that is finished, by its number.
    past : Path or None
        The run folder whose epochs of an earlier time the curves began with.
    start : str
        What the training started from, in words.
    """

    def __init__(self, theme: PlotTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.progress = TrainingProgress()
        self.fold_accuracies: dict[int, float] = {}
        self.past: Path | None = None
        self.start = ""
        self.curves = LiveCurves(theme)
        self.line, self.spread = sentence("No training has run yet."), sentence()
        # Batches can be many a second, and every change of a widget lets napari draw its whole window again.
        self._events = QSignalThrottler(parent=self)
        self._events.setTimeout(SHOW_MS)
        self._events.triggered.connect(self.show_bars)
        column(self, self.curves, self._bar_rows(), self.line, self.spread, roomiest=self.curves)
        self.show_bars()

    def restart(self) -> None:
        """Begin with empty curves."""
        self.progress = TrainingProgress()
        self.fold_accuracies = {}
        self.past = None
        self.start = ""
        self.spread.setText("")
        self.curves.restart()
        self.show_bars()

    def show_past(self, folder: Path) -> None:
        """Begin with the epochs that a run has had, before it goes on."""
        self.restart()
        self.past = folder
        run = RunFolder(folder)
        self.curves.show_history(run.read_epochs())
        for fold in run.folds:
            self.curves.next_fold(fold.read_epochs())
        self.progress = _past_progress(run)
        self.show_bars()

    def end(self, text: str) -> None:
        """Say what became of the training; no time is left."""
        self._events.cancel()
        self.progress.end(text)
        self.show_bars()

    def take(self, event: TrainingEvent) -> None:
        """Follow one event of the training."""
        self.progress.take(event)
        if isinstance(event, TrainingStarted):
            self.start = event.start
        elif isinstance(event, EpochFinished):
            self.curves.add_epoch(event)
        elif isinstance(event, FoldStarted):
            self.curves.next_fold(RunFolder(event.folder).read_epochs())
        elif isinstance(event, FoldFinished):
            self.fold_accuracies[event.fold] = event.accuracy
            from napari_rocks2net.training.results import spread_sentence

            self.spread.setText(spread_sentence("Test accuracy", list(self.fold_accuracies.values())))
        self._events.throttle()

    def show_bars(self) -> None:
        """Bring bars and text up to date."""
        now = self.progress
        self._show_bar("fold", len(self.fold_accuracies), now.folds)
        self._show_bar("image", now.read, now.images)
        self._show_bar("epoch", now.epoch, now.epochs)
        self._show_bar("batch", now.batch, now.batches)
        self.line.setText(str(now))

    def _bar_rows(self) -> QGridLayout:
        grid = QGridLayout()
        self.bars: dict[str, QProgressBar] = {}
        self._names: dict[str, QLabel] = {}
        for row, (name, text) in enumerate(BARS.items()):
            self.bars[name], self._names[name] = QProgressBar(), QLabel(text)
            self.bars[name].setMaximumHeight(BAR_HEIGHT)
            self.bars[name].setToolTip(f"{text} done.")
            grid.addWidget(self._names[name], row, 0)
            grid.addWidget(self.bars[name], row, 1)
        return grid

    def _show_bar(self, name: str, done: int, total: int) -> None:
        bar = self.bars[name]
        bar.setVisible(total > 0)
        self._names[name].setVisible(total > 0)
        bar.setMaximum(max(total, 1))
        bar.setValue(done)
        bar.setFormat(f"{done} of {total}" if total else "")


def _past_progress(run: RunFolder) -> TrainingProgress:
    """Return how far an unfinished run came."""
    done = int(max((row["epoch"] for row in run.read_epochs()), default=0))
    try:
        config = run.read_config()
        epochs = int(config["epochs"])
    except (KeyError, TypeError, ValueError):
        config, epochs = {}, done
    text = f"{done} of {epochs} epochs are done."
    if is_fitted(str(config.get("model"))):
        epochs, text = 0, "It is fitted in one go, and was not finished: continuing begins it again."
    if run.folds:
        finished = sum(fold.metrics.is_file() for fold in run.folds)
        text = f"{finished} of the {len(run.folds)} folds that were begun are done."
    return TrainingProgress(epoch=done, epochs=epochs, text=text)
