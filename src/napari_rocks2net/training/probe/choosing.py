"""Cross-validation of a probe over thin sections: its strength and its descriptors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax

from napari_rocks2net.samples.splits.assignment import deal_to_folds
from napari_rocks2net.training.probe.logistic import TO_KEEP, balanced_weights, fit_logistic, principal_axes

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
# With one or two thin sections a class nothing is better on the mudstones, the carbonates and the grains.
FIXED_STRENGTH = 0.1
MOST_FOLDS = 5
# Log losses are the same within 0.01 with these and with all; of 500 photos they take a fifth of the time.
AXES_TO_COMPARE = 64
# Standard errors by which fewer descriptors have to be better than all, and epochs than their start.
CLEARLY = 2.0


@dataclass(frozen=True, eq=False)
class Folds:
    """Folds: photos that are fitted on and held out, in several shuffles of the thin sections."""

    fold_of: Integers  # (S, N) int: the fold of each photo in each shuffle.
    count: int  # How many folds there are.

    @property
    def members(self) -> npt.NDArray[np.bool_]:
        """The training sets (S x folds + 1, N) bool: shuffle after shuffle, at last all photos."""
        held_out = (self.fold_of[:, None] == np.arange(self.count)[:, None]).reshape(-1, self.photos)
        return np.vstack([~held_out, np.ones(self.photos, bool)])

    @property
    def photos(self) -> int:
        """N."""
        return int(self.fold_of.shape[1])

    def held_out(self, of_sets: Floats) -> Floats:
        """Return the answers of the sets that a photo is not in, (S, N, ...), of (S x folds, N, ...)."""
        shuffles, photos = np.indices(self.fold_of.shape)
        return of_sets[shuffles * self.count + self.fold_of, photos]


@dataclass(frozen=True, eq=False)
class Candidate:
    """Candidate classifier, with its answers for photos that are held out."""

    kinds: tuple[str, ...]  # Its descriptors.
    strength: float  # The C of its logistic regression.
    # (C, S x folds + 1, D + 1) of standardised descriptors, the last of each row the intercept; the last set
    # is all photos.
    coefficients: Floats
    logits: Floats  # (S, N, C) of the photos that are held out.
    losses: Floats  # (N,) their log loss, the mean of the shuffles.

    @property
    def log_loss(self) -> float:
        """The mean over all photos."""
        return float(self.losses.mean())


def split_sections(one_hot: Floats, sections: Integers, shuffles: int, seed: int = 0) -> Folds | None:
    """Split photos into folds by thin section, in several shuffles.

    Parameters
    ----------
    one_hot : numpy.ndarray
        (N, C) float64, 1 for the class of each photo.
    sections : numpy.ndarray
        (N,) int, the number of its thin section.
    shuffles : int
        How often.
    seed : int
        Of the shuffles.

    Returns
    -------
    Folds or None
        5 folds, fewer where there are fewer sections; None where a class has a single one.
    """
    counts = np.zeros((sections.max() + 1, one_hot.shape[1]))
    np.add.at(counts, sections, one_hot)
    if (counts > 0).sum(axis=0).min() < 2:
        return None
    folds = min(MOST_FOLDS, len(counts))
    rng = np.random.default_rng(seed)
    fold_of = np.stack([_shuffled_folds(counts, folds, rng)[sections] for _ in range(shuffles)])
    return Folds(fold_of, folds)


def _shuffled_folds(counts: Floats, folds: int, rng: np.random.Generator) -> Integers:
    order = np.argsort(rng.permutation(len(counts)))
    fold_of = np.empty(len(counts), np.int64)
    fold_of[order] = deal_to_folds(counts[order], folds)
    return fold_of


def logistic_candidates(
    kinds: tuple[str, ...],
    values: Floats,
    one_hot: Floats,
    folds: Folds,
    strengths: Sequence[float] = STRENGTHS,
) -> list[Candidate]:
    """Fit logistic regressions of several strengths, weakest first, until the log loss rises twice.

    Parameters
    ----------
    kinds : tuple of str
        What the columns of the values are.
    values : numpy.ndarray
        (N, D) float64 standardised descriptors.
    one_hot : numpy.ndarray
        (N, C) float64, 1 for the class of each photo.
    folds : Folds
        Of the photos.
    strengths : sequence of float
        In ascending order: each starts from the one before.

    Returns
    -------
    list of Candidate
        One for each strength that was tried.
    """
    axes = principal_axes(values)[:, -AXES_TO_COMPARE:]
    components = values @ axes
    weights = balanced_weights(folds.members, one_hot)
    candidates: list[Candidate] = []
    coefficients = None
    for strength in strengths:
        coefficients = fit_logistic(components, one_hot, weights, strength, coefficients)
        turned = np.concatenate([coefficients[..., :-1] @ axes.T, coefficients[..., -1:]], axis=-1)
        candidates.append(_candidate(kinds, strength, turned, values, one_hot, folds))
        if len(candidates) > 2 and candidates[-3].log_loss < min(each.log_loss for each in candidates[-2:]):
            break
    return candidates


def choose(candidates: Sequence[Candidate], sections: Integers) -> Candidate:
    """Return the best candidate of all descriptors, or one of fewer that is clearly better.

    On small collections the log loss alone chooses now these and now those, and the answers are less
    accurate than those from all descriptors.

    Parameters
    ----------
    candidates : sequence of Candidate
        At least one.
    sections : numpy.ndarray
        (N,) int, the number of the thin section of each photo.
    """
    best = {each.kinds: each for each in sorted(candidates, key=lambda one: -one.log_loss)}
    chosen = best.pop(max(best, key=len))
    for other in sorted(best.values(), key=lambda one: one.log_loss):
        if clearly_lower(other.losses, chosen.losses, sections):
            return other
    return chosen


def clearly_lower(losses: Floats, than: Floats, sections: Integers) -> bool:
    """Return whether losses are lower than others of the same photos, by two standard errors.

    Parameters
    ----------
    losses, than : numpy.ndarray
        (N,) of the photos.
    sections : numpy.ndarray
        (N,) int, the number of the thin section of each: what is said of one section is said once.
    """
    gain = np.bincount(sections, than - losses)
    return bool(gain.sum() > CLEARLY * gain.std() * np.sqrt(len(gain)))


def fit_on_all(values: Floats, one_hot: Floats, strength: float, start: Floats | None = None) -> Floats:
    """Return the coefficients (C, D + 1) of one logistic regression on all photos.

    Parameters
    ----------
    values, one_hot
        See `logistic_candidates`.
    strength : float
        The C of scikit-learn.
    start : numpy.ndarray, optional
        (C, D + 1) coefficients to start from.
    """
    axes = principal_axes(values)
    weights = balanced_weights(np.ones((1, len(values)), bool), one_hot)
    if start is not None:
        start = np.concatenate([start[:, :-1] @ axes, start[:, -1:]], axis=1)[:, None]
    fitted = fit_logistic(values @ axes, one_hot, weights, strength, start, TO_KEEP)[:, 0]
    return np.concatenate([fitted[:, :-1] @ axes.T, fitted[:, -1:]], axis=1)


def _candidate(
    kinds: tuple[str, ...],
    strength: float,
    coefficients: Floats,
    values: Floats,
    one_hot: Floats,
    folds: Folds,
) -> Candidate:
    sets = coefficients[:, :-1].transpose(1, 2, 0)
    logits = folds.held_out(values @ sets[:, :-1] + sets[:, -1:])
    losses = -(log_softmax(logits, axis=-1) * one_hot).sum(axis=-1).mean(axis=0)
    return Candidate(kinds, strength, coefficients, logits, losses)
