"""Training progress on the console: events as lines and a bar."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from napari_rocks2net.cli.console import print_line, print_note, progress_bar
from napari_rocks2net.training import events

if TYPE_CHECKING:
    from rich.progress import TaskID


class TrainingConsole:
    """Call it with every event of a training; use it as a context to show the bar meanwhile.

    Several devices train in several processes; only the first of them reports events.

    Parameters
    ----------
    continuation : str
        What goes on after an interruption.
    """

    def __init__(self, continuation: str = "the same command with --resume") -> None:
        self._continuation = continuation
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
            print_note(f"Stopped; {self._continuation} goes on from the last finished epoch.")

    def __call__(self, event: events.TrainingEvent) -> None:
        """Show one event."""
        match event:
            case events.FoldStarted():
                print_line(f"Fold {event.fold} of {event.folds}")
            case events.TrainingStarted():
                self._start(event)
            case events.BatchFinished() if self._task is not None:
                done, total = event.batch + (event.epoch - 1) * event.batches, event.epochs * event.batches
                text = f"Epoch {event.epoch} of {event.epochs}"
                self._bar.update(self._task, description=text, completed=done, total=total)
            case events.EpochFinished():
                print_line(
                    f"Epoch {event.epoch}/{event.epochs}: "
                    f"train loss {event.train_loss:.4f} accuracy {event.train_accuracy:.3f}, "
                    f"validation loss {event.validation_loss:.4f} accuracy {event.validation_accuracy:.3f}, "
                    f"{event.seconds:.1f} s"
                )
            case events.TrainingFinished():
                self._finish(event)

    @staticmethod
    def _finish(event: events.TrainingFinished) -> None:
        """Say how far to trust the model: the samples set aside are often few."""
        from napari_rocks2net.training.runs.results import read_results

        results = read_results(event.folder)
        part = next(iter(results.values())).part
        for name, result in results.items():
            if result.part == part:
                print_line(result.summary() if name == part else f"{name}: {result.summary()}")
        print_line(f"{'Stopped early by hand' if event.stopped else 'Done'}. Model: {event.model_path}")

    def _start(self, event: events.TrainingStarted) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task("Training", total=None)
        parts = f"{event.train} train, {event.validation} validation, {event.test} test samples"
        print_line(f"On {event.device}: {parts}" + (f", from {event.start}" if event.start else ""))
