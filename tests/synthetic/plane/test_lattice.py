"""Cells of the lattice are numbered alike in every block, and habits measure distance as a norm."""

from __future__ import annotations

import numpy as np

from napari_rocks2net.synthetic.grains.habits import populate
from napari_rocks2net.synthetic.petrology.plan import plan_rock
from napari_rocks2net.synthetic.plane.lattice import Lattice, Nuclei, block_of, cells_near, identities
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window


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


def test_cells_near_pixels_are_theirs_and_their_neighbours():
    lattice, window = Lattice(20.0, 1.0, 0.0, 0.8), Window(-30, 50, 60, 60, 2.0)
    block = block_of(lattice, window, 1)
    alone = cells_near(lattice, window, np.array([0]), block, 1)
    row, column = np.divmod(alone, block[1][1])
    assert len(alone) == 9
    assert (row.mean() + block[0][0], column.mean() + block[0][1]) == (-60 // 20, 100 // 20)
    every = cells_near(lattice, window, np.arange(3600), block, 1)
    assert len(every) == block[1][0] * block[1][1]


def test_chosen_cells_hold_the_same_grains_as_in_a_full_block():
    layer = plan_rock("granite", 60.0, PositionRNG.from_seed(2)).layers[0]
    cells = np.array([3, 17, 40])
    full, some = (populate(layer, (4, -9), (6, 8), which) for which in (None, cells))
    assert (some.code[cells] == full.code[cells]).all()
    assert (some.nuclei.table[:, cells] == full.nuclei.table[:, cells]).all()
    np.testing.assert_allclose(some.place_um[:, cells], full.place_um[:, cells], rtol=1e-12)
    assert (some.numbers == full.numbers).all()
    assert np.count_nonzero(some.nuclei.table[9:].any(axis=0)) == len(cells)
