"""Very large pictures reduced to the means of their blocks, whatever door they come in by."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

# Twice the side of the largest usual network input: enough for a clean reduction, quick to read.
SENSIBLE_SIDE = 1024
# Larger pictures are reduced while they are read: copies of them would fill the memory.
LARGEST_READ_WHOLE = 50_000_000


def sensible_size(height: int, width: int) -> tuple[int, int]:
    """Return the size at which a picture is classified: its own, or for more than 50 million pixels a part.

    Parameters
    ----------
    height, width : int
        In pixels.

    Returns
    -------
    tuple of int
        Height and width; the shorter side of a reduced picture has 1,024 pixels or more.
    """
    large = height * width > LARGEST_READ_WHOLE
    step = max(1, min(height, width) // SENSIBLE_SIDE) if large else 1
    return height // step, width // step


def block_means(
    strips: Iterable[npt.NDArray[np.uint8]], shape: tuple[int, int], size: tuple[int, int]
) -> npt.NDArray[np.uint8]:
    """Reduce a picture to the means of its blocks.

    Parameters
    ----------
    strips : iterable of numpy.ndarray
        (rows, X, 3) uint8, from the top; together the picture.
    shape : tuple of int
        (Y, X) of the picture.
    size : tuple of int
        (Y, X) of the result, at most that of the picture.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8.
    """
    rows, columns = (
        np.linspace(0, length, parts + 1).round().astype(int)
        for length, parts in zip(shape, size, strict=True)
    )
    sums, first = np.zeros((*size, 3)), 0
    for strip in strips:
        last = first + len(strip)
        for block in range(np.searchsorted(rows, first, "right") - 1, np.searchsorted(rows, last, "left")):
            part = strip[max(rows[block] - first, 0) : rows[block + 1] - first]
            sums[block] += np.add.reduceat(part.sum(axis=0, dtype=np.uint32), columns[:-1], axis=0)
        first = last
    counts = np.outer(np.diff(rows), np.diff(columns))
    return np.rint(sums / counts[..., None]).astype(np.uint8)
