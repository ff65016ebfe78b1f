"""Threads that torch computes with, for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


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
