"""Very large pictures reduced to the means of their blocks, whatever door they come in by."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PIL import Image

# No less than the side of the largest network input, and enough for a clean reduction to a usual one.
SENSIBLE_SIDE = 2048
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
        Height and width; the shorter side of a reduced picture has 2,048 pixels or more.
    """
    large = height * width > LARGEST_READ_WHOLE
    most = max(1, min(height, width) // SENSIBLE_SIDE) if large else 1
    # A power of two, as of the levels of pyramids: of a layer with levels one has these very pixels.
    step = 1 << (most.bit_length() - 1)
    return height // step, width // step


def fitting_size(height: int, width: int, longest: float) -> tuple[int, int]:
    """Return the size at which the longer side of a picture has some length, its aspect ratio kept.

    Parameters
    ----------
    height, width : int
        In pixels.
    longest : float
        In pixels.

    Returns
    -------
    tuple of int
        Height and width, each at least 1.
    """
    scale = longest / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def resampled(
    rgb: npt.NDArray[np.uint8],
    size: tuple[int, int],
    filter: Image.Resampling = Image.Resampling.BILINEAR,
) -> npt.NDArray[np.uint8]:
    """Return a picture with another number of pixels, antialiased where it has fewer.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    size : tuple of int
        (Y, X) of the result; where it is the picture's own, its pixels stay as they are.
    filter : PIL.Image.Resampling
        How pixels are taken together.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8 in one piece.
    """
    if size == rgb.shape[:2]:
        return np.ascontiguousarray(rgb)
    return np.asarray(Image.fromarray(np.ascontiguousarray(rgb)).resize(size[::-1], filter))


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
    # Half the bytes of floats, and exact for blocks of up to 16 million pixels.
    sums, first = np.zeros((*size, 3), np.uint32), 0
    for strip in strips:
        last = first + len(strip)
        for block in range(np.searchsorted(rows, first, "right") - 1, np.searchsorted(rows, last, "left")):
            part = strip[max(rows[block] - first, 0) : rows[block + 1] - first]
            sums[block] += np.add.reduceat(part.sum(axis=0, dtype=np.uint32), columns[:-1], axis=0)
        first = last
    widths = np.diff(columns)[:, None]
    means = np.empty(sums.shape, np.uint8)
    # Row by row: floats of all would be larger than the picture.
    for row, height in enumerate(np.diff(rows)):
        means[row] = np.rint(sums[row] / (height * widths))
    return means
