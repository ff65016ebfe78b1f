"""Learning curves: more sections teach more, the extrapolation holds, small collections are refused."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.audit import AuditError, fit_power_law, learning_curve, power_law


def nearest_mean(features, labels, groups):
    classes = np.unique(labels)
    means = np.array([features[labels == name].mean(0) for name in classes])
    return lambda photos: classes[((photos[:, None] - means) ** 2).sum(-1).argmin(1)]


def collection(rng, sections=24, size=2, spread=3.0):
    """Photos in many dimensions, of which one tells the classes apart: few sections are not enough."""
    groups = np.repeat([f"s{index}" for index in range(sections)], size)
    labels = np.where(np.repeat(np.arange(sections) % 2 == 0, size), "a", "b")
    features = rng.normal(0, spread, (len(labels), 10))
    features[:, 0] = rng.normal(np.where(labels == "a", -2, 2), 1)
    return features, labels, groups


def test_more_sections_teach_more(rng):
    curve = learning_curve(*collection(rng, 60), nearest_mean)
    means = curve.accuracies.mean(0)
    assert curve.accuracies.shape == (10, 4)
    assert means[-1] > means[0]
    assert (np.diff(curve.photos) > 0).all()
    assert curve.photos[-1] == pytest.approx(0.8 * 120, rel=0.02)
    assert curve.gain[1] <= curve.gain[0] <= curve.gain[2]
    assert 0 <= curve.gain[0] <= 1


def test_sections_are_never_parted(rng):
    features, labels, groups = collection(rng, 12)

    def fit(known, of, sections):
        held_out = set(groups) - set(sections)

        def predict(photos):
            rows = [int(np.flatnonzero((features == photo).all(1))[0]) for photo in photos]
            assert {groups[row] for row in rows} <= held_out
            return labels[rows]

        return predict

    assert (learning_curve(features, labels, groups, fit, draws=2).accuracies == 1).all()


def test_the_same_seed_gives_the_same_curve(rng):
    data = collection(rng, 10)
    one, other = (learning_curve(*data, nearest_mean, draws=2) for _ in range(2))
    np.testing.assert_array_equal(one.accuracies, other.accuracies)


def test_a_power_law_is_fitted_back():
    photos = np.array([20.0, 40, 60, 80])
    accuracies = power_law(photos, 0.95, -1.5, 0.8)
    expected = power_law(np.array([200.0]), 0.95, -1.5, 0.8)
    continued = power_law(np.array([200.0]), *fit_power_law(photos, accuracies))
    assert continued == pytest.approx(expected, abs=0.003)


def test_a_falling_curve_promises_nothing():
    a, b, c = fit_power_law(np.array([20.0, 40, 60, 80]), np.array([0.8, 0.7, 0.6, 0.5]))
    assert power_law(np.array([1000.0]), a, b, c) - power_law(np.array([80.0]), a, b, c) < 1e-6


def test_few_sections_and_one_class_are_refused(rng):
    features, labels, groups = collection(rng, 7)
    with pytest.raises(AuditError, match=r"7 thin sections: .* at least 8"):
        learning_curve(features, labels, groups, nearest_mean)
    features, labels, groups = collection(rng, 10)
    with pytest.raises(AuditError, match="All photos are 'a'"):
        learning_curve(features, ["a"] * len(labels), groups, nearest_mean)
    with pytest.raises(AuditError, match="pass one of each"):
        learning_curve(features, labels[:-1], groups, nearest_mean)


def test_a_class_of_one_section_costs_no_error(rng):
    features, labels, groups = collection(rng, 10)
    labels = labels.copy()
    labels[:2] = "c"
    curve = learning_curve(features, labels, groups, nearest_mean, draws=2)
    assert curve.accuracies.max() < 1
