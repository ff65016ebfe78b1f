"""Many logistic regressions in one go, beside scikit-learn's one by one."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_sample_weight

from napari_rocks2net.training.probe.logistic import TO_KEEP, balanced_weights, fit_logistic


@pytest.fixture
def photos(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ninety photos of eight numbers in three unbalanced classes."""
    labels = rng.choice(3, 90, p=[0.6, 0.3, 0.1])
    return rng.normal(size=(90, 8)) + 0.8 * np.eye(3, 8)[labels], labels


@pytest.mark.parametrize("strength", [0.003, 0.3, 10.0])
def test_every_set_gets_the_coefficients_of_scikit_learn(
    photos: tuple[np.ndarray, np.ndarray], strength: float
) -> None:
    values, labels = photos
    members = np.stack([np.arange(90) % 5 != fold for fold in range(5)] + [np.ones(90, bool)])
    one_hot = np.eye(3)[labels]
    weights = balanced_weights(members, one_hot)
    fitted = fit_logistic(values, one_hot, weights, strength, tolerance=TO_KEEP)
    assert fitted.shape == (3, 6, 9)
    for number, own in enumerate(members):
        oracle = LogisticRegression(C=strength, class_weight="balanced", tol=1e-8, max_iter=5000)
        oracle.fit(values[own], labels[own])
        np.testing.assert_allclose(fitted[:, number, :-1], oracle.coef_, atol=1e-3)
        logits = values @ fitted[:, number, :-1].T + fitted[:, number, -1]
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(shares, oracle.predict_proba(values), atol=1e-3)


def test_weights_are_balanced_as_scikit_learn_balances(photos: tuple[np.ndarray, np.ndarray]) -> None:
    _, labels = photos
    members = np.arange(90)[None] < 70
    weights = balanced_weights(members, np.eye(3)[labels])
    np.testing.assert_allclose(weights[0, :70], compute_sample_weight("balanced", labels[:70]))
    assert not weights[0, 70:].any()


def test_a_class_that_a_set_lacks_counts_for_nothing() -> None:
    weights = balanced_weights(np.array([[True, True, False]]), np.eye(3)[[0, 1, 2]])
    np.testing.assert_allclose(weights, [[1, 1, 0]])


def test_a_start_from_another_strength_ends_at_the_same_place(photos: tuple[np.ndarray, np.ndarray]) -> None:
    values, labels = photos
    one_hot, weights = np.eye(3)[labels], np.ones((1, 90))
    before = fit_logistic(values, one_hot, weights, 0.01)
    warm = fit_logistic(values, one_hot, weights, 1.0, before, TO_KEEP)
    np.testing.assert_allclose(warm, fit_logistic(values, one_hot, weights, 1.0, None, TO_KEEP), atol=1e-3)
