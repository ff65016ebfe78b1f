"""Nearest candidates: for each part of the plane, the crystals that can be the first to reach it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Candidates:
    """The candidates of every part."""

    # (R, A) intp. Crystals in the order in which they are named; a part's own come first, the others are 0.
    crystal: Labels
    count: NDArray[np.uint8]  # (A,) uint8. How many of them are a part's own, at least 1.


def nearest_candidates(crystal: Labels, possible: NDArray[np.bool_]) -> Candidates:
    """Return those crystals that can be first in a part, in the same order.

    Parameters
    ----------
    crystal : ndarray, shape (K, A), intp
        Crystals around each part.
    possible : ndarray, shape (K, A), bool
        Whether each can be first; at least one of each part can.
    """
    place = np.cumsum(possible, axis=0, dtype=np.uint8)
    count = place[-1]
    packed = np.zeros((int(count.max(initial=0)), len(count)), dtype=np.intp)
    which, part = np.nonzero(possible)
    packed[place[which, part] - np.uint8(1), part] = crystal[which, part]
    return Candidates(packed, count)


def all_candidates(crystal: Labels) -> Candidates:
    """Return all crystals of shape (K, A)."""
    return Candidates(crystal, np.full(crystal.shape[1], len(crystal), dtype=np.uint8))


def distinct_candidates(crystal: Labels) -> Candidates:
    """Return crystals of shape (K, A), each named once a part."""
    new = np.ones(crystal.shape, dtype=bool)
    for number, row in enumerate(crystal):
        for earlier in crystal[:number]:
            new[number] &= row != earlier
    return nearest_candidates(crystal, new)
