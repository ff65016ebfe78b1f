"""Work off the GUI thread: progress, an estimate of the time left, cancelling, and errors that arrive."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from superqt.utils import create_worker

Result = TypeVar("Result")
Work = Callable[[], Generator["Progress", None, Result]]


class JobError(Exception):
    """A job failed; the message is the original one and the original error its cause.

    superqt swallows every RuntimeError of a generator worker, and running out of GPU memory is one:
    so jobs end in this error, which is none.
    """


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Parameters
    ----------
    done, total : int
        Items finished and items altogether.
    seconds : float
        Time spent so far.
    """

    done: int
    total: int
    seconds: float

    @property
    def seconds_left(self) -> float | None:
        """Estimated time left, None before the first item is done."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None

    def __str__(self) -> str:
        """Return a line for people."""
        if self.seconds_left is None:
            return f"Image 1 of {self.total} ..."
        return f"{self.done} of {self.total} done, about {duration(self.seconds_left)} left"


def duration(seconds: float) -> str:
    """Return a duration in words, such as "8 s", "3 min 20 s" or "2 h 5 min"; at least "1 s"."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class JobRunner:
    """Runs one job at a time in a thread; what a cancelled or replaced job still says is dropped."""

    # Of the class: a widget that is destroyed cancels a runner that the garbage collector may have emptied.
    _worker: Any = None
    _number = 0

    @property
    def running(self) -> bool:
        """Whether a job is under way whose result is wanted."""
        return self._worker is not None

    def start(
        self,
        work: Work[Result],
        *,
        on_progress: Callable[[Progress], None],
        on_done: Callable[[Result], None],
        on_error: Callable[[Exception], None],
    ) -> int:
        """Start a job, in place of the one that may be running.

        Parameters
        ----------
        work : callable
            Returns a generator that yields `Progress` after each item (where it can be cancelled)
            and returns the result.
        on_progress, on_done, on_error : callable
            Called on the GUI thread; exactly one of the last two ends a job that is not cancelled.

        Returns
        -------
        int
            The job's number.
        """
        self.cancel()
        number = self._number
        # Created stopped: a worker that starts before its signals are connected loses results.
        worker: Any = create_worker(_guarded, work, _start_thread=False, _ignore_errors=True)
        worker.yielded.connect(self._while_current(number, on_progress))
        worker.returned.connect(self._while_current(number, on_done, last=True))
        worker.errored.connect(self._while_current(number, on_error, last=True))
        self._worker = worker
        worker.start()
        return number

    def cancel(self) -> None:
        """Drop the running job at once; its thread ends with the item that it is at."""
        self._number += 1
        if self._worker is not None:
            self._worker.quit()
            self._worker = None

    def _while_current(
        self, number: int, call: Callable[[Any], None], last: bool = False
    ) -> Callable[[Any], None]:
        def deliver(value: Any) -> None:
            if number != self._number:
                return
            if last:
                self._worker = None
            call(value)

        return deliver


def _guarded(work: Work[Result]) -> Generator[Progress, None, Result]:
    try:
        return (yield from work())
    except Exception as error:
        raise JobError(str(error) or type(error).__name__) from error
