"""Crystals grow until they meet, and the map of who came first is exact."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from napari_rocks2net.synthetic.grains.growth import Front, find_winners
from napari_rocks2net.synthetic.plane.lattice import Lattice, Nuclei, block_of, identities, jitters
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window

RNG = PositionRNG(11)


def round_nuclei(lattice, window, radius=0.5):
    """Return equal, round, undelayed crystals: their map is an ordinary Voronoi diagram."""
    first, cells = block_of(lattice, window, 2)
    numbers = identities(first, cells)
    to_um = np.linalg.inv(lattice.matrix()) / (lattice.spacing_um * radius)
    rows = [*jitters(RNG, numbers, lattice.jitter)]
    rows += [np.full(len(numbers), value) for value in (*to_um[0], *to_um[1], 0, 0.5, 0, 0, 1)]
    return Nuclei(first, cells, np.array(rows, dtype=np.float32))


def nuclei_um(lattice, nuclei):
    cell = (
        np.stack(np.divmod(np.arange(nuclei.table.shape[1]), nuclei.cells[1]))
        + np.array(nuclei.first)[:, None]
    )
    return (np.linalg.inv(lattice.matrix()) @ (cell + nuclei.table[:2])).T


def pixels_um(window):
    y, x = np.broadcast_arrays(window.y_um, window.x_um)
    return np.stack([y.ravel(), x.ravel()], axis=1)


@pytest.mark.parametrize(("aspect", "direction"), [(1.0, 0.0), (1.0, 0.7), (2.0, 1.1)])
def test_equal_round_crystals_give_the_voronoi_diagram(aspect, direction):
    lattice, window = Lattice(30.0, aspect, direction, 0.8), Window(-40, 12, 50, 60, 3.0)
    nuclei = round_nuclei(lattice, window)
    every = np.arange(window.height * window.width)
    front = Front(lattice, nuclei, window, every, None, 2)
    places = nuclei_um(lattice, nuclei)
    distance, nearest = cKDTree(places).query(pixels_um(window))
    winner = front.winner(every)
    assert (winner == nearest).mean() > 0.995
    assert front.time(every, winner) == pytest.approx(distance / 15.0, abs=0.02 * distance.max())


def test_looking_at_every_few_pixels_gives_almost_the_same_map():
    lattice, window = Lattice(60.0, 1.0, 0.4, 0.8), Window(5, -9, 120, 130, 3.0)
    every = np.arange(window.height * window.width)
    front = Front(lattice, round_nuclei(lattice, window), window, every, None, 2)
    whole = find_winners(front, lattice, window, every)
    assert (whole == front.winner(every)).mean() > 0.99
    assert (find_winners(front, lattice, window, every[37::11]) == whole[37::11]).all()


def test_only_rivals_win():
    lattice, window = Lattice(40.0, 1.0, 0.0, 0.8), Window(0, 0, 20, 20, 4.0)
    every = np.arange(400)
    front = Front(lattice, round_nuclei(lattice, window), window, every, None, 2)
    winner = front.winner(every)
    others = [np.roll(winner, shift) for shift in (7, 90)]
    assert (front.winner_among(every, every, np.stack([*others, winner])) == winner).all()


@pytest.mark.parametrize("waves", [0.0, 0.3])
def test_looking_ahead_which_crystals_can_win_changes_no_winner(waves, rng):
    lattice, window = Lattice(40.0, 1.6, 0.4, 1.0), Window(5, -9, 90, 80, 2.0)
    every, nuclei = np.arange(90 * 80), round_nuclei(lattice, window)
    nuclei.table[2:6] *= rng.uniform(0.6, 2.5, nuclei.table[2:6].shape)
    nuclei.table[6:11] = rng.uniform(((0,), (0.5,), (0,), (-0.3,), (0.5,)), ((1,), (1,), (1,), (0,), (2,)),
                                     nuclei.table[6:11].shape)  # fmt: skip
    wave = (waves * rng.standard_normal((2, len(every)))).astype(np.float32)
    front = Front(lattice, nuclei, window, every, (wave[0], wave[1]), 2)
    # So few pixels a cell are not worth looking ahead for.
    few_at_a_time = [front.winner(part) for part in np.array_split(every, 1800)]
    assert (front.winner(every) == np.concatenate(few_at_a_time)).all()


def test_pixels_just_before_the_border_of_a_cell_belong_to_it():
    # Ten pixels a cell, less so little that single precision takes every tenth for the border itself.
    lattice, window = Lattice(30.0, 1.0, 0.0, 1.0), Window(0, 0, 80, 80, 3.0 * (1 - 1e-10))
    every = np.arange(80 * 80)
    front = Front(lattice, round_nuclei(lattice, window), window, every, None, 2)
    few_at_a_time = [front.winner(part) for part in np.array_split(every, 1600)]
    assert (front.winner(every) == np.concatenate(few_at_a_time)).all()


def test_waves_move_boundaries():
    lattice, window = Lattice(60.0, 1.0, 0.4, 0.8), Window(0, 0, 60, 60, 3.0)
    every, nuclei = np.arange(3600), round_nuclei(lattice, window)
    nuclei.table[8] = 1.0
    wave = np.full(3600, 0.25, dtype=np.float32)
    straight, wavy = (
        Front(lattice, nuclei, window, every, warp, 2).winner(every) for warp in (None, (wave, wave))
    )
    assert 0.1 < (straight != wavy).mean() < 0.7
