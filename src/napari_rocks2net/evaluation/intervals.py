"""How far to trust an accuracy: 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt

Z_95 = 1.959963984540054
RESAMPLINGS = 2_000


def wilson_interval(correct: float, total: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share.

    Parameters
    ----------
    correct : float
        Successes, 0..total.
    total : int
        Independent trials, at least 1.

    Returns
    -------
    tuple of float
        Lower and upper limit, within 0..1.

    Notes
    -----
    Wilson 1927, J. Am. Stat. Assoc. 22:209, without continuity correction.
    """
    share = correct / total
    squared = Z_95**2 / total
    centre = share + squared / 2
    half_width = Z_95 * sqrt(share * (1 - share) / total + squared / (4 * total))
    return max(0.0, (centre - half_width) / (1 + squared)), min(1.0, (centre + half_width) / (1 + squared))


def grouped_interval(correct: npt.ArrayLike, groups: Sequence[str], seed: int = 0) -> tuple[float, float]:
    """Return a 95 % interval of the accuracy when samples of one group are alike.

    Photos of one thin section tend to be right or wrong together, so whole sections are drawn with
    replacement, 2,000 times, and the middle 95 % of the accuracies is the interval (cluster bootstrap,
    percentile method: Efron & Tibshirani 1993, chapter 13). Where every group has the same accuracy
    the drawing says nothing, and the Wilson interval of that share over the number of groups is given.

    Parameters
    ----------
    correct : array_like of bool
        (N,) whether each sample was classified right; N >= 1.
    groups : sequence of str
        (N,) the group of each sample.
    seed : int
        The same seed gives the same interval.

    Returns
    -------
    tuple of float
        Lower and upper limit, within 0..1.
    """
    right = np.asarray(correct, dtype=float)
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    right_per_group = np.bincount(member, weights=right)
    size_per_group = np.bincount(member)
    if np.ptp(right_per_group / size_per_group) == 0:
        return wilson_interval(float(right.mean()) * len(names), len(names))
    drawn = np.random.default_rng(seed).integers(len(names), size=(RESAMPLINGS, len(names)))
    accuracies = right_per_group[drawn].sum(axis=1) / size_per_group[drawn].sum(axis=1)
    lower, upper = np.quantile(accuracies, [0.025, 0.975])
    return float(lower), float(upper)
