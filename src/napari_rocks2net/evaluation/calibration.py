"""Calibration: how far stated probabilities are to be trusted, and the temperature that corrects them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, logsumexp

from napari_rocks2net.evaluation import figure_keys as keys
from napari_rocks2net.evaluation.intervals import MIDDLE

Floats = npt.NDArray[np.float64]

EQUAL_BINS = 10
RESAMPLINGS = 500
# A temperature from fewer photos is more noise than correction.
FEWEST_TO_CALIBRATE = 30
LOG_TEMPERATURES = (-3.0, 3.0)
# What is usual, and the standard deviation of its logarithm: some ten photos can't ask for a fourfold one.
USUAL_TEMPERATURE, USUAL_SPREAD = 1.5, 0.35


def mean_log_probabilities(logits: npt.ArrayLike, temperature: float = 1.0) -> Floats:
    """Return the logarithm of the mean of the streams' probabilities.

    (..., C) float64, see equation 9 of Zhu et al. 2024.

    Parameters
    ----------
    logits : array_like
        (S, ..., C) of S streams.
    temperature : float
        By which the logits are divided, above 0.
    """
    streams = log_softmax(np.asarray(logits, np.float64) / temperature, axis=-1)
    mean: Floats = logsumexp(streams, axis=0) - np.log(len(streams))
    return mean


def fit_temperature(logits: npt.ArrayLike, truth: npt.ArrayLike, repeats: int = 1) -> float:
    """Return the temperature that held-out answers, and what is usual, make most probable, 0.05 to 20.

    Parameters
    ----------
    logits : array_like
        (S, N, C) of S streams, of photos that the model was not fitted on; see `mean_log_probabilities`.
    truth : array_like
        (N,) int, the class of each photo.
    repeats : int
        How often each photo is among them: in three shuffles a photo is no more evidence than in one.

    Notes
    -----
    Guo et al. 2017, arXiv 1706.04599, with a log-normal prior (median 1.5), which tens of photos feel and
    thousands do not. As with Platt 1999 one photo in N + 2 counts as of another class: where all answers are
    right, nothing else would keep the model from being certain.
    """
    values, classes = np.asarray(logits, np.float64), np.asarray(truth)
    number = values.shape[-1]
    doubt = 1 / (len(classes) / repeats + 2)
    targets = np.full((len(classes), number), doubt / (number - 1))
    targets[np.arange(len(classes)), classes] = 1 - doubt

    def improbability(log_temperature: float) -> float:
        """Return the negative logarithm of the posterior at a temperature."""
        log = mean_log_probabilities(values, np.exp(log_temperature))
        unusual = (log_temperature - np.log(USUAL_TEMPERATURE)) / USUAL_SPREAD
        return float(-(log * targets).sum() / repeats + unusual**2 / 2)

    return float(np.exp(minimize_scalar(improbability, bounds=LOG_TEMPERATURES, method="bounded").x))


def reliability(confidence: npt.ArrayLike, correct: npt.ArrayLike) -> list[dict[str, float]]:
    """Return the reliability diagram in 10 bins of equally many photos, the least sure first.

    Of each bin ``photos`` (a count), and the means ``confidence`` and ``accuracy``.

    Parameters
    ----------
    confidence : array_like
        (N,) the probability of the chosen class, 0..1; N >= 1.
    correct : array_like of bool
        (N,) whether it is right.
    """
    sure, right = np.asarray(confidence, np.float64), np.asarray(correct, np.float64)
    return [
        {
            keys.PHOTOS: len(each),
            keys.CONFIDENCE: float(sure[each].mean()),
            keys.ACCURACY: float(right[each].mean()),
        }
        for each in _bins(sure)
    ]


def _bins(sure: Floats) -> list[npt.NDArray[np.intp]]:
    return np.array_split(np.argsort(sure, kind="stable"), min(EQUAL_BINS, len(sure)))


def equal_mass_error(confidence: npt.ArrayLike, correct: npt.ArrayLike) -> float:
    """Return the expected calibration error in 10 bins of equally many photos, 0..1.

    Parameters
    ----------
    confidence, correct
        See `reliability`.
    """
    sure, right = np.asarray(confidence, np.float64), np.asarray(correct, np.float64)
    gaps = sure - right
    return float(sum(abs(gaps[each].sum()) for each in _bins(sure)) / len(sure))


def calibration_figures(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, groups: Sequence[str]
) -> dict[str, Any]:
    """Measure a calibration.

    Parameters
    ----------
    confidence, correct
        See `reliability`.
    groups : sequence of str
        (N,) the thin section of each photo.

    Returns
    -------
    dict
        ``photos``; ``expected_calibration_error`` with its 95 % ``interval`` [low, high], of whole sections
        drawn 500 times with replacement; ``reliability``, see `reliability`.
    """
    sure, right = np.asarray(confidence, np.float64), np.asarray(correct, bool)
    _, section = np.unique(np.asarray(groups, str), return_inverse=True)
    members = [np.flatnonzero(section == number) for number in range(section.max() + 1)]
    rng = np.random.default_rng(0)
    errors = []
    for _ in range(RESAMPLINGS):
        photos = np.concatenate([members[one] for one in rng.integers(len(members), size=len(members))])
        errors.append(equal_mass_error(sure[photos], right[photos]))
    return {
        keys.PHOTOS: len(sure),
        keys.CALIBRATION_ERROR: equal_mass_error(sure, right),
        keys.INTERVAL: np.quantile(errors, MIDDLE).tolist(),
        keys.RELIABILITY: reliability(sure, right),
    }


def reliability_curves(report: dict[str, Any]) -> dict[str, Any]:
    """Return the curves that `save_reliability_diagram` draws of the calibration in metrics.json."""
    curves = {}
    for name, own in report.items():
        prefix = "" if len(report) == 1 else f"{name}, "
        if own[keys.NOTE] is None:
            curves[f"{prefix}calibrated"] = own[keys.AFTER][keys.RELIABILITY]
        curves[f"{prefix}as trained"] = own[keys.BEFORE][keys.RELIABILITY]
    return curves
