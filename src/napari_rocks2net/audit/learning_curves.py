"""Learning curve: the accuracy from a part of the thin sections, and what more photos would bring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.audit.errors import AuditError, require_as_many
from napari_rocks2net.evaluation.intervals import MIDDLE

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.str_]
# Takes what is known of the training photos (n, ...), their labels (n,) and sections (n,); returns the
# labels of other photos.
Fit = Callable[[npt.NDArray[Any], Labels, Labels], Callable[[npt.NDArray[Any]], npt.ArrayLike]]

SHARES = (0.25, 0.5, 0.75, 1.0)
DRAWS = 10
FOLDS = 5
FEWEST_SECTIONS = 8
MORE_PHOTOS = 50
EXPONENTS = np.linspace(0.05, 2, 79)


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """The accuracy on photos of thin sections that were not trained on."""

    shares: tuple[float, ...]
    """Of the sections available for training."""
    photos: Floats
    """(S,) mean number of training photos."""
    accuracies: Floats
    """(draws, S) accuracy over all photos, each predicted without its section."""
    total: int
    """How many labelled photos there are."""
    more: int
    """The number of further photos that `gain` is for."""
    gain: tuple[float, float, float]
    """What they would add to the accuracy of a model from all photos: the value, and the 95 % interval over
    the draws."""

    def expected(self, photos: npt.ArrayLike) -> Floats:
        """Return the accuracy that the fitted curve expects from so many training photos."""
        return power_law(np.asarray(photos, float), *fit_power_law(self.photos, self.accuracies.mean(0)))

    def __str__(self) -> str:
        """Say in a sentence what more photos would bring."""
        gain, low, high = (100 * each for each in self.gain)
        return (
            f"Accuracy on other thin sections {self.accuracies.mean(0)[-1]:.2f}; {self.more} more photos may "
            f"add {gain:.1f} points ({low:.1f} to {high:.1f})."
        )


def learning_curve(
    features: npt.NDArray[Any],
    labels: Sequence[str],
    groups: Sequence[str],
    fit: Fit,
    *,
    draws: int = DRAWS,
) -> LearningCurve:
    """Train on parts of the thin sections, and test on sections that were left out.

    In each draw the sections are dealt into five folds; for each fold a part of the other sections, of each
    class the same share, trains the model that labels it.

    Parameters
    ----------
    features : numpy.ndarray
        (N, ...) what `fit` takes of the photos.
    labels, groups : sequence of str
        (N,) class and thin section of each photo.
    fit : callable
        Takes features, labels and groups of the training photos; returns a function from features to labels.
    draws : int
        How often the sections are dealt.

    Returns
    -------
    LearningCurve
        With a + b n^-c fitted, where a is at most 1 (Cortes et al. 1993, NIPS 6:327).

    Raises
    ------
    AuditError
        For fewer than 8 sections, one class, or parts of different lengths.
    """
    require_as_many(photos=features, labels=labels, groups=groups)
    y, sections = np.asarray(labels, dtype=str), np.asarray(groups, dtype=str)
    _require_enough(y, sections)
    accuracies, sizes = np.zeros((2, draws, len(SHARES)))
    for draw in range(draws):
        ranks = _shuffled_sections(y, sections, np.random.default_rng((0, draw)))
        for column, share in enumerate(SHARES):
            labelled = (features, y, sections)
            accuracies[draw, column], sizes[draw, column] = _tested(labelled, ranks, share, fit)
    photos = sizes.mean(0)
    low, high = np.quantile([_gain(photos, each, len(y)) for each in accuracies], MIDDLE)
    gain = (_gain(photos, accuracies.mean(0), len(y)), float(low), float(high))
    return LearningCurve(SHARES, photos, accuracies, len(y), MORE_PHOTOS, gain)


def _require_enough(y: Labels, sections: Labels) -> None:
    count = len(np.unique(sections))
    if count < FEWEST_SECTIONS:
        raise AuditError(
            f"There are photos of {count} thin sections: a learning curve needs at least {FEWEST_SECTIONS}."
        )
    if len(np.unique(y)) < 2:
        raise AuditError(f"All photos are {str(y[0])!r}: a learning curve needs at least two classes.")


def _shuffled_sections(y: Labels, sections: Labels, random: np.random.Generator) -> dict[str, dict[str, int]]:
    """Return the sections of each class with their ranks in a random order."""
    of_class: dict[str, list[str]] = {}
    for section in np.unique(sections):
        names, counts = np.unique(y[sections == section], return_counts=True)
        of_class.setdefault(str(names[counts.argmax()]), []).append(str(section))
    return {
        name: {str(section): rank for rank, section in enumerate(random.permutation(members))}
        for name, members in of_class.items()
    }


def _tested(
    labelled: tuple[npt.NDArray[Any], Labels, Labels],
    ranks: dict[str, dict[str, int]],
    share: float,
    fit: Fit,
) -> tuple[float, float]:
    """Return the accuracy over all photos, and the mean number of training photos."""
    features, y, sections = labelled
    right, sizes = np.zeros(len(y), bool), []
    for fold in range(FOLDS):
        tested, trained = _train_test_rows(sections, ranks, fold, share)
        if not (tested.any() and trained.any()):
            continue
        sizes.append(trained.sum())
        if len(np.unique(y[trained])) == 1:
            right[tested] = y[tested] == y[trained][0]
        else:
            predict = fit(features[trained], y[trained], sections[trained])
            right[tested] = np.asarray(predict(features[tested])) == y[tested]
    return float(right.mean()), float(np.mean(sizes))


def _train_test_rows(
    sections: Labels, ranks: dict[str, dict[str, int]], fold: int, share: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return the rows to test on and those to train on: of each class the first of the other sections."""
    tested: list[str] = []
    trained: list[str] = []
    for members in ranks.values():
        rest = [section for section, rank in members.items() if rank % FOLDS != fold]
        tested += members.keys() - rest
        trained += rest[: max(1, round(share * len(rest)))]
    return np.isin(sections, tested), np.isin(sections, trained)


def _gain(photos: Floats, accuracies: Floats, total: int) -> float:
    parameters = fit_power_law(photos, accuracies)
    now, then = power_law(np.array([total, total + MORE_PHOTOS], float), *parameters)
    return float(then - now)


def power_law(photos: Floats, a: float, b: float, c: float) -> Floats:
    """Return a + b n^-c.

    Parameters
    ----------
    photos : numpy.ndarray
        n, above 0.
    a, b, c : float
        What `fit_power_law` returns.

    Returns
    -------
    numpy.ndarray
        The accuracy expected from n training photos.
    """
    values: Floats = a + b * photos**-c
    return values


def fit_power_law(photos: Floats, accuracies: Floats) -> tuple[float, float, float]:
    """Fit a + b n^-c by least squares: a from 0 to 1, b not above 0, c from 0.05 to 2.

    Parameters
    ----------
    photos : numpy.ndarray
        (S,) numbers of training photos, above 0.
    accuracies : numpy.ndarray
        (S,) in 0..1.

    Returns
    -------
    tuple of float
        a, b, c. For a given c it is linear, so all c of a fine grid are tried: no start, no local optimum.
    """
    from scipy.optimize import lsq_linear

    fits = []
    for c in EXPONENTS:
        design = np.stack([np.ones_like(photos), photos**-c], axis=1)
        best = lsq_linear(design, accuracies, bounds=([0, -np.inf], [1, 1e-12]))
        fits.append((float(best.cost), float(best.x[0]), float(best.x[1]), float(c)))
    return min(fits)[1:]
