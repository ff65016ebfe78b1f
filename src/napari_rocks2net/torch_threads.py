"""Threads that torch computes with: for a while, or in one thread of Python alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread

_SETTING = Lock()


@contextmanager
def torch_threads(count: int | None = None) -> Iterator[None]:
    """Let torch compute with a number of threads meanwhile, and with as many as before afterwards.

    Parameters
    ----------
    count : int, optional
        At least 1; by default what it is, for code that changes it.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def set_threads_here(count: int, elsewhere: int) -> None:
    """Let torch compute with a number of threads in this thread of Python alone.

    ``torch.set_num_threads`` sets, too, what threads have that begin later. That is set back at once, by
    another thread.

    Parameters
    ----------
    count : int
        At least 1.
    elsewhere : int
        What threads that begin later are to have.
    """
    import torch

    with _SETTING:
        # The first call in a thread takes the number that is set for all; it must not come later.
        torch.get_num_threads()
        torch.set_num_threads(count)
        other = Thread(target=torch.set_num_threads, args=(elsewhere,))
        other.start()
        other.join()
