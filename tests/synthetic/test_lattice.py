"""Cells of the lattice are numbered alike in every block, and habits measure distance as a norm."""

from __future__ import annotations

import numpy as np

from napari_rocks2net.synthetic.lattice import Nuclei, identities


def test_a_cell_has_its_number_in_every_block():
    whole = identities((-3, -4), (10, 12)).reshape(10, 12)
    assert (identities((0, 1), (2, 3)).reshape(2, 3) == whole[3:5, 5:8]).all()
    assert len(np.unique(whole)) == 120
    assert whole.min() >= 0


def test_the_distance_of_a_habit_is_a_norm(rng):
    table = np.zeros((11, 50), dtype=np.float32)
    table[2:6] = rng.uniform(-2, 2, (4, 50))
    table[6], table[7] = rng.uniform(0, 1, 50), rng.uniform(0.5, 1, 50)
    nuclei, every = Nuclei((0, 0), (5, 10), table), np.arange(50)
    one, other = rng.uniform(-1, 1, (2, 2, 50)).astype(np.float32)
    detour = nuclei.distance(every, *one) + nuclei.distance(every, *other)
    assert (nuclei.distance(every, *(one + other)) <= detour + 1e-4).all()
    np.testing.assert_allclose(
        nuclei.distance(every, *(-3 * one)), 3 * nuclei.distance(every, *one), rtol=1e-5
    )


def test_crystals_arrive_in_the_order_of_their_distance_and_lead():
    table = np.zeros((11, 2), dtype=np.float32)
    table[9], table[10] = (0.0, -0.4), (1.0, 2.0)
    nuclei, both = Nuclei((0, 0), (1, 2), table), np.arange(2)
    assert nuclei.arrival(both, np.array([1.0, 1.0], dtype=np.float32)).tolist() == [0.0, np.float32(-0.4)]
    assert nuclei.arrival(both, np.array([1.5, 1.5], dtype=np.float32))[1] > 0.5
