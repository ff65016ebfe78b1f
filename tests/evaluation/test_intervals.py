"""Intervals against closed forms and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.evaluation import gain_interval, grouped_interval, wilson_interval

Z = 1.959963984540054


@given(st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilson_limits_solve_the_score_equation(counts: tuple[int, int]) -> None:
    correct, total = counts
    share = correct / total
    for limit in wilson_interval(correct, total):
        assert 0 <= limit <= 1
        # At its limits the share is 1.96 standard errors away: (p - limit)^2 = z^2 limit (1 - limit) / n.
        assert (share - limit) ** 2 == pytest.approx(Z**2 * limit * (1 - limit) / total, abs=1e-12)


@pytest.mark.parametrize(
    ("correct", "total", "lower", "upper"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)]
)
def test_wilson_agrees_with_published_examples(correct: int, total: int, lower: float, upper: float) -> None:
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
    assert wilson_interval(correct, total) == pytest.approx((lower, upper), abs=5e-5)


def test_grouped_interval_of_single_samples_is_near_wilson() -> None:
    correct = np.arange(400) % 5 != 0
    names = [str(index) for index in range(400)]
    assert grouped_interval(correct, names) == pytest.approx(wilson_interval(320, 400), abs=0.01)


def test_photos_of_one_section_do_not_narrow_the_interval() -> None:
    correct = np.arange(40) % 4 != 0
    names = [str(index) for index in range(40)]
    once = grouped_interval(correct, names)
    tenfold = grouped_interval(np.repeat(correct, 10), np.repeat(names, 10).tolist())
    assert tenfold == pytest.approx(once)
    lower, upper = wilson_interval(300, 400)
    assert tenfold[1] - tenfold[0] > 2 * (upper - lower)


def test_grouped_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    names = np.repeat(np.arange(60), 4).astype(str).tolist()
    covered = 0
    for _ in range(200):
        skill = np.repeat(rng.beta(4, 1, 60), 4)
        lower, upper = grouped_interval(rng.random(240) < skill, names)
        covered += lower <= 0.8 <= upper
    assert covered / 200 == pytest.approx(0.95, abs=0.05)


def test_perfect_sections_still_leave_doubt() -> None:
    names = ["a", "a", "b", "b", "c"]
    assert grouped_interval([True] * 5, names) == pytest.approx(wilson_interval(3, 3))
    assert grouped_interval([False] * 5, names) == pytest.approx(wilson_interval(0, 3))


def test_one_section_that_is_partly_right_says_nothing() -> None:
    assert grouped_interval([True, True, False, True], ["a"] * 4) == (0, 1)


def test_sections_that_are_all_half_right_lie_between_whole_numbers_of_sections() -> None:
    names = ["a", "a", "b", "b", "c", "c"]
    lower, upper = grouped_interval([True, False] * 3, names)
    assert (lower, upper) == pytest.approx((wilson_interval(1, 3)[0], wilson_interval(2, 3)[1]))
    assert grouped_interval([True, False] * 4, [*names, "d", "d"]) == pytest.approx(wilson_interval(2, 4))


def test_the_same_answers_have_the_same_interval_and_other_draws_nearly_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    correct = np.arange(100) % 3 != 0
    names = [str(index // 2) for index in range(100)]
    once = grouped_interval(correct, names)
    assert grouped_interval(correct, names) == once
    monkeypatch.setattr("napari_rocks2net.evaluation.intervals.SEED", 1)
    assert grouped_interval(correct, names) == pytest.approx(once, abs=0.02)


def test_what_is_hard_for_both_does_not_widen_the_interval_of_a_gain() -> None:
    names = [str(index // 4) for index in range(160)]
    before = np.arange(160) % 40 < 20
    after = before | (np.arange(160) % 8 == 7)
    lower, upper = gain_interval(before, after, names)
    assert 0 < lower < after.mean() - before.mean() < upper
    apart = grouped_interval(before, names), grouped_interval(after, names)
    assert apart[0][1] > apart[1][0], "beside each other the two intervals overlap"
    assert gain_interval(after, before, names) == pytest.approx((-upper, -lower), abs=0.02)


def test_gain_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    names = np.repeat(np.arange(60), 4).astype(str).tolist()
    covered = 0
    for _ in range(200):
        skill = np.repeat(rng.beta(4, 1, 60), 4)
        lower, upper = gain_interval(rng.random(240) < 0.75 * skill, rng.random(240) < skill, names)
        covered += lower <= 0.2 <= upper
    assert covered / 200 == pytest.approx(0.95, abs=0.05)


def test_the_same_answers_gain_nothing_and_one_section_tells_nothing() -> None:
    answers = [True, False, True, True]
    assert gain_interval(answers, answers, ["a", "a", "b", "c"]) == (0, 0)
    assert gain_interval(answers, answers, ["a"] * 4) == (-1, 1)
