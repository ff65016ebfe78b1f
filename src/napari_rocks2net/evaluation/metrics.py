"""Classification metrics: accuracy, recall, precision, F1, calibration, log loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import nll_loss
from torchmetrics.functional.classification import (
    multiclass_calibration_error,
    multiclass_confusion_matrix,
    multiclass_f1_score,
    multiclass_precision,
    multiclass_recall,
)

from napari_rocks2net.evaluation import figure_keys as keys
from napari_rocks2net.evaluation.errors import EvaluationError
from napari_rocks2net.evaluation.intervals import grouped_interval, wilson_interval

CALIBRATION_BINS = 15
# Probabilities in half precision add up to one only this well.
SUM_TOLERANCE = 1e-2


def classification_metrics(
    truth: Sequence[str],
    probabilities: npt.ArrayLike,
    classes: Sequence[str],
    groups: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Measure a classification.

    Parameters
    ----------
    truth : sequence of str
        (N,) the true class names, N >= 1.
    probabilities : array_like
        (N, C) float, each row adds up to 1.
    classes : sequence of str
        (C,) class names in the order of the columns.
    groups : sequence of str, optional
        (N,) the thin section of each sample. With them the interval of the accuracy is drawn from
        whole sections (`grouped_interval`), without them it is Wilson's.

    Returns
    -------
    dict
        JSON can hold it: ``samples``; ``accuracy`` with its 95 % ``accuracy_interval`` [low, high];
        ``balanced_accuracy``, the mean recall of the classes that occur; ``per_class`` {name:
        {precision, recall, f1, support}} with 0 where a figure is undefined; ``confusion_matrix``, one
        row per true class, and its ``classes``; ``expected_calibration_error`` of the chosen class in
        15 bins (Guo et al. 2017, arXiv 1706.04599); ``log_loss`` in nats.

    Raises
    ------
    EvaluationError
        When lengths differ, a true class is unknown, or rows are no probabilities.
    """
    scores = _checked_probabilities(probabilities, len(truth), len(classes))
    target = torch.from_numpy(_class_indices(truth, classes))
    predicted = scores.argmax(dim=1)
    correct = (predicted == target).numpy()
    confusion = multiclass_confusion_matrix(predicted, target, len(classes))
    per_class = _per_class(predicted, target, classes, confusion.sum(dim=1))
    recalls = [each[keys.RECALL] for each in per_class.values() if each[keys.SUPPORT]]
    return {
        keys.SAMPLES: len(truth),
        keys.ACCURACY: float(correct.mean()),
        keys.ACCURACY_INTERVAL: list(_accuracy_interval(correct, groups)),
        keys.BALANCED_ACCURACY: float(np.mean(recalls)),
        keys.PER_CLASS: per_class,
        keys.CONFUSION_MATRIX: confusion.tolist(),
        keys.CLASSES: list(classes),
        **_probability_figures(scores, target),
    }


def _probability_figures(scores: torch.Tensor, target: torch.Tensor) -> dict[str, float]:
    """Return how far probabilities (N, C) are from what they promise."""
    error = multiclass_calibration_error(scores, target, scores.shape[1], n_bins=CALIBRATION_BINS)
    # A probability of 0 counts as the smallest number above it.
    log_loss = nll_loss(scores.clamp(min=torch.finfo(scores.dtype).eps).log(), target)
    return {keys.CALIBRATION_ERROR: float(error), keys.LOG_LOSS: float(log_loss)}


def _checked_probabilities(probabilities: npt.ArrayLike, samples: int, classes: int) -> torch.Tensor:
    """Return (N, C) float64 probabilities whose rows add up to 1."""
    values = np.asarray(probabilities, dtype=np.float64)
    if samples == 0:
        raise EvaluationError("There is no sample to evaluate on: give at least one.")
    if values.shape != (samples, classes):
        raise EvaluationError(
            f"The probabilities have shape {values.shape}: {samples} samples of {classes} classes need "
            f"({samples}, {classes})."
        )
    sums = values.sum(axis=1)
    if not (np.isfinite(values).all() and (values >= 0).all() and np.allclose(sums, 1, atol=SUM_TOLERANCE)):
        raise EvaluationError(
            "A row of the probabilities is not between 0 and 1 with the sum 1: apply a softmax."
        )
    return torch.from_numpy(values / sums[:, None])


def _class_indices(truth: Sequence[str], classes: Sequence[str]) -> npt.NDArray[np.int64]:
    index = {name: position for position, name in enumerate(classes)}
    unknown = sorted(set(truth) - set(index))
    if unknown:
        names = ", ".join(map(repr, classes))
        raise EvaluationError(f"The true class {unknown[0]!r} is not one of the model's: {names}.")
    return np.array([index[name] for name in truth], dtype=np.int64)


def _accuracy_interval(correct: npt.NDArray[np.bool_], groups: Sequence[str] | None) -> tuple[float, float]:
    if groups is None:
        return wilson_interval(int(correct.sum()), len(correct))
    if len(groups) != len(correct):
        raise EvaluationError(f"There are {len(groups)} groups for {len(correct)} samples: give one each.")
    return grouped_interval(correct, groups)


def _per_class(
    predicted: torch.Tensor, target: torch.Tensor, classes: Sequence[str], support: torch.Tensor
) -> dict[str, dict[str, float]]:
    measures = {
        keys.PRECISION: multiclass_precision,
        keys.RECALL: multiclass_recall,
        keys.F1: multiclass_f1_score,
    }
    columns = {
        name: measure(predicted, target, len(classes), average="none").tolist()
        for name, measure in measures.items()
    }
    return {
        name: {
            **{measure: values[index] for measure, values in columns.items()},
            keys.SUPPORT: int(support[index]),
        }
        for index, name in enumerate(classes)
    }
