"""PositionRNG belongs to places: equal keys and places give equal numbers, all others independent ones."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.synthetic.plane.position_rng import PositionRNG, splitmix64

NUMBERS = np.arange(-20_000, 20_000, dtype=np.int64)


def test_mixing_follows_the_published_generator():
    # First output of SplitMix64 with state 0, and with the state that follows.
    state = np.array([0, 0x9E3779B97F4A7C15], dtype=np.uint64)
    assert [hex(value) for value in splitmix64(state)] == ["0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4"]


def test_uniform_numbers_fill_their_range_evenly():
    draw = PositionRNG(7).uniform(NUMBERS, 2.0, 4.0)
    assert 2.0 <= draw.min() < 2.01 < 3.99 < draw.max() <= 4.0
    assert np.histogram(draw, 10, (2, 4))[0] == pytest.approx(np.full(10, 4000), rel=0.1)


def test_normal_numbers_have_mean_0_and_deviation_1():
    for draw in (
        PositionRNG(7).normal(NUMBERS),
        PositionRNG(7).normal_lattice(NUMBERS[:200], NUMBERS[-200:]),
    ):
        assert draw.mean() == pytest.approx(0, abs=0.02)
        assert draw.std() == pytest.approx(1, abs=0.02)


def test_several_numbers_of_one_place_are_independent():
    draws = PositionRNG(7).uniforms(NUMBERS, 6)
    assert draws.shape == (6, len(NUMBERS))
    assert np.abs(np.corrcoef(draws) - np.eye(6)).max() < 0.03
    assert draws.mean(axis=1) == pytest.approx(np.full(6, 0.5), abs=0.01)


def test_colours_share_half_of_their_noise():
    noise = PositionRNG(7).colour_lattice(NUMBERS[:200], NUMBERS[:200]).reshape(3, -1)
    assert noise.std(axis=1) == pytest.approx(np.ones(3), abs=0.02)
    assert np.corrcoef(noise)[0, 1] == pytest.approx(0.5, abs=0.03)


def test_a_place_has_its_number_in_every_lattice():
    whole = PositionRNG(3).normal_lattice(np.arange(-5, 30), np.arange(10, 40))
    part = PositionRNG(3).normal_lattice(np.arange(2, 9), np.arange(12, 14))
    assert (whole[7:14, 2:4] == part).all()


def test_branches_differ_from_each_other_and_from_their_root():
    rng = PositionRNG.from_seed(1)
    keys = {rng.key, rng.branch("a").key, rng.branch("b").key, rng.branch("a", 1).key}
    assert len(keys) == 4
    assert (
        rng.branch("a", 1)
        == PositionRNG.from_seed(1).branch("a", 1)
        != PositionRNG.from_seed(2).branch("a", 1)
    )
    assert abs(np.corrcoef(rng.normal(NUMBERS), rng.branch("a").normal(NUMBERS))[0, 1]) < 0.02
