"""Cache of the blocks of a slide that were last used."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


class BlockCache:
    """The blocks that were last used, up to a number of bytes; for several threads.

    Parameters
    ----------
    most_bytes : int
        At least one block is kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._blocks: OrderedDict[tuple[int, ...], Pixels] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[int, ...], read: Callable[[], Pixels]) -> Pixels:
        """Return a block that is kept, or read it.

        Parameters
        ----------
        key : tuple of int
            What it is kept by.
        read : callable
            Reads it; two threads may read the same at the same time.
        """
        with self._lock:
            if key in self._blocks:
                self._blocks.move_to_end(key)
                return self._blocks[key]
        block = read()
        with self._lock:
            if key not in self._blocks:
                self._blocks[key] = block
                self._bytes += block.nbytes
            while self._bytes > self._most_bytes and len(self._blocks) > 1:
                self._bytes -= self._blocks.popitem(last=False)[1].nbytes
        return block
