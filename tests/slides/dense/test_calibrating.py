"""Calibration: straight lines, and from which margin on dense answers are trusted."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.slides.dense.agreement import agreement, margin_of
from napari_rocks2net.slides.dense.calibration import AffineMap, Calibration


def test_lines_are_those_of_numpy(rng: np.random.Generator) -> None:
    given, wanted = rng.normal(size=(20, 3)), rng.normal(size=(20, 3))
    fitted = AffineMap.fit(given, wanted)
    expected = np.array([np.polyfit(given[:, i], wanted[:, i], 1) for i in range(3)])
    np.testing.assert_allclose(np.stack([fitted.slope, fitted.shift], axis=1), expected, rtol=1e-5)


def test_a_feature_that_does_not_vary_is_shifted() -> None:
    fitted = AffineMap.fit(np.ones((5, 1)), np.full((5, 1), 3.0))
    assert fitted(np.array([[1.0]])).item() == pytest.approx(3)


def test_a_calibration_comes_back_from_a_file_to_the_last_digit(rng: np.random.Generator) -> None:
    lines = AffineMap(*rng.normal(size=(2, 7)).astype(np.float32))
    saved = Calibration(lines, lines, rng.normal(size=(2, 2, 3)).astype(np.float32))
    again = Calibration.from_dict(saved.to_dict())
    np.testing.assert_array_equal(again.whole.slope, saved.whole.slope)
    assert again.logits is not None
    np.testing.assert_array_equal(again.logits, saved.logits)
    assert Calibration.from_dict(Calibration(lines).to_dict()).local is None


def probabilities(first: np.ndarray) -> np.ndarray:
    return np.stack([first, 1 - first], axis=1)


def test_answers_that_agree_are_all_trusted(rng: np.random.Generator) -> None:
    same = probabilities(rng.random(50))
    assert agreement("rock", same, same).again_below == 0
    assert agreement("rock", same, same).labels == 1


def test_answers_that_have_nothing_in_common_are_all_run_again(rng: np.random.Generator) -> None:
    one, other = probabilities(rng.random(60).round()), probabilities(rng.random(60).round())
    assert agreement("rock", one, other).again == 1


def test_expected_agreement_is_that_measured_on_other_windows(rng: np.random.Generator) -> None:
    """Margins are even, their errors normal: 48 windows tell what becomes of 20,000."""
    truth = rng.random(20_048)
    dense = np.clip(truth + rng.normal(0, 0.08, truth.size), 0, 1)
    few = agreement("rock", probabilities(dense[:48]), probabilities(truth[:48]))
    kept = np.abs(2 * dense[48:] - 1) >= few.again_below
    other = ((dense[48:] > 0.5) != (truth[48:] > 0.5)) & kept
    assert other.mean() < 0.05
    assert few.again < 0.3
    assert (1 - kept.mean()) == pytest.approx(few.again, abs=0.1)


def test_errors_where_the_margins_are_small_are_not_shared_among_all() -> None:
    sure, doubtful = np.full(45, 0.95), np.full(5, 0.55)
    dense, exact = np.concatenate([sure, doubtful]), np.concatenate([sure, doubtful - 0.1])
    expected = agreement("rock", probabilities(dense), probabilities(exact))
    assert expected.again == pytest.approx(0.1)
    assert expected.labels == 1


@pytest.mark.parametrize(("values", "margin"), [((0.7, 0.2, 0.1), 0.5), ((1.0,), 1.0)])
def test_the_margin_is_between_the_two_most_probable(values: tuple[float, ...], margin: float) -> None:
    assert margin_of(values) == pytest.approx(margin)
