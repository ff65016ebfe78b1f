"""Temperature, calibration error and reliability diagram."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.special import log_softmax, softmax
from scipy.stats import norm

from napari_rocks2net.evaluation.calibration import (
    calibration_figures,
    equal_mass_error,
    fit_temperature,
    mean_log_probabilities,
    reliability,
)
from napari_rocks2net.evaluation.plots import save_reliability_diagram


@pytest.fixture
def answers(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Logits of three classes, and truths as likely as they say."""
    logits = rng.normal(0, 2, (4000, 3))
    return logits, np.array([rng.choice(3, p=row) for row in softmax(logits, axis=1)])


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_the_temperature_by_which_logits_were_multiplied_is_recovered(
    answers: tuple[np.ndarray, np.ndarray], temperature: float
) -> None:
    logits, truth = answers
    assert fit_temperature(logits[None] * temperature, truth) == pytest.approx(temperature, rel=0.1)


def test_two_streams_are_averaged_after_their_softmax(rng: np.random.Generator) -> None:
    logits = rng.normal(0, 3, (2, 5, 4))
    expected = np.log(softmax(logits / 2, axis=-1).mean(axis=0))
    np.testing.assert_allclose(mean_log_probabilities(logits, 2.0), expected)
    np.testing.assert_allclose(mean_log_probabilities(logits[:1]), log_softmax(logits[0], axis=-1))


def test_the_error_is_the_gap_between_sure_and_right() -> None:
    assert equal_mass_error(np.full(100, 0.9), np.arange(100) % 2 == 0) == pytest.approx(0.4)
    assert equal_mass_error(np.full(100, 0.5), np.arange(100) % 2 == 0) == pytest.approx(0)


def test_bins_hold_equally_many_photos_the_least_sure_first(rng: np.random.Generator) -> None:
    bins = reliability(rng.random(103), rng.random(103) < 0.5)
    assert {each["photos"] for each in bins} == {10, 11}
    assert [each["confidence"] for each in bins] == sorted(each["confidence"] for each in bins)
    assert len(reliability([0.5, 0.6], [True, False])) == 2


def test_the_interval_draws_whole_sections(rng: np.random.Generator) -> None:
    sure, right = rng.random(60), rng.random(60) < 0.5
    figures = calibration_figures(sure, right, [str(number // 6) for number in range(60)])
    low, high = figures["interval"]
    assert 0 <= low < high <= 1
    assert figures["photos"] == 60
    assert figures["expected_calibration_error"] == pytest.approx(equal_mass_error(sure, right))
    alone = calibration_figures(sure, right, ["one"] * 60)
    assert alone["interval"] == pytest.approx([alone["expected_calibration_error"]] * 2)


def test_answers_that_are_all_right_make_no_model_certain() -> None:
    logits = np.tile([2.0, 0.0], (1, 30, 1))
    temperature = fit_temperature(logits, np.zeros(30, int))
    before, after = (np.exp(mean_log_probabilities(logits, each))[0, 0] for each in (1, temperature))
    assert before < after < 31 / 32


def test_few_photos_do_not_ask_for_an_unusual_temperature(
    answers: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, truth = answers[0][:40] * 6, answers[1][:40]
    grid = np.linspace(-2, 3, 5001)
    right = [log_softmax(logits / each, axis=1)[np.arange(40), truth].sum() for each in np.exp(grid)]
    likeliest, usual = grid[np.argmax(right)], grid[np.argmax(right + norm.logpdf(grid, np.log(1.5), 0.35))]
    assert likeliest - usual > 0.1
    assert np.log(fit_temperature(logits[None], truth)) == pytest.approx(usual, abs=0.1)


def test_photos_in_several_shuffles_are_no_more_evidence(answers: tuple[np.ndarray, np.ndarray]) -> None:
    logits, truth = answers[0][:40] * 6, answers[1][:40]
    again = fit_temperature(np.tile(logits, (3, 1))[None], np.tile(truth, 3), repeats=3)
    assert again == pytest.approx(fit_temperature(logits[None], truth), rel=0.02)


def test_the_diagram_is_a_picture_whatever_the_class_is_called(tmp_path: Path) -> None:
    bins = reliability([0.5, 0.9, 0.7], [True, True, False])
    path = save_reliability_diagram({"a $ and a $, calibrated": bins, "Größe": bins[:1]}, tmp_path / "a.png")
    with Image.open(path) as picture:
        assert min(picture.size) > 300
        assert np.ptp(np.asarray(picture.convert("L"))) > 100
