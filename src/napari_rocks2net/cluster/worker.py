"""Worker of a cluster: it keeps what a run sent, loads it once, and works on blocks."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from distributed import Reschedule, Worker, WorkerPlugin, get_worker

from napari_rocks2net.cluster.errors import ClusterError
from napari_rocks2net.cluster.versions import Versions, compare_versions, installed_versions
from napari_rocks2net.torch_threads import torch_threads

# Numbers depend on how many threads share a sum: one, wherever a task runs.
THREADS = 1


@dataclass(frozen=True)
class Sent:
    """Content that a run sent to the workers."""

    key: str  # What tells its payload from others.
    payload: bytes  # What is loaded.
    load: Callable[[bytes], Any]  # Makes of it what the tasks need.
    versions: Versions  # Of the computer that sent it.


@dataclass(frozen=True)
class Task:
    """A function and the block that it works on, in one piece that Dask does not look into."""

    function: Callable[[Any, Any], Any]
    block: Any


class Store:
    """Store of what runs sent to this process and what was loaded of it, once for all that sent the same."""

    def __init__(self) -> None:
        self._sent: dict[str, Sent] = {}
        # Several workers may be in one process.
        self._workers: Counter[str] = Counter()
        self._loaded: dict[str, Any] = {}
        self._lock = threading.Lock()

    def keep(self, run: str, sent: Sent) -> None:
        """Keep what a run sent, once for each worker.

        Parameters
        ----------
        run : str
            The name of the run.
        sent : Sent
            What it sent.
        """
        with self._lock:
            self._sent[run] = sent
            self._workers[run] += 1

    def drop(self, run: str) -> None:
        """Drop it with the last worker, and what was loaded of it unless another run sent the same."""
        with self._lock:
            self._workers[run] -= 1
            if self._workers[run] > 0:
                return
            del self._workers[run]
            sent = self._sent.pop(run, None)
            if sent is not None and sent.key not in {each.key for each in self._sent.values()}:
                self._loaded.pop(sent.key, None)

    def get(self, run: str) -> Any:
        """Return what was loaded of what a run sent.

        Parameters
        ----------
        run : str
            The name of the run.

        Raises
        ------
        distributed.Reschedule
            When this worker has dropped it, for it is closing: another one takes the task.
        """
        with self._lock:
            sent = self._sent.get(run)
            if sent is None:
                raise Reschedule
            if sent.key not in self._loaded:
                compare_versions(sent.versions, _versions_here(), _address())
                self._loaded[sent.key] = sent.load(sent.payload)
            return self._loaded[sent.key]


STORE = Store()


class SendToWorkers(WorkerPlugin):
    """Brings what a run sends to each worker, also to those that join later.

    Parameters
    ----------
    run : str
        Its name, one of a kind.
    sent : Sent
        What it sends.
    """

    def __init__(self, run: str, sent: Sent) -> None:
        self.name, self._run, self._sent = run, run, sent

    def setup(self, worker: Worker) -> None:
        """Keep what was sent, on a worker that begins."""
        STORE.keep(self._run, self._sent)

    def teardown(self, worker: Worker) -> None:
        """Drop it."""
        STORE.drop(self._run)


@dataclass(frozen=True)
class Failure:
    """Failure of a task, as a sentence that names the worker; not every error can be pickled."""

    message: str


def work_on(run: str, task: Task) -> Any:
    """Work on a block, with what a run sent.

    Parameters
    ----------
    run : str
        The name of the run.
    task : Task
        The function, which takes what was loaded and the block.

    Returns
    -------
    object
        What the function returned, or a `Failure` for an error of this program.
    """
    try:
        with torch_threads(THREADS):
            return task.function(STORE.get(run), task.block)
    except ClusterError as error:
        return Failure(str(error))
    except Exception as error:
        # Others are faults, and show where they came from.
        if type(error).__module__.partition(".")[0] != __package__.partition(".")[0]:
            raise
        return Failure(f"On the worker {_address()}: {error}")


@lru_cache
def _versions_here() -> Versions:
    return installed_versions()


def _address() -> str:
    return str(get_worker().address)
