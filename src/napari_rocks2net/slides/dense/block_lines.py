"""Lines of a level that show a block of a slide."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class BlockLines:
    """Rows, or columns, of a level that are read, and how they are reduced."""

    first: int
    count: int
    begin: float
    end: float
    most: int

    @classmethod
    def of(cls, start: int, stop: int, origin: int, pixel: float, times: float, length: int) -> BlockLines:
        """Return which lines of a level show lines of a block, and where between them.

        Parameters
        ----------
        start, stop : int
            The lines of the block, at the scale of the network.
        origin : int
            Where the grid begins, in pixels of the slide.
        pixel, times : float
            How many of these a pixel of the network's scale, and one of the level, is wide.
        length : int
            How many lines the level has.
        """
        begin = (origin + start * pixel) / times
        lines = min(stop - start, max(1, int((length - begin) * times / pixel + 1e-6)))
        end = min(float(length), begin + lines * pixel / times)
        # A margin, for what is reduced sees a little beyond.
        margin = math.ceil(pixel / times) + 1
        first = max(0, math.floor(begin) - margin)
        count = min(length, math.ceil(end) + margin) - first
        return cls(first, count, max(0.0, begin - first), end - first, lines)
