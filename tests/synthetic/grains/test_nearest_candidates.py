"""Short lists name the able rivals of each part, in order and once."""

from __future__ import annotations

import numpy as np

from napari_rocks2net.synthetic.grains.nearest_candidates import (
    all_candidates,
    distinct_candidates,
    nearest_candidates,
)


def named(candidates, part):
    return list(candidates.crystal[: candidates.count[part], part])


def test_the_able_rivals_come_in_their_order(rng):
    rivals, able = rng.integers(0, 1000, (21, 50)), rng.random((21, 50)) < 0.4
    able[rng.integers(0, 21, 50), np.arange(50)] = True
    candidates = nearest_candidates(rivals, able)
    assert candidates.crystal.shape == (able.sum(axis=0).max(), 50)
    for part in range(50):
        assert named(candidates, part) == list(rivals[able[:, part], part])


def test_all_rivals_are_all_able(rng):
    rivals = rng.integers(0, 1000, (9, 40))
    listed, able = all_candidates(rivals), nearest_candidates(rivals, np.ones(rivals.shape, dtype=bool))
    assert (listed.crystal == able.crystal).all()
    assert (listed.count == able.count).all()


def test_repeats_are_left_out():
    rivals = np.array([[7, 1], [7, 2], [3, 1], [7, 3]])
    candidates = distinct_candidates(rivals)
    assert [named(candidates, part) for part in (0, 1)] == [[7, 3], [1, 2, 3]]


def test_no_parts_make_an_empty_list():
    candidates = nearest_candidates(np.zeros((9, 0), dtype=np.intp), np.zeros((9, 0), dtype=bool))
    assert candidates.crystal.shape == (0, 0)
    assert candidates.count.shape == (0,)
