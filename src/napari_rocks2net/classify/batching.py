"""Batches that are halved when memory runs out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import torch

from napari_rocks2net.wording import first_line

Item = TypeVar("Item")
Result = TypeVar("Result")
# As CUDA, Metal, torch's CPU allocator, Windows and Linux say it.
MEMORY_WORDS = (
    *(
        "out of memory",
        "can't allocate",
        "defaultcpuallocator",
        "not enough memory",
        "cannot allocate memory",
    ),
)
logger = logging.getLogger(__name__)


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of up to `size` items, lazily and in order.

    Parameters
    ----------
    items : iterable
        Taken as the lists are asked for.
    size : int
        At least 1; only the last list may be shorter.
    """
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def run_halving(run: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item]) -> list[Result]:
    """Return ``run(items)``; when memory runs out, run the two halves one after the other.

    Parameters
    ----------
    run : callable
        Turns items into as many results, in their order; called again with fewer items when it raises what
        `is_out_of_memory` recognises.
    items : sequence
        At least one.

    Raises
    ------
    MemoryError
        If even one item does not fit.
    RuntimeError
        Any other that ``run`` raises.
    """
    try:
        return run(items)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        reason = first_line(error)
    # Outside of the except clause, so that the failed batch's tensors are released first.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if len(items) == 1:
        raise MemoryError(
            f"Memory ran out on a single image ({reason}); close other programs or choose the device 'cpu'."
        )
    half = len(items) // 2
    logger.warning("Memory ran out with %d images at a time; going on with %d.", len(items), half)
    return [*run_halving(run, items[:half]), *run_halving(run, items[half:])]


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory ran out, on a GPU or on the CPU."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or (
        # torch.OutOfMemoryError is a RuntimeError; on a CPU torch raises a plain one.
        isinstance(error, RuntimeError | OSError) and any(words in text for words in MEMORY_WORDS)
    )
