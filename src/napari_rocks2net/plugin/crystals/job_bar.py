"""Job bar: progress of the running job, a button that cancels it, and a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from napari_rocks2net.plugin.work.jobs import JobRunner, Progress, Work

BAR_HEIGHT = 18


class JobBar(QWidget):
    """Runs one job at a time in a thread and shows its progress."""

    running_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = JobRunner()
        self.bar = QProgressBar()
        self.bar.setMaximumHeight(BAR_HEIGHT)
        self.bar.setToolTip("How far the running job is.")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Stop at once; what is shown stays as it is. (Esc)")
        self.cancel_button.setShortcut("Esc")
        self.cancel_button.clicked.connect(lambda _=False: self.cancel())
        self.message = QLabel("")
        self.message.setWordWrap(True)
        line = QHBoxLayout()
        line.addWidget(self.bar, 1)
        line.addWidget(self.cancel_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(line)
        layout.addWidget(self.message)
        self._show_running(False)

    @property
    def running(self) -> bool:
        """Whether a job is under way."""
        return self._runner.running

    def run(self, work: Work, on_done: Callable[[Any], None]) -> None:
        """Start a job, in place of the one that may be running; its result arrives on the GUI thread."""
        self.bar.setMaximum(0)
        self._runner.start(
            work,
            on_progress=self._show,
            on_done=lambda result: self._finish(on_done, result),
            on_error=lambda error: self._end(str(error)),
        )
        self._show_running(True)

    def cancel(self) -> None:
        """Drop the running job; nothing in the viewer changes."""
        if self.running:
            self._runner.cancel()
            self._end("Cancelled; nothing was changed.")

    def say(self, text: str) -> None:
        """Show a sentence."""
        self.message.setText(text)

    def _show(self, progress: Progress) -> None:
        self.bar.setMaximum(progress.total if progress.done else 0)
        self.bar.setValue(progress.done)
        self.say(str(progress))

    def _finish(self, on_done: Callable[[Any], None], result: Any) -> None:
        self._end("")
        on_done(result)

    def _end(self, text: str) -> None:
        self._show_running(False)
        self.say(text)

    def _show_running(self, running: bool) -> None:
        self.bar.setVisible(running)
        self.cancel_button.setVisible(running)
        self.running_changed.emit(running)
