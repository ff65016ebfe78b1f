"""Progress of a training: epoch, batch, fold, and the time left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean
from typing import Self

from napari_rocks2net.training import events
from napari_rocks2net.training.runs.run_folder import RunFolder
from napari_rocks2net.wording import duration

EPOCHS_REMEMBERED = 5


@dataclass
class TrainingProgress:
    """Progress of a training, from its events."""

    clock: Callable[[], float] = time.monotonic  # Returns seconds that only go forward.
    # Images read, and how many there are, while they are read; then 0.
    read: int = 0
    images: int = 0
    # Epochs finished, and training batches finished in the running one.
    epoch: int = 0
    epochs: int = 0
    batch: int = 0
    batches: int = 0
    # The fold that runs, and how many there are; 0 without folds.
    fold: int = 0
    folds: int = 0
    text: str = "Starting ..."  # What is being done, for people.
    _seconds: deque[float] = field(default_factory=lambda: deque(maxlen=EPOCHS_REMEMBERED))
    _began: float | None = None
    _paused_at: float | None = None

    @classmethod
    def of_run(cls, run: RunFolder) -> Self:
        """Return how far an unfinished run came."""
        epoch = int(max((row[events.EPOCH] for row in run.read_epochs()), default=0))
        try:
            epochs, fitted = run.settings.epochs, run.settings.is_fitted
        except (KeyError, TypeError, ValueError):
            epochs, fitted = epoch, False
        text = f"{epoch} of {epochs} epochs are done."
        if fitted:
            text = "It is fitted in one go, and was not finished: continuing begins it again."
        if run.folds:
            finished = sum(fold.metrics.is_file() for fold in run.folds)
            text = f"{finished} of the {len(run.folds)} folds that were begun are done."
        return cls(epoch=epoch, epochs=epochs, text=text)

    def take(self, event: events.TrainingEvent) -> None:
        """Follow one event."""
        match event:
            case events.ImagesRead():
                self.read, self.images = event.read, event.images
                self.text = f"Reading images: {event.read} of {event.images}"
            case events.FoldStarted():
                self.fold, self.folds = event.fold, event.folds
            case events.TrainingStarted():
                self._start(event)
            case events.BatchFinished():
                self.epochs, self.batch, self.batches = event.epochs, event.batch, event.batches
                self.text = f"Epoch {event.epoch} of {event.epochs}"
            case events.ValidationBatchFinished():
                self.text = f"Epoch {event.epoch} of {event.epochs}: validating"
            case events.EpochFinished():
                self._seconds.append(event.seconds)
                self._began = self.clock()
                self.epoch, self.epochs, self.batch = event.epoch, event.epochs, 0
            case events.EvaluationStarted():
                self.text = "Measuring the best epoch ..."
                self.epoch = self.epochs
            case events.TrainingPaused():
                self._paused_at = self.clock()
            case events.TrainingResumed():
                if self._paused_at is not None and self._began is not None:
                    # A pause is no work: it must not make the rest look longer.
                    self._began += self.clock() - self._paused_at
                self._paused_at = None

    def end(self, text: str) -> None:
        """Note the end of the run, with its outcome as a sentence."""
        self.text, self._began = text, None
        self.read = self.images = 0
        self._seconds.clear()

    @property
    def seconds_left(self) -> float | None:
        """Estimated time to the end of the epochs (of this fold); None before the first batch."""
        if self._began is None or not self.batches or self._paused_at is not None:
            return None
        spent = self.clock() - self._began
        epochs_left = self.epochs - self.epoch
        if self._seconds:
            return max(fmean(self._seconds) * epochs_left - spent, 0.0)
        return spent / self.batch * (self.batches * epochs_left - self.batch) if self.batch else None

    def __str__(self) -> str:
        """Return a line for people."""
        fold = f"Fold {self.fold} of {self.folds}: " if self.folds else ""
        left = self.seconds_left
        if left is None or self.epoch >= self.epochs:
            return f"{fold}{self.text}"
        return f"{fold}{self.text}, about {duration(left)} left{' in this fold' if self.folds else ''}"

    def _start(self, event: events.TrainingStarted) -> None:
        self.epoch, self.epochs = event.first_epoch - 1, event.epochs
        self.read = self.images = self.batch = self.batches = 0
        self._seconds.clear()
        self._began = self.clock()
        parts = f"{event.train} + {event.validation} + {event.test}"
        self.text = f"On {event.device}: {parts} images to train, validate and test"
        if event.start:
            self.text += f", from {event.start}"
