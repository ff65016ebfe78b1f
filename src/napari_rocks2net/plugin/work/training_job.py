"""Training job: samples are prepared in a thread, then a process of its own trains on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal

from napari_rocks2net.plugin.work.jobs import JobRunner
from napari_rocks2net.samples import SampleTable

if TYPE_CHECKING:
    from napari_rocks2net.training import TrainingConfig, TrainingProcess, TrainingRun

POLL_MS = 60
ALIVE = frozenset({"starting", "running", "pausing", "paused", "stopping"})
IDLE, STARTING = "", "starting"
NO_RESULT = "The training ended without a result; see log.txt in its folder."


class TrainingJob(QObject):
    """Starts, watches and ends a training without ever waiting for it.

    Signals
    -------
    happened : (TrainingEvent)
    state_changed : (str)
        The state of the process, or "" when nothing was started.
    refused : (str)
        Why nothing was started.
    ended : ()
        ``state``, ``error`` and ``run`` say how it went.

    Attributes
    ----------
    state : str
        The state that was emitted last.
    folder, process : Path, TrainingProcess
        The run folder and the process that trains, or did; None before.
    continued : bool
        Whether the run was there before; what it had then stays if it is discarded.
    """

    happened = Signal(object)
    state_changed = Signal(str)
    refused = Signal(str)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self.continued = False
        self.process: TrainingProcess | None = None
        self.state = IDLE
        self._reader = JobRunner(self)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def alive(self) -> bool:
        """Whether a training is being prepared or under way."""
        return self._reader.running or self._timer.isActive()

    @property
    def error(self) -> str:
        """Reason for a missing result, as a sentence."""
        return (self.process and self.process.error) or NO_RESULT

    @property
    def run(self) -> TrainingRun | None:
        """The finished run; None for folds and without one."""
        return self.process.run if self.process is not None else None

    def start(
        self, prepare: Callable[[], tuple[TrainingConfig, SampleTable]], folds: int | None = None
    ) -> None:
        """Let a thread work out what to do and on which samples, then train."""
        self._notify(STARTING)
        self._reader.start(
            prepare,
            on_done=lambda prepared: self._launch(prepared[0], prepared[1], folds),
            on_error=self._refuse,
        )

    def continue_run(self, folder: Path) -> None:
        """Go on with a run from its last finished epoch."""
        from napari_rocks2net.training import TrainingProcess

        self._watch(lambda: TrainingProcess.continue_run(folder), folder, continued=True)

    def pause(self) -> None:
        """Let the training compute nothing until it is resumed."""
        if self.process is not None:
            self.process.pause()
            self._poll()

    def resume(self) -> None:
        """Let a paused training go on."""
        if self.process is not None:
            self.process.resume()
            self._poll()

    def stop(self) -> None:
        """End the training and keep its best epoch."""
        if self._reader.running:
            self._reader.cancel()
            self._refuse("Stopped before the training began.")
        elif self.process is not None:
            self.process.stop()
            self._poll()

    def discard(self) -> None:
        """End the training and remove what it has left."""
        if self._reader.running:
            self.stop()
        elif self.process is not None:
            self.process.discard()

    def close(self) -> None:
        """End what is under way, at once and in silence; the run can be continued later."""
        self._reader.cancel()
        self._timer.stop()
        if self.process is not None:
            self.process.close()

    def _launch(self, config: TrainingConfig, samples: SampleTable, folds: int | None) -> None:
        from napari_rocks2net.training import TrainingProcess

        self._watch(lambda: TrainingProcess.start(config, samples, folds), config.folder, continued=False)

    def _watch(self, begin: Callable[[], TrainingProcess], folder: Path, continued: bool) -> None:
        try:
            self.process = begin()
        except (ValueError, OSError) as error:
            self._refuse(str(error))
            return
        self.folder, self.continued = folder, continued
        self._timer.start()
        self._poll()

    def _poll(self) -> None:
        # The state first: if it is final, nothing can come after this poll.
        assert self.process is not None
        state = self.process.state
        for event in self.process.poll():
            self.happened.emit(event)
        self._notify(state)
        if state not in ALIVE and self._timer.isActive():
            self._timer.stop()
            self.ended.emit()

    def _refuse(self, reason: str) -> None:
        self._notify(IDLE)
        self.refused.emit(reason)

    def _notify(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)
