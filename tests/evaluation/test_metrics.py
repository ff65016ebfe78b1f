"""Figures of a classification, with scikit-learn as the oracle."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from napari_rocks2net.evaluation import (
    EvaluationError,
    classification_metrics,
    grouped_interval,
    wilson_interval,
)

CLASSES = ("basalt", "granite", "Übergang fein", "others")


def random_case(seed: int, samples: int, known: int) -> tuple[list[str], np.ndarray]:
    """Return true names from the first `known` classes and random probabilities of all."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, known, samples)
    logits = rng.normal(size=(samples, len(CLASSES))) + 1.5 * np.eye(len(CLASSES))[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return [CLASSES[index] for index in truth], probabilities


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 80), st.integers(1, 4))
def test_figures_agree_with_scikit_learn(seed: int, samples: int, known: int) -> None:
    truth, probabilities = random_case(seed, samples, known)
    predicted = [CLASSES[index] for index in probabilities.argmax(axis=1)]
    figures = classification_metrics(truth, probabilities, CLASSES)
    labels = list(CLASSES)
    assert figures["samples"] == samples
    assert figures["accuracy"] == pytest.approx(oracle.accuracy_score(truth, predicted))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        balanced = oracle.balanced_accuracy_score(truth, predicted)
    assert figures["balanced_accuracy"] == pytest.approx(balanced)
    np.testing.assert_array_equal(
        figures["confusion_matrix"], oracle.confusion_matrix(truth, predicted, labels=labels)
    )
    expected = oracle.precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0)
    for row, measure in zip(expected, ("precision", "recall", "f1", "support"), strict=True):
        assert [figures["per_class"][name][measure] for name in CLASSES] == pytest.approx(row.tolist())
    order = np.argsort(CLASSES)
    by_name = probabilities[:, order]
    assert figures["log_loss"] == pytest.approx(oracle.log_loss(truth, by_name, labels=sorted(CLASSES)))


def test_calibration_error_is_the_mean_gap_of_fifteen_bins() -> None:
    truth, probabilities = random_case(3, 500, 4)
    confidence = probabilities.max(axis=1)
    correct = np.array(CLASSES)[probabilities.argmax(axis=1)] == truth
    bins = np.ceil(confidence * 15).astype(int)
    gaps = [
        (bins == one).mean() * abs(correct[bins == one].mean() - confidence[bins == one].mean())
        for one in np.unique(bins)
    ]
    figures = classification_metrics(truth, probabilities, CLASSES)
    assert figures["expected_calibration_error"] == pytest.approx(sum(gaps), abs=1e-6)


def test_perfect_classification() -> None:
    truth = list(CLASSES) * 3
    figures = classification_metrics(truth, np.tile(np.eye(4), (3, 1)), CLASSES)
    assert figures["accuracy"] == figures["balanced_accuracy"] == 1
    assert figures["log_loss"] == pytest.approx(0, abs=1e-9)
    assert figures["expected_calibration_error"] == pytest.approx(0, abs=1e-6)


def test_confidently_wrong_is_a_large_but_finite_loss() -> None:
    figures = classification_metrics(["basalt"], [[0, 1, 0, 0]], CLASSES)
    assert figures["accuracy"] == 0
    assert 20 < figures["log_loss"] < 100


def test_interval_is_wilsons_without_groups_and_of_whole_sections_with_them() -> None:
    truth, probabilities = random_case(1, 90, 4)
    correct = np.array(CLASSES)[probabilities.argmax(axis=1)] == truth
    alone = classification_metrics(truth, probabilities, CLASSES)
    assert alone["accuracy_interval"] == pytest.approx(wilson_interval(int(correct.sum()), 90))
    groups = [f"section {index // 3}" for index in range(90)]
    grouped = classification_metrics(truth, probabilities, CLASSES, groups)
    assert grouped["accuracy_interval"] == pytest.approx(grouped_interval(correct, groups))
    lower, upper = grouped["accuracy_interval"]
    assert lower < grouped["accuracy"] < upper


def test_json_holds_the_figures() -> None:
    truth, probabilities = random_case(2, 20, 3)
    figures = classification_metrics(truth, probabilities.astype(np.float32), CLASSES)
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures


def test_half_precision_probabilities_are_taken() -> None:
    truth, probabilities = random_case(4, 30, 4)
    half = classification_metrics(truth, probabilities.astype(np.float16), CLASSES)
    assert half["log_loss"] == pytest.approx(
        classification_metrics(truth, probabilities, CLASSES)["log_loss"], abs=1e-2
    )


@pytest.mark.parametrize(
    ("truth", "probabilities", "groups", "message"),
    [
        ([], np.zeros((0, 4)), None, "no sample"),
        (["basalt"], np.full((2, 4), 0.25), None, "shape"),
        (["basalt"], np.full((1, 3), 1 / 3), None, "shape"),
        (["marble"], np.full((1, 4), 0.25), None, "'marble'"),
        (["basalt"], [[0.5, 0.5, 0.5, 0.5]], None, "sum 1"),
        (["basalt"], [[1.5, -0.5, 0, 0]], None, "between 0 and 1"),
        (["basalt"], [[np.nan, 0, 0, 1]], None, "between 0 and 1"),
        (["basalt"], np.full((1, 4), 0.25), ["a", "b"], "2 groups for 1 samples"),
    ],
)
def test_broken_input_is_refused(truth: Any, probabilities: Any, groups: Any, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        classification_metrics(truth, probabilities, CLASSES, groups)
