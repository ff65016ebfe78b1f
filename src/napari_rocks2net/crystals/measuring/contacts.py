"""Contacts: which crystals touch, and along how much of their outlines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


class Contacts(NamedTuple):
    """Pairs of touching labels, first < second, and the pixel sides that they share; all (N,) int64."""

    first: Integers
    second: Integers
    sides: Integers


def find_contacts(labels: Integers) -> tuple[Contacts, Integers]:
    """Find the pairs of labels whose pixels share sides, in (Y, X) int64 of 0 for background and crystals 1..N.

    Returns the contacts, and (N,) int64, the pixel sides of the whole outline of each crystal; sides on the
    border of the image count.
    """
    padded = np.pad(labels, 1)
    pairs = np.concatenate(
        [_differing(padded[:, :-1], padded[:, 1:]), _differing(padded[:-1], padded[1:])], axis=0
    )
    count = int(labels.max(initial=0)) + 1
    outline = np.bincount(pairs.ravel(), minlength=count)[1:]
    touching = np.sort(pairs[(pairs > 0).all(axis=1)], axis=1)
    keys, sides = np.unique(touching[:, 0] * count + touching[:, 1], return_counts=True)
    return Contacts(keys // count, keys % count, sides), outline


def _differing(one: Integers, other: Integers) -> Integers:
    """Return the neighbouring values that differ, (N, 2)."""
    differ = one != other
    return np.column_stack([one[differ], other[differ]])
