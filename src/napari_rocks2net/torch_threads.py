"""Threads that torch computes with in one thread of Python, whatever it has in others."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

_SETTING = Lock()


@contextmanager
def torch_threads(count: int | None = None) -> Iterator[None]:
    """Let torch compute with a number of threads meanwhile, and with as many as before afterwards.

    In this thread of Python alone: of two that overlap, none ends with what the other one had set.

    Parameters
    ----------
    count : int, optional
        At least 1; by default what it is, for code that changes it.
    """
    import torch

    with _SETTING:
        # The first call in a thread takes the number that is set for all, which another may be setting back.
        before = torch.get_num_threads()
    set_threads_here(count or before)
    try:
        yield
    finally:
        set_threads_here(before)


def set_threads_here(count: int) -> None:
    """Let torch compute with a number of threads in this thread of Python alone.

    ``torch.set_num_threads`` sets, too, what threads have that begin later. That is set back at once, by one
    that has just begun.

    Parameters
    ----------
    count : int
        At least 1.
    """
    import torch

    with _SETTING, ThreadPoolExecutor(1) as new_thread:
        elsewhere = new_thread.submit(torch.get_num_threads).result()
        # The first call in a thread takes the number that is set for all; it must not come later.
        torch.get_num_threads()
        torch.set_num_threads(count)
        new_thread.submit(torch.set_num_threads, elsewhere).result()
