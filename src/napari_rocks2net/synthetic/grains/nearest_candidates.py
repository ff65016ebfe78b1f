"""Short lists of the crystals that race for a part of the plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Shortlist:
    """The rivals of every part.

    Parameters
    ----------
    crystal : ndarray, shape (R, A), intp
        Crystals in the order in which they are named; a part's own come first, the others are 0.
    count : ndarray, shape (A,), uint8
        How many of them are a part's own, at least 1.
    """

    crystal: Labels
    count: NDArray[np.uint8]

    @classmethod
    def of(cls, rivals: Labels, able: NDArray[np.bool_]) -> Shortlist:
        """Return the able ones of some rivals, both of shape (K, A), at least one of each part able."""
        place = np.cumsum(able, axis=0, dtype=np.uint8)
        count = place[-1]
        crystal = np.zeros((int(count.max(initial=0)), len(count)), dtype=np.intp)
        which, part = np.nonzero(able)
        crystal[place[which, part] - np.uint8(1), part] = rivals[which, part]
        return cls(crystal, count)

    @classmethod
    def of_all(cls, rivals: Labels) -> Shortlist:
        """Return all rivals of shape (K, A)."""
        return cls(rivals, np.full(rivals.shape[1], len(rivals), dtype=np.uint8))

    @classmethod
    def without_repeats(cls, rivals: Labels) -> Shortlist:
        """Return rivals of shape (K, A), each named once a part."""
        new = np.ones(rivals.shape, dtype=bool)
        for number, rival in enumerate(rivals):
            for earlier in rivals[:number]:
                new[number] &= rival != earlier
        return cls.of(rivals, new)
