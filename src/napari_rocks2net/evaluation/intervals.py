"""95 % confidence intervals of an accuracy: Wilson, cluster bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import Any

import numpy as np
import numpy.typing as npt

RESAMPLINGS, SEED = 2_000, 0
"""How often groups are drawn, and from which seed: the same answers have the same interval."""
MIDDLE = (0.025, 0.975)
"""Quantiles between which 95 % lie."""


def wilson_interval(correct: int, total: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share, without continuity correction.

    Parameters
    ----------
    correct : int
        Successes, 0..total.
    total : int
        Independent trials, at least 1.

    Returns
    -------
    tuple of float
        Lower and upper limit, within 0..1.

    Notes
    -----
    Wilson 1927, J. Am. Stat. Assoc. 22:209.
    """
    from scipy.stats import binomtest

    lower, upper = binomtest(correct, total).proportion_ci(method="wilson")
    return float(lower), float(upper)


def grouped_interval(correct: npt.ArrayLike, groups: Sequence[str]) -> tuple[float, float]:
    """Return a 95 % interval of the accuracy when samples of one group are alike.

    Photos of one thin section tend to be right or wrong together, so whole sections are drawn with
    replacement, 2,000 times, and the middle 95 % of the accuracies is the interval (cluster bootstrap,
    percentile method: Efron & Tibshirani 1993, chapter 13). Where every group has the same accuracy
    the drawing says nothing, and the Wilson interval of that share over the number of groups is given, or
    what the intervals of the two nearest whole numbers of groups span.

    Parameters
    ----------
    correct : array_like of bool
        (N,) whether each sample was classified right; N >= 1.
    groups : sequence of str
        (N,) the group of each sample.

    Returns
    -------
    tuple of float
        Lower and upper limit, within 0..1.
    """
    right = np.asarray(correct, dtype=float)
    right_per_group, size_per_group = _per_group(right, groups)
    return interval_of_groups(right_per_group, size_per_group)


def interval_of_groups(
    right_per_group: npt.NDArray[Any], size_per_group: npt.NDArray[Any]
) -> tuple[float, float]:
    """Return the interval of `grouped_interval` from the counts of its groups.

    Lower and upper limit, within 0..1.

    Parameters
    ----------
    right_per_group, size_per_group : numpy.ndarray
        (G,) how many samples of each group are right, and how many it has, at least 1.
    """
    count = len(size_per_group)
    if np.ptp(right_per_group / size_per_group) == 0:
        # Rounding: a mean of equal shares may miss a whole number by a little.
        right_groups = round(float(right_per_group.sum() / size_per_group.sum()) * count, 9)
        return wilson_interval(floor(right_groups), count)[0], wilson_interval(ceil(right_groups), count)[1]
    return _bootstrap_interval(right_per_group, size_per_group)


def gain_interval(before: npt.ArrayLike, after: npt.ArrayLike, groups: Sequence[str]) -> tuple[float, float]:
    """Return a 95 % interval of how much more often one answer is right than another on the same samples.

    Whole groups, with both answers to each of their samples, are drawn as for `grouped_interval`. That
    tells more than two intervals beside each other: what is hard for both cancels.

    Parameters
    ----------
    before, after : array_like of bool
        (N,) whether either answer to each sample is right; N >= 1.
    groups
        See `grouped_interval`.

    Returns
    -------
    tuple of float
        Lower and upper limit of the difference of the accuracies, within -1..1, above 0 where ``after`` is
        right more often; all of -1..1 for a single group, which says nothing about others.
    """
    gain = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    gain_per_group, size_per_group = _per_group(gain, groups)
    if len(size_per_group) == 1:
        return -1.0, 1.0
    return _bootstrap_interval(gain_per_group, size_per_group)


def _per_group(values: npt.NDArray[np.float64], groups: Sequence[str]) -> tuple[npt.NDArray[Any], ...]:
    """Return the sum of the values of each group, and its size."""
    _, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    return np.bincount(member, weights=values), np.bincount(member)


def _bootstrap_interval(sums: npt.NDArray[Any], sizes: npt.NDArray[Any]) -> tuple[float, float]:
    """Return the middle 95 % of the mean over groups that are drawn with replacement."""
    groups = np.random.default_rng(SEED).integers(len(sizes), size=(RESAMPLINGS, len(sizes)))
    means = sums[groups].sum(axis=1) / sizes[groups].sum(axis=1)
    lower, upper = np.quantile(means, MIDDLE)
    return float(lower), float(upper)
