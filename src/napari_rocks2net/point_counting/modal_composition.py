"""Composition: area percentages with multinomial intervals, and what more points would bring."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

EXCLUDED = "(left out)"
"""What stands for a point that counts for nothing: a hole, the rim, what nobody can name."""
CONFIDENCE = 0.95
MOST_STEPS = 150


@dataclass(frozen=True)
class ClassShare:
    """Share of one class in a count."""

    name: str
    """The class."""
    points: int
    """How many points fell on it."""
    share: float
    """Of the area, 0..1; not a number without points."""
    low: float
    high: float
    """Its 95 % interval, simultaneous for all classes."""

    @property
    def half_width(self) -> float:
        """Half the width of the interval, 0..0.5."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, eq=False)
class Convergence:
    """Convergence of the shares while the points are named."""

    points: npt.NDArray[np.int64]
    """(M,) how many points were named."""
    shares: Floats
    low: Floats
    high: Floats
    """(M, K) of each class after so many."""


def goodman_interval(counts: npt.ArrayLike, total: npt.ArrayLike, classes: int) -> tuple[Floats, Floats]:
    """Return simultaneous 95 % intervals of multinomial shares.

    Parameters
    ----------
    counts : array_like
        Points of each class.
    total : array_like
        All points, at least 1; it is broadcast against `counts`.
    classes : int
        How many classes there are, at least 1.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper limits, within 0..1.

    Notes
    -----
    Goodman 1965, Technometrics 7:247: Wilson's score interval at the level 1 - 0.05 / K, so that all K
    intervals hold together in at least 95 % of counts. Sison & Glaz (1995, J. Am. Stat. Assoc. 90:366) is
    narrower where there are many classes of like shares, which rocks are not. The intervals of van der Plas &
    Tobi (1965, Am. J. Sci. 263:87), which are usual in petrography, are for one class at a time and reach
    below zero for rare ones.
    """
    n = np.asarray(total, float)
    share, square = np.asarray(counts, float) / n, _normal_quantile(classes) ** 2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = _half_width(share, n, square)
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def composition(names: Sequence[str], classes: Sequence[str]) -> tuple[ClassShare, ...]:
    """Return the share of each class.

    Parameters
    ----------
    names : sequence of str
        The class of each point; those that are empty or `EXCLUDED` do not count.
    classes : sequence of str
        All classes, also those that no point fell on.

    Returns
    -------
    tuple of ClassShare
        In the order of the classes.
    """
    counts = [sum(name == each for name in names) for each in classes]
    total = sum(counts)
    if not total:
        return tuple(ClassShare(name, 0, math.nan, 0.0, 1.0) for name in classes)
    low, high = goodman_interval(counts, total, len(classes))
    return tuple(
        ClassShare(name, count, count / total, *limits)
        for name, count, *limits in zip(classes, counts, low.tolist(), high.tolist(), strict=True)
    )


def convergence(names: Sequence[str], classes: Sequence[str]) -> Convergence:
    """Return how the shares have settled, in the order of the points.

    Parameters
    ----------
    names, classes
        See `composition`.
    """
    counted = [name for name in names if name in classes]
    hits = np.array([[name == each for each in classes] for name in counted], float)
    steps = (
        np.unique(np.linspace(1, len(counted), MOST_STEPS).round().astype(int))
        if counted
        else np.array([], int)
    )
    counts = np.cumsum(hits.reshape(len(counted), len(classes)), axis=0)[steps - 1]
    total = steps[:, None].astype(float)
    low, high = goodman_interval(counts, total, max(len(classes), 1))
    return Convergence(steps, counts / total, low, high)


def points_to_narrow(share: ClassShare, total: int, classes: int) -> int:
    """Return how many more points would halve an interval, if they fell on the class as often as so far.

    Parameters
    ----------
    share : ClassShare
        Of `total` points.
    total : int
        At least 1.
    classes : int
        How many classes there are.
    """
    square = _normal_quantile(classes) ** 2
    target = 0.5 * float(_half_width(share.share, float(total), square))
    # By four times as many points, and some, any interval is halved.
    counts = range(total, 8 * (total + math.ceil(square)))
    return bisect_left(counts, True, key=lambda n: bool(_half_width(share.share, float(n), square) <= target))


def outlook(shares: Sequence[ClassShare]) -> str:
    """Return what more points would bring for the least certain class, in a sentence; "" without points."""
    total = sum(each.points for each in shares)
    if not total:
        return ""
    # Of two with equal intervals the first: rounding must not choose.
    widest = max(shares, key=lambda each: round(each.half_width, 9))
    more = points_to_narrow(widest, total, len(shares))
    square = _normal_quantile(len(shares)) ** 2
    after = float(_half_width(widest.share, total + 100.0, square))
    return (
        f"{widest.name} is the least certain, {100 * widest.share:.1f} ± "
        f"{100 * widest.half_width:.1f} %: 100 more "
        f"points would make it ± {100 * after:.1f}, and {more:,} more would halve it."
    )


def _half_width(share: npt.ArrayLike, n: npt.ArrayLike, square: float) -> Floats:
    """Return half the width of Wilson's interval, before it is cut at 0 and 1."""
    p, n = np.asarray(share, float), np.asarray(n, float)
    return np.asarray(np.sqrt(square * (p * (1 - p) / n + square / (4 * n**2))) / (1 + square / n))


def _normal_quantile(classes: int) -> float:
    from scipy.stats import norm

    return float(norm.ppf(1 - (1 - CONFIDENCE) / (2 * max(classes, 1))))
