"""The events of a training as lines and a bar."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from napari_rocks2net.cli.console import note, progress_bar, say

if TYPE_CHECKING:
    from rich.progress import TaskID

    from napari_rocks2net.training import (
        BatchFinished,
        EpochFinished,
        TrainingEvent,
        TrainingFinished,
        TrainingStarted,
    )


class TrainingProgress:
    """Call it with every event of a training; use it as a context to show the bar meanwhile.

    Several devices train in several processes; only the first of them reports events.

    Parameters
    ----------
    way_on : str
        What goes on after an interruption.
    """

    def __init__(self, way_on: str = "the same command with --resume") -> None:
        self._way_on = way_on
        self._bar = progress_bar()
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        # Lightning turns Ctrl-C into an exit.
        if kind is not None and issubclass(kind, KeyboardInterrupt | SystemExit):
            note(f"Stopped; {self._way_on} goes on from the last finished epoch.")

    def __call__(self, event: TrainingEvent) -> None:
        """Show one event."""
        from napari_rocks2net.training import (
            BatchFinished,
            EpochFinished,
            FoldStarted,
            TrainingFinished,
            TrainingStarted,
        )

        if isinstance(event, FoldStarted):
            say(f"Fold {event.fold} of {event.folds}")
        elif isinstance(event, TrainingStarted):
            self._started(event)
        elif isinstance(event, BatchFinished):
            self._batch(event)
        elif isinstance(event, EpochFinished):
            self._epoch(event)
        elif isinstance(event, TrainingFinished):
            self._finished(event)

    def _started(self, event: TrainingStarted) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task("Training", total=None)
        parts = f"{event.train} train, {event.validation} validation, {event.test} test samples"
        say(f"On {event.device}: {parts}" + (f", from {event.start}" if event.start else ""))

    def _batch(self, event: BatchFinished) -> None:
        if self._task is None:
            return
        done = (event.epoch - 1) * event.batches + event.batch
        text = f"Epoch {event.epoch} of {event.epochs}"
        self._bar.update(self._task, description=text, completed=done, total=event.epochs * event.batches)

    def _epoch(self, event: EpochFinished) -> None:
        say(
            f"Epoch {event.epoch}/{event.epochs}: "
            f"train loss {event.train_loss:.4f} accuracy {event.train_accuracy:.3f}, "
            f"validation loss {event.validation_loss:.4f} accuracy {event.validation_accuracy:.3f}, "
            f"{event.seconds:.1f} s"
        )

    def _finished(self, event: TrainingFinished) -> None:
        how = "Stopped early by hand" if event.stopped else "Done"
        say(f"{how}: accuracy {event.accuracy:.3f} on samples set aside. Model: {event.model_path}")
