"""Grids of points: where they lie, how many, and that every place is equally likely."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from napari_rocks2net.point_counting import (
    CountingArea,
    GridSettings,
    PointCountError,
    counting_grid,
    more_points,
)

ARRANGEMENTS = ("regular", "stratified")


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("number", [1, 7, 100, 300, 1234])
def test_as_many_points_are_laid_as_asked_for_and_all_lie_on_the_photo(arrangement: str, number: int) -> None:
    points = counting_grid(CountingArea((300, 421)), GridSettings(arrangement=arrangement, points=number))
    assert points.shape == (number, 2)
    assert (points >= 0).all()
    assert (points < (300, 421)).all()


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_points_lie_in_the_region_and_not_in_what_is_excluded(arrangement: str, square: np.ndarray) -> None:
    hole = square * 0.5
    area = CountingArea.of((300, 400), [square], [hole])
    points = counting_grid(area, GridSettings(arrangement=arrangement, points=150))
    assert len(points) == 150
    assert (points < (150, 200)).all()
    assert not ((points < (75, 100)).all(axis=1)).any()
    assert area.pixels == pytest.approx(150 * 200 * 0.75, rel=0.02)


def test_regular_points_are_as_far_apart_as_the_spacing_says() -> None:
    points = counting_grid(CountingArea((1000, 1000)), GridSettings(spacing_um=100), um_per_pixel=2)
    assert pdist(points).min() == pytest.approx(50)
    assert len(points) == pytest.approx(400, abs=40)


def test_the_seed_lays_the_same_points_again_and_another_seed_others() -> None:
    area = CountingArea((300, 400))
    first, again, other = (counting_grid(area, GridSettings(seed=seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_every_place_is_equally_likely(arrangement: str) -> None:
    """A count of a planted share is right on average, also where the layering has the step of the grid."""
    settings = [GridSettings(arrangement=arrangement, points=50, seed=seed) for seed in range(200)]
    shares = [(counting_grid(CountingArea((200, 200)), each)[:, 0] % 20 < 6).mean() for each in settings]
    assert np.mean(shares) == pytest.approx(0.3, abs=0.04)


def test_a_count_that_is_ended_early_is_of_the_whole_area_unless_it_goes_row_by_row() -> None:
    area = CountingArea((1000, 1000))
    scattered = counting_grid(area, GridSettings(points=300))[:60]
    rows = counting_grid(area, GridSettings(points=300, order="rows"))[:60]
    assert np.ptp(scattered[:, 0]) > 900
    assert np.ptp(rows[:, 0]) < 300


def test_row_by_row_every_other_row_runs_back() -> None:
    points = counting_grid(
        CountingArea((100, 1000)), GridSettings(spacing_um=50, order="rows"), um_per_pixel=1
    )
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    np.testing.assert_allclose(steps, 50)


def test_more_points_keep_the_first_ones_and_spread_over_the_whole_area() -> None:
    area, settings = CountingArea((1000, 1000)), GridSettings(points=100)
    first = counting_grid(area, settings)
    all_points = more_points(first, area, settings, 60)
    np.testing.assert_array_equal(all_points[:100], first)
    assert len(np.unique(all_points, axis=0)) == 160
    assert np.ptp(all_points[100:], axis=0).min() > 800


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GridSettings(points=0), "points is 0"),
        (lambda: GridSettings(arrangement="hexagonal"), "one of regular, stratified"),
        (lambda: GridSettings(spacing_um=float("nan")), "spacing_um is nan"),
        (lambda: counting_grid(CountingArea((30, 30)), GridSettings(points=2000)), "closer than the pixels"),
        (
            lambda: counting_grid(CountingArea((90, 90)), GridSettings(spacing_um=10)),
            "pixel size of the photo",
        ),
        (
            lambda: counting_grid(CountingArea((90, 90)), GridSettings(spacing_um=99), 1),
            "larger than the area of",
        ),
        (
            lambda: counting_grid(CountingArea((9000, 9000)), GridSettings(spacing_um=2), 1),
            "more than 20,000",
        ),
        (
            lambda: counting_grid(CountingArea((90, 90)), GridSettings(spacing_um=1), 2),
            "closer than the pixels",
        ),
        (
            lambda: CountingArea.of((90, 90), [np.array([[200, 200], [200, 300], [300, 300.0]])]),
            "outside the photo",
        ),
    ],
)
def test_what_cannot_be_laid_is_refused_in_a_sentence(make, message: str) -> None:
    with pytest.raises(PointCountError, match=message):
        make()


def test_a_region_that_is_all_excluded_is_refused(square: np.ndarray) -> None:
    with pytest.raises(PointCountError, match="Nothing is left to count"):
        counting_grid(CountingArea.of((300, 400), [square], [square * 2 - 10]), GridSettings())
