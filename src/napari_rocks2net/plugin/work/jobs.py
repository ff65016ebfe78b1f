"""Background jobs: work in a thread with progress, pauses, cancelling, and errors that arrive."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

from qtpy.QtCore import QObject, QThreadPool
from superqt.utils import GeneratorWorker, create_worker

from napari_rocks2net.iteration import Progress, timed

# How long the end of the program waits for a thread to end with the item that it is at.
LAST_SECONDS = 30
Work = Callable[[], Any]


class JobError(Exception):
    """A job failed; the message is the original one.

    superqt swallows every RuntimeError of a generator worker, and running out of GPU memory is one:
    so jobs end in this error, which is none.
    """


@contextmanager
def errors_as_messages(show_message: Callable[[str], None]) -> Iterator[None]:
    """Say what is wrong with a value or a file instead of raising it."""
    try:
        yield
    except ValueError as error:
        show_message(str(error))
    # A name that is too long, a folder that is locked, a share that is lost.
    except OSError as error:
        show_message(
            f"{error.filename}: {error.strerror}." if error.filename and error.strerror else str(error)
        )


@atexit.register
def wait_for_threads() -> None:
    """Wait for the threads of jobs: one that outlives the interpreter crashes the program at its end."""
    QThreadPool.globalInstance().waitForDone(1000 * LAST_SECONDS)


class JobWorker(GeneratorWorker[Progress, None, Any]):
    """Worker that leaves Python's warnings, which are of the whole process, as they are.

    superqt turns them to the worker meanwhile; of two jobs that overlap, the last one then turns them back to
    the first, which is over, and no warning of napari is seen any more.
    """

    def run(self) -> None:
        """Do the work, tell of it, and end what it held in the thread that held it."""
        self.started.emit()
        self._running = True
        try:
            result = self.work()
            if not (self.abort_requested or isinstance(result, Exception)):
                self.returned.emit(result)
        except Exception as error:
            self.errored.emit(error)
        finally:
            self._gen.close()
        self._running = False
        self.finished.emit()
        self._finished.emit(self)


class JobRunner:
    """Runner of one job at a time in a thread; results of a cancelled or replaced job are dropped.

    Parameters
    ----------
    owner : QObject, optional
        With which it ends: nothing of a widget that Qt has destroyed may be touched.
    """

    # Of the class: a widget that is destroyed cancels a runner that the garbage collector may have emptied.
    _worker: Any = None
    _number = 0
    paused = False
    """Whether the job waits, or is to, after the step that it is at."""

    def __init__(self, owner: QObject | None = None) -> None:
        if owner is not None:
            owner.destroyed.connect(self.cancel)

    @property
    def running(self) -> bool:
        """Whether a job is under way whose result is wanted."""
        return self._worker is not None

    def start(
        self,
        work: Work,
        *,
        on_done: Callable[[Any], None],
        on_error: Callable[[str], None],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> int:
        """Start a job, in place of the one that may be running, and return its number.

        The work is a plain function, or one that returns a generator, which yields `Progress` after each item
        (where it can be cancelled and paused) and returns the result. The callbacks are called on the GUI
        thread; exactly one of ``on_done`` and ``on_error``, which takes a sentence, ends a job that is not
        cancelled.
        """
        self.cancel()
        number = self._number
        # Created stopped: a worker that starts before its signals are connected loses results.
        worker: Any = create_worker(
            _guarded, work, _start_thread=False, _worker_class=JobWorker, _ignore_errors=True
        )
        if on_progress is not None:
            worker.yielded.connect(self._while_current(number, on_progress))
        worker.returned.connect(self._while_current(number, on_done, last=True))
        worker.errored.connect(self._while_current(number, lambda error: on_error(str(error)), last=True))
        # superqt passes over a wish that comes before the one before it is met.
        for met in (worker.paused, worker.resumed):
            met.connect(lambda: self.pause(self.paused))
        self._worker = worker
        worker.start()
        return number

    def cancel(self) -> None:
        """Drop the running job at once; its thread ends with the item that it is at."""
        self._number += 1
        self.paused = False
        if self._worker is not None:
            self._worker.quit()
            self._worker = None

    def pause(self, on: bool) -> None:
        """Let the running job wait after the step that it is at, or go on."""
        if self._worker is not None:
            self.paused = on
            self._worker.pause() if on else self._worker.resume()

    def _while_current(
        self, number: int, call: Callable[[Any], None], last: bool = False
    ) -> Callable[[Any], None]:
        def deliver(value: Any) -> None:
            """Hand a value on, unless the job was cancelled."""
            if number != self._number:
                return
            if last:
                self._worker = None
            call(value)

        return deliver


def _guarded(work: Work) -> Generator[Progress, None, Any]:
    try:
        result = work()
        return (yield from timed(result)) if isinstance(result, Generator) else result
    except Exception as error:
        raise JobError(str(error) or type(error).__name__) from error
