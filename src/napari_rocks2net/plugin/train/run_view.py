"""Run page and its buttons: what a training does at the moment, and what can be done with it."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QBoxLayout, QGridLayout, QLabel, QProgressBar, QWidget
from superqt.utils import qthrottled

from napari_rocks2net.plugin.look.controls import column, form_button, row, sentence
from napari_rocks2net.plugin.look.job_bar import slim_bar
from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.training.events import (
    EpochFinished,
    FoldFinished,
    FoldStarted,
    TrainingEvent,
    TrainingStarted,
)
from napari_rocks2net.training.process.progress import TrainingProgress
from napari_rocks2net.training.runs.run_folder import RunFolder

if TYPE_CHECKING:
    import napari.viewer

    from napari_rocks2net.plugin.train.live_curves import LiveCurves

BUTTONS = {
    "start": ("Start training", "Train with these samples and settings, in a process of its own."),
    "pause": ("Pause", "Finish the batch and compute nothing until resumed."),
    "stop": ("Stop, keep best", "End the training now and keep the model of the best epoch so far."),
    "discard": ("Discard", "End the training now and remove what it has left."),
    "go_on": ("Continue", "Go on from the last finished epoch."),
}
# What can be done in each state of the process; "" is before the first run, "stopped" finished early.
OFFERED = {
    "": ("start",),
    "starting": ("stop", "discard"),
    "running": ("pause", "stop", "discard"),
    "pausing": ("stop", "discard"),
    "paused": ("pause", "stop", "discard"),
    "stopping": ("discard",),
    "finished": ("start",),
    "stopped": ("start", "go_on"),
    "failed": ("start", "go_on"),
    "discarded": ("start",),
}
# What buttons say instead in some states.
OTHER_TEXTS = {
    "pausing": {"pause": "Pausing ..."},
    "paused": {"pause": "Resume"},
    "stopping": {"stop": "Stopping ..."},
}
# What the process does in some states.
STATES = {
    "starting": "Preparing: the training process starts and reads the images ...",
    "pausing": "Pausing when the batch at hand is done ...",
    "paused": "Paused: nothing is computed until you resume.",
    "stopping": "Stopping: the best epoch is measured and kept ...",
}
# How a training ended, by the state of its process; "" is before it was started.
ENDS = {
    "": "No training was started.",
    "finished": "The training is finished.",
    "discarded": "The training was discarded.",
    "failed": "The training ended without a result.",
}
WHILE_RUNNING = ("pause", "stop", "discard")


class RunControls(QWidget):
    """A row of buttons of which only those are shown that mean something now.

    Signals
    -------
    pressed : (str)
        "start", "pause", "resume", "stop", "discard" or "go_on".
    """

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.buttons = {name: form_button(*BUTTONS[name], partial(self._pressed, name)) for name in BUTTONS}
        column(self, row(*self.buttons.values()))
        self._state = ""
        self.show_state("")

    def show_state(self, state: str) -> None:
        """Offer what can be done in a state of the training process; "" is before the first run."""
        self._state = state
        offered = OFFERED[state]
        visible = offered if "start" in offered else WHILE_RUNNING
        for name, button in self.buttons.items():
            button.setVisible(name in visible)
            button.setEnabled(name in offered)
            button.setText(OTHER_TEXTS.get(state, {}).get(name, BUTTONS[name][0]))

    def _pressed(self, name: str) -> None:
        self.pressed.emit("resume" if name == "pause" and self._state == "paused" else name)


BARS = {"fold": "Folds", "image": "Images", "epoch": "Epochs", "batch": "Batches"}
SHOW_MS = 200
NOTHING_YET = "No training has run yet."


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

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self.progress = TrainingProgress()
        self.fold_accuracies: dict[int, float] = {}
        self.past: Path | None = None
        self.start = ""
        self.line, self.spread = sentence(), sentence()
        # Batches can be many a second, and every change of a widget lets napari draw its whole window again.
        self._show_soon = qthrottled(self.show_bars, timeout=SHOW_MS, parent=self)
        column(self, self._bar_rows(), self.line, self.spread).addStretch(0)
        self.show_bars()
        self.line.setText(NOTHING_YET)

    @cached_property
    def curves(self) -> LiveCurves:
        """Loss and accuracy, seen from the first epoch on.

        They are made when the page is first seen: plots would hold the opening up.
        """
        from napari_rocks2net.plugin.train.live_curves import LiveCurves

        curves = LiveCurves(PlotTheme.of(self._viewer))
        rows = self.layout()
        assert isinstance(rows, QBoxLayout)
        rows.insertWidget(0, curves, 1)
        return curves

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Make the curves, before there is anything to draw."""
        self.curves  # noqa: B018
        super().showEvent(event)

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
        self.progress = TrainingProgress.of_run(run)
        self.show_bars()

    def end(self, state: str) -> None:
        """Say what became of the training, by the state of its process; no time is left."""
        self._show_soon.cancel()
        self.progress.end(ENDS[state])
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
            from napari_rocks2net.training.runs.results import spread_sentence

            self.spread.setText(spread_sentence("Test accuracy", list(self.fold_accuracies.values())))
        self._show_soon()

    def show_bars(self) -> None:
        """Bring bars and text up to date."""
        now = self.progress
        shares = {
            "fold": (len(self.fold_accuracies), now.folds),
            "image": (now.read, now.images),
            "epoch": (now.epoch, now.epochs),
            "batch": (now.batch, now.batches),
        }
        for name, (done, total) in shares.items():
            bar = self.bars[name]
            bar.setVisible(total > 0)
            self._names[name].setVisible(total > 0)
            bar.setMaximum(max(total, 1))
            bar.setValue(done)
            bar.setFormat(f"{done} of {total}" if total else "")
        self.line.setText(str(now))

    def _bar_rows(self) -> QGridLayout:
        grid = QGridLayout()
        self.bars: dict[str, QProgressBar] = {}
        self._names: dict[str, QLabel] = {}
        for line, (name, text) in enumerate(BARS.items()):
            self.bars[name], self._names[name] = slim_bar(f"{text} done."), QLabel(text)
            grid.addWidget(self._names[name], line, 0)
            grid.addWidget(self.bars[name], line, 1)
        return grid
