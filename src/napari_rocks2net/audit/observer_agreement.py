"""Agreement of two people who labelled the same photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_rocks2net.audit.errors import AuditError, require_as_many
from napari_rocks2net.evaluation.intervals import MIDDLE

Floats = npt.NDArray[np.float64]

RESAMPLINGS = 2_000


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; not a number where it is undefined."""

    value: float
    """The figure."""
    low: float
    high: float
    """The interval, by drawing thin sections with replacement."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """Agreement of two observers."""

    classes: tuple[str, ...]
    """The classes that either used, sorted."""
    table: npt.NDArray[np.int64]
    """(K, K) int: photos by the class of the first observer and that of the second."""
    observed: Estimate
    """The share of photos with the same label."""
    kappa: Estimate
    ac1: Estimate
    """Cohen's kappa and Gwet's AC1, which, unlike kappa, does not fall where one class is rare; at most 1, 0
    is what chance gives."""
    per_class: Mapping[str, Estimate]
    """Of those that either gave to a class, the share that both did (positive agreement)."""
    disagreements: npt.NDArray[np.intp]
    """(M,) int: the positions of the photos with two labels."""


def agreement(
    first: Sequence[str], second: Sequence[str], groups: Sequence[str] | None = None, seed: int = 0
) -> Agreement:
    """Measure how far two observers agree.

    Parameters
    ----------
    first, second : sequence of str
        (N,) the labels of either, photo by photo.
    groups : sequence of str, optional
        (N,) the thin section of each photo; by default each photo is one of its own.
    seed : int
        The same seed gives the same intervals.

    Returns
    -------
    Agreement
        With intervals from 2,000 draws of whole thin sections with replacement (cluster bootstrap).

    Raises
    ------
    AuditError
        When the lengths differ, there is no photo, or a label is empty.

    Notes
    -----
    Cohen 1960, Educ. Psychol. Meas. 20:37; Gwet 2008, Br. J. Math. Stat. Psychol. 61:29; positive agreement:
    Cicchetti & Feinstein 1990, J. Clin. Epidemiol. 43:551.
    """
    sections = list(groups) if groups is not None else [str(index) for index in range(len(first))]
    require_as_many(labels=first, others=second, groups=sections)
    if not all(first) or not all(second):
        raise AuditError("A label is empty: agreement is of photos that both have labelled.")
    classes = tuple(sorted({*first, *second}))
    rows, columns = (np.searchsorted(classes, labels) for labels in (first, second))
    tables = _tables(rows, columns, len(classes), sections)
    observed, kappa, ac1, *per_class = _estimates(tables, seed)
    return Agreement(
        classes=classes,
        table=tables.sum(0).astype(np.int64),
        observed=observed,
        kappa=kappa,
        ac1=ac1,
        per_class=dict(zip(classes, per_class, strict=True)),
        disagreements=np.flatnonzero(rows != columns),
    )


def _tables(
    rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], classes: int, sections: Sequence[str]
) -> Floats:
    """Return the photos of each thin section by both labels (G, K, K)."""
    _, section = np.unique(np.asarray(sections, dtype=str), return_inverse=True)
    tables = np.zeros((section.max() + 1, classes, classes))
    np.add.at(tables, (section, rows, columns), 1)
    return tables


def _estimates(tables: Floats, seed: int) -> list[Estimate]:
    """Return each of `_figures` with its interval, for tables (G, K, K) of the sections."""
    count = len(tables)
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=RESAMPLINGS)
    resampled = _figures(np.tensordot(times.astype(float), tables, axes=1))
    values = _figures(tables.sum(0))
    return [Estimate(float(value), *_middle(draws)) for value, draws in zip(values, resampled.T, strict=True)]


def _middle(draws: Floats) -> tuple[float, float]:
    defined = draws[np.isfinite(draws)]
    if not defined.size:
        return np.nan, np.nan
    low, high = np.quantile(defined, MIDDLE)
    return float(low), float(high)


def _figures(tables: Floats) -> Floats:
    """Return (..., 3 + K): observed agreement, kappa, AC1 and positive agreements of tables (..., K, K)."""
    shares = tables / tables.sum((-2, -1), keepdims=True)
    first, second, both = shares.sum(-1), shares.sum(-2), np.diagonal(shares, axis1=-2, axis2=-1)
    observed, used = both.sum(-1), (first + second) / 2
    by_chance = (first * second).sum(-1)
    by_chance_ac1 = (used * (1 - used)).sum(-1) / max(1, shares.shape[-1] - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        kappa = (observed - by_chance) / (1 - by_chance)
        ac1 = (observed - by_chance_ac1) / (1 - by_chance_ac1)
        positive = both / used
    return np.concatenate([np.stack([observed, kappa, ac1], axis=-1), positive], axis=-1)
