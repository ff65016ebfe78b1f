"""Perceptual hashes of a photo: near copies differ in few of their bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]

SIDE = 32
COEFFICIENTS = 8
TURNS = 8


def turned(picture: npt.NDArray[Any], turn: int) -> npt.NDArray[Any]:
    """Turn and mirror a picture.

    Parameters
    ----------
    picture : numpy.ndarray
        (y, x) or (y, x, channels).
    turn : int
        0 to 7: quarter turns counterclockwise, from 4 on after mirroring left and right.

    Returns
    -------
    numpy.ndarray
        A view, whose sides may be exchanged.
    """
    return np.rot90(picture[:, ::-1] if turn >= TURNS // 2 else picture, turn % (TURNS // 2))


def perceptual_hash(grey: Floats) -> np.uint64:
    """Return which of the lowest 64 frequencies of a picture (y, x) are above their median, one bit each.

    Zauner 2010, Implementation and benchmarking of perceptual image hash functions, section 3.2.1.
    """
    # Widgets open without SciPy.
    from scipy.fft import dctn

    small = Image.fromarray(grey.astype(np.float32)).resize((SIDE, SIDE), Image.Resampling.BOX)
    lowest = dctn(np.asarray(small, float), norm="ortho")[: COEFFICIENTS + 1, : COEFFICIENTS + 1]
    # Without the first row and column: brightness and shading are of the lamp, not of the rock.
    bits = lowest[1:, 1:] > np.median(lowest[1:, 1:])
    return np.packbits(bits).view(np.uint64)[0]


def hashes_of_turns(grey: Floats) -> Hashes:
    """Return (8,) the hashes of a picture (y, x) in all its turns and mirrors."""
    return np.array([perceptual_hash(turned(grey, turn)) for turn in range(TURNS)], np.uint64)


def differing_bits(one: Hashes, other: Hashes) -> npt.NDArray[np.uint8]:
    """Return how many bits differ, 0 to 64.

    Parameters
    ----------
    one, other : numpy.ndarray
        uint64, of shapes that broadcast.
    """
    return np.bitwise_count(one ^ other)
