"""Job bar: how far the running job is, and a button that cancels it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.look.controls import button
from napari_rocks2net.plugin.work.jobs import JobRunner, Work

BAR_HEIGHT = 18


def slim_bar(tip: str) -> QProgressBar:
    """Return a progress bar of the height of a line."""
    bar = QProgressBar()
    bar.setMaximumHeight(BAR_HEIGHT)
    bar.setToolTip(tip)
    return bar


class JobBar(QWidget):
    """Runs one job at a time in a thread; hidden while there is none.

    Parameters
    ----------
    cancel, tip : str
        The text of the button and its tooltip.
    cancelled : str
        What is said when the job was cancelled.

    Signals
    -------
    message : (str)
        How far the job is, why it failed, or that it was cancelled; empty when it is done.
    running_changed : (bool)
    """

    message = Signal(str)
    running_changed = Signal(bool)

    def __init__(
        self,
        cancel: str = "Cancel",
        tip: str = "Stop at once; what is shown stays as it is.",
        cancelled: str = "Cancelled; nothing was changed.",
    ) -> None:
        super().__init__()
        self._runner = JobRunner(self)
        self._cancelled = cancelled
        self.bar = slim_bar("How far the running job is.")
        self.cancel_button: QPushButton = button(cancel, tip, self.cancel)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.bar, 1)
        line.addWidget(self.cancel_button)
        # Not of the bar: nothing of one that Qt has destroyed may be touched.
        self.hide()

    @property
    def running(self) -> bool:
        """Whether a job is under way."""
        return self._runner.running

    def run(
        self,
        work: Work,
        on_done: Callable[[Any], None],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Start a job, in place of the one that may be running; its result arrives on the GUI thread."""
        self.bar.setMaximum(0)
        self._runner.start(
            work,
            on_progress=on_progress or self.show_progress,
            on_done=lambda result: self._finish(on_done, result),
            on_error=self._end,
        )
        self._show_running(True)

    def show_message(self, text: str) -> None:
        """Say a sentence where the messages of the jobs are shown."""
        self.message.emit(text)

    def cancel(self) -> None:
        """Drop the running job; what it has shown stays."""
        if self.running:
            self._runner.cancel()
            self._end(self._cancelled)

    @property
    def paused(self) -> bool:
        """Whether the job waits."""
        return self._runner.paused

    def pause(self, on: bool) -> None:
        """Let the job wait after the step that it is at, or go on."""
        self._runner.pause(on)

    def show_progress(self, progress: Progress) -> None:
        """Show how far the job is."""
        self.bar.setMaximum(progress.total if progress.done else 0)
        self.bar.setValue(progress.done)
        self.show_message(str(progress))

    def _finish(self, on_done: Callable[[Any], None], result: Any) -> None:
        self._end("")
        on_done(result)

    def _end(self, text: str) -> None:
        self._show_running(False)
        self.show_message(text)

    def _show_running(self, running: bool) -> None:
        self.setVisible(running)
        self.running_changed.emit(running)
