"""Area percentages: intervals against SciPy, their coverage, convergence, and what more points bring."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from napari_rocks2net.point_counting import (
    EXCLUDED,
    UNNAMED,
    composition,
    convergence,
    goodman_interval,
    outlook,
    points_to_narrow,
)


@pytest.mark.parametrize(
    ("points", "total", "classes"), [(0, 10, 3), (7, 50, 4), (300, 300, 2), (123, 1000, 12)]
)
def test_the_interval_is_wilsons_at_the_level_of_all_classes_together(points, total, classes) -> None:
    expected = binomtest(points, total).proportion_ci(1 - 0.05 / classes, method="wilson")
    assert goodman_interval(points, total, classes) == pytest.approx(tuple(expected), abs=1e-12)


@pytest.mark.parametrize("truth", [(0.6, 0.3, 0.1), (0.45, 0.3, 0.15, 0.08, 0.02)])
def test_all_intervals_hold_the_truth_together_in_95_of_100_counts(truth, rng: np.random.Generator) -> None:
    counts = rng.multinomial(300, truth, size=4000)
    low, high = goodman_interval(counts, 300, len(truth))
    covered = ((low <= truth) & (truth <= high)).all(axis=1).mean()
    assert covered > 0.94


def test_points_without_a_name_and_those_left_out_do_not_count() -> None:
    names = ["quartz"] * 6 + ["mica"] * 2 + [EXCLUDED] * 5 + [UNNAMED] * 9
    shares = composition(names, ("quartz", "mica", "garnet"))
    assert [(each.points, each.share) for each in shares] == [(6, 0.75), (2, 0.25), (0, 0.0)]
    assert shares[2].high > 0.2


def test_without_points_nothing_is_known() -> None:
    (share,) = composition([UNNAMED, EXCLUDED], ("quartz",))
    assert np.isnan(share.share)
    assert (share.low, share.high) == (0, 1)
    assert outlook([share]) == ""
    assert len(convergence([UNNAMED], ("quartz", "mica")).points) == 0


def test_the_curves_end_at_the_composition_and_narrow_on_the_way(rng: np.random.Generator) -> None:
    classes = ("quartz", "mica")
    names = rng.choice(classes, 500, p=[0.8, 0.2]).tolist()
    curve, shares = convergence(names, classes), composition(names, classes)
    assert curve.points[-1] == 500
    np.testing.assert_allclose(curve.shares[-1], [each.share for each in shares])
    np.testing.assert_allclose(curve.low[-1], [each.low for each in shares])
    assert (curve.high - curve.low)[-1].max() < (curve.high - curve.low)[5].max() / 3


@pytest.mark.parametrize(("points", "total"), [(30, 100), (0, 40), (40, 40), (1, 7)])
def test_so_many_more_points_halve_the_interval_and_one_fewer_does_not(points: int, total: int) -> None:
    names = ["a"] * points + ["b"] * (total - points)
    share = composition(names, ("a", "b"))[0]
    more = points_to_narrow(share, total, 2)

    def half_width(n: int) -> float:
        z2 = 2.2414027276049473**2  # of a normal distribution at 1 - 0.05 / 4
        return float(np.sqrt(z2 * (share.share * (1 - share.share) / n + z2 / (4 * n**2))) / (1 + z2 / n))

    assert half_width(total + more) <= half_width(total) / 2 < half_width(total + more - 1)


def test_the_outlook_says_what_a_hundred_more_points_would_bring() -> None:
    sentence = outlook(composition(["quartz"] * 60 + ["mica"] * 40, ("quartz", "mica")))
    assert sentence.startswith(
        "quartz is the least certain, 60.0 ± 10.7 %: 100 more points would make it ± 7.7"
    )
    assert "and 3" in sentence
    assert sentence.endswith("more would halve it.")
