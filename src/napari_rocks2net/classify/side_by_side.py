"""Photos side by side on a CPU: each is read and classified by a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar

import torch

from napari_rocks2net.imaging import map_ahead
from napari_rocks2net.torch_threads import set_threads_here

Item = TypeVar("Item")
Result = TypeVar("Result")
# Each takes the memory of a decoded photo and of a network's activations.
MOST_PHOTOS = 8
MOST_PIXELS = MOST_PHOTOS * 512**2


def photos_at_once(pixels: int) -> int:
    """Return how many photos suit the CPU side by side.

    Layers divided among threads wait for the slowest of them; photos do not wait for one another, and one is
    decoded while another is classified (docs/performance.md).

    Parameters
    ----------
    pixels : int
        That a network looks at of each.
    """
    return max(1, min(torch.get_num_threads(), MOST_PHOTOS, MOST_PIXELS // pixels))


def map_side_by_side(
    function: Callable[[Item], Result], items: Iterable[Item], at_once: int
) -> Iterator[Result]:
    """Map items in threads that share torch's threads, in order; a lone item has all of them.

    Parameters
    ----------
    function : callable
        Computes with torch.
    items : iterable
        Taken a little ahead of what is asked for.
    at_once : int
        How many are worked on at the same time.

    Yields
    ------
    object
        What the function returned.
    """
    items = iter(items)
    first = list(islice(items, 2))
    if at_once == 1 or len(first) < 2:
        yield from map(function, chain(first, items))
        return
    each = max(1, torch.get_num_threads() // at_once)
    yield from map_ahead(function, chain(first, items), at_once, start=lambda: set_threads_here(each))
