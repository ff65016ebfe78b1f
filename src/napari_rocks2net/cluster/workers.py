"""Workers of a cluster: each gets once what the tasks need; results come in the order of the blocks."""

from __future__ import annotations

import hashlib
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count, islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from napari_rocks2net.cluster.errors import ClusterError
from napari_rocks2net.cluster.versions import installed_versions, require_same_versions

if TYPE_CHECKING:
    from distributed import Client, Future

Loaded = TypeVar("Loaded")
Block = TypeVar("Block")
Result = TypeVar("Result")

# So many tasks for each thread of a worker are handed out: it never waits, and little is lost by a stop.
TASKS_AHEAD = 3
SECONDS_BETWEEN_SIGNS = 0.2


@dataclass(frozen=True)
class Shared(Generic[Loaded]):
    """Content that all tasks need."""

    payload: bytes  # What is sent.
    # Makes of it what the tasks take, once in each process; a function of a module.
    load: Callable[[bytes], Loaded]


class Workers(Generic[Loaded]):
    """The workers of a cluster, while they hold what the tasks of a run need; use it in a ``with`` statement.

    Each task computes with one thread, whatever its worker would take, so that it gives the same wherever it
    runs, and again after the worker that began it is lost.

    Parameters
    ----------
    client : distributed.Client
        Of the cluster, not asynchronous. Workers may come and go.
    shared : Shared
        What is sent to each worker once, also to those that join later.

    Raises
    ------
    ClusterError
        When the client cannot be used, or a worker has other versions of the libraries that matter.
    """

    def __init__(self, client: Client, shared: Shared[Loaded]) -> None:
        if client.asynchronous or client.status != "running":
            raise ClusterError(
                f"The Dask client is {'asynchronous' if client.asynchronous else client.status}: make one "
                "by Client(address) and leave it open."
            )
        self._client, self._shared = client, shared
        self._run = f"napari-rocks2net-{uuid.uuid4().hex[:12]}"
        self._numbers = count()

    def __enter__(self) -> Self:
        """Send what the tasks need."""
        from napari_rocks2net.cluster.worker import SendToWorkers, Sent

        with _sentences():
            require_same_versions(self._client)
            key = hashlib.sha256(self._shared.payload).hexdigest()
            sent = Sent(key, self._shared.payload, self._shared.load, installed_versions())
            self._client.register_plugin(SendToWorkers(self._run, sent))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A scheduler that is gone has nothing left to forget.
        if self._client.status == "running":
            with suppress(OSError, TimeoutError):
                self._client.unregister_worker_plugin(self._run)

    @property
    def count(self) -> int:
        """Number of workers now."""
        with _sentences():
            return len(self._client.nthreads())

    def map_in_order(
        self, function: Callable[[Loaded, Block], Result], blocks: Iterable[Block]
    ) -> Generator[Result | None]:
        """Work on blocks.

        Parameters
        ----------
        function : callable
            Takes what was loaded and a block; a function of a module, or a partial of one.
        blocks : iterable
            Taken a little ahead of the results.

        Yields
        ------
        object or None
            The results in the order of the blocks, none of which is None; between them None, several times a
            second, so that the caller can stop: closing the iterator withdraws what is not done.

        Raises
        ------
        ClusterError
            When a task fails, kills its workers, or the scheduler is lost.
        """
        remaining = iter(blocks)
        pending: deque[Future[Any]] = deque()
        try:
            while True:
                room = self._tasks_at_once() - len(pending)
                pending.extend(self._submit(function, block) for block in islice(remaining, max(0, room)))
                if not pending:
                    return
                while not self._is_done(pending[0]):
                    yield None
                yield _result_of(pending.popleft())
        finally:
            self._withdraw(pending)

    def _tasks_at_once(self) -> int:
        with _sentences():
            return TASKS_AHEAD * max(1, sum(self._client.nthreads().values()))

    def _submit(self, function: Callable[[Loaded, Block], Result], block: Block) -> Future[Any]:
        from napari_rocks2net.cluster.worker import Task, work_on

        task = Task(function, block)
        key = f"{self._run}-{next(self._numbers)}"
        with _sentences():
            return self._client.submit(work_on, self._run, task, key=key, pure=False)

    def _is_done(self, future: Future[Any]) -> bool:
        """Return whether a task is done, after a moment if it is not."""
        from distributed import wait

        try:
            with _sentences(), self._client.as_current():
                wait(future, timeout=SECONDS_BETWEEN_SIGNS)
        except TimeoutError:
            return False
        return True

    def _withdraw(self, pending: Iterable[Future[Any]]) -> None:
        futures = list(pending)
        if futures and self._client.status == "running":
            with suppress(OSError, TimeoutError):
                self._client.cancel(futures, force=True)


def _result_of(future: Future[Any]) -> Any:
    from distributed import KilledWorker

    from napari_rocks2net.cluster.worker import Failure

    try:
        result = future.result()
    except KilledWorker as error:
        raise ClusterError(
            f"Several workers died over one task ({error.last_worker.address} last), most likely because "
            "memory ran out: give workers more memory or fewer threads, and go on with --resume."
        ) from error
    if isinstance(result, Failure):
        raise ClusterError(result.message)
    return result


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what Dask raises about its scheduler into a sentence."""
    from distributed import CancelledError
    from distributed.comm.core import CommClosedError

    try:
        yield
    except (CancelledError, CommClosedError) as error:
        raise ClusterError(
            f"The Dask scheduler was lost ({type(error).__name__}): what is done is kept; go on with "
            "--resume when it is back."
        ) from error
