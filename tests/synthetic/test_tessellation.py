"""The power diagram is exact, and its grains have the sizes that were asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_rocks2net.synthetic.tessellation import (
    GrainSeeds,
    grain_seeds,
    log_normal_diameters,
    power_diagram,
)


def pixel_grid(height, width):
    return np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"), axis=-1).astype(float)


def random_seeds(rng, count, side):
    return GrainSeeds(rng.random((count, 2)) * side, rng.normal(0, side, count))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_nearest_seed_has_the_least_power_distance(count, seed):
    rng = np.random.default_rng(seed)
    seeds, points = random_seeds(rng, count, 30), rng.random((50, 2)) * 30
    powers = ((points[:, None] - seeds.centres) ** 2).sum(axis=-1) - seeds.weights
    chosen = seeds.nearest(points)
    assert powers[np.arange(50), chosen] == pytest.approx(powers.min(axis=1))
    assert seeds.power(points, chosen) == pytest.approx(powers.min(axis=1))


@pytest.mark.parametrize(("height", "width", "stride"), [(64, 64, 4), (61, 50, 7), (3, 90, 8), (1, 1, 8)])
def test_looking_at_every_few_pixels_gives_the_same_map(height, width, stride):
    seeds = random_seeds(np.random.default_rng(3), 30, 60)
    grid = pixel_grid(height, width)
    assert (power_diagram(seeds, grid, stride) == power_diagram(seeds, grid)).all()


def test_log_normal_diameters_have_their_mean_and_spread():
    diameters = log_normal_diameters(200_000, 40.0, 0.4, np.random.default_rng(0))
    assert diameters.mean() == pytest.approx(40, rel=0.01)
    assert np.log(diameters).std() == pytest.approx(0.4, rel=0.01)


@pytest.mark.parametrize("spread", [0.2, 0.5])
def test_seeds_fill_the_rectangle_with_grains_of_the_mean_diameter(spread):
    seeds = grain_seeds((-20, 10), (500, 400), 25.0, spread, np.random.default_rng(1))
    labels = power_diagram(seeds, pixel_grid(500, 400) + np.array([-20, 10]))
    areas = np.bincount(labels.ravel())
    diameters = np.sqrt(4 / np.pi * areas[areas > 0])
    assert diameters.mean() == pytest.approx(25, rel=0.1)
    assert diameters.std() / diameters.mean() == pytest.approx(spread, abs=0.12)


def test_a_rectangle_smaller_than_a_grain_holds_one():
    seeds = grain_seeds((0, 0), (4, 4), 100.0, 0.3, np.random.default_rng(0))
    assert len(seeds.weights) == 1
    assert (power_diagram(seeds, pixel_grid(4, 4)) == 0).all()
