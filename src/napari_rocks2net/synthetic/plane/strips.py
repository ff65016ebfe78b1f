"""Strips of a picture: intermediate results stay in the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator

_ROWS = 64


def strips(height: int, rows: int = _ROWS) -> Iterator[slice]:
    """Yield slices that together cover the rows of a picture, from top to bottom.

    Parameters
    ----------
    height : int
        Rows of the picture.
    rows : int
        Most rows of a strip, at least 1.
    """
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))
