"""Reading of many images: lazily, in order; a bad one is reported and leaves its place empty."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from napari_rocks2net.imaging.errors import ImageError

Item = TypeVar("Item")
Result = TypeVar("Result")
ErrorHandler = Callable[[int, ImageError], None]
# More threads than that wait for the disk or for one another.
READING_THREADS = min(4, os.cpu_count() or 1)


def read_many(
    items: Iterable[Item],
    read: Callable[[Item], Result],
    on_error: ErrorHandler | None = None,
    threads: int = 0,
) -> Iterator[Result | None]:
    """Read items one after the other, as the results are asked for.

    Parameters
    ----------
    items : iterable
        What `read` takes: files, samples.
    read : callable
        Reads one item; an `ImageError` says that it cannot be used.
    on_error : callable, optional
        Called with the position and the error of an item that cannot be read; its result is None and the
        others go on. Without it the error is raised.
    threads : int
        How many read at the same time, ahead of what is asked for; 0 reads in the caller's thread.

    Returns
    -------
    iterator of object or None
        What `read` returned, in the order of the items.

    Raises
    ------
    ImageError
        Of the first item that cannot be read, where `on_error` is not given.
    """
    tried = partial(attempt, read)
    return report_errors(map_ahead(tried, items, threads) if threads else map(tried, items), on_error)


def attempt(read: Callable[[Item], Result], item: Item) -> Result | ImageError:
    """Return ``read(item)``, or why it cannot be used.

    Parameters
    ----------
    read : callable
        See `read_many`.
    item : object
        What it takes.
    """
    try:
        return read(item)
    except ImageError as error:
        return error


def report_errors(
    outcomes: Iterable[Result | ImageError], on_error: ErrorHandler | None
) -> Iterator[Result | None]:
    """Yield results, in the place of an error None.

    Parameters
    ----------
    outcomes : iterable
        Results and errors.
    on_error : callable, optional
        See `read_many`.

    Raises
    ------
    ImageError
        The first, where `on_error` is not given.
    """
    for position, outcome in enumerate(outcomes):
        if not isinstance(outcome, ImageError):
            yield outcome
            continue
        if on_error is None:
            raise outcome
        on_error(position, outcome)
        yield None


def map_ahead(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    threads: int,
    start: Callable[[], None] | None = None,
) -> Iterator[Result]:
    """Map in threads, in order, a little ahead of what is asked for.

    At most two items for each thread are pending, for images fill the memory.

    Parameters
    ----------
    function : callable
        Takes an item.
    items : iterable
        Taken by the caller's thread.
    threads : int
        At least 1.
    start : callable, optional
        Called by each thread when it begins.

    Yields
    ------
    object
        What the function returned.
    """
    pending: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads, initializer=start) as pool:
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) > 2 * threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
