"""Grain maps have the sizes, shares and shapes that were planned."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.synthetic.grains.fabric import draw_fabric
from napari_rocks2net.synthetic.petrology.minerals import MINERALS
from napari_rocks2net.synthetic.petrology.plan import plan_rock
from napari_rocks2net.synthetic.petrology.rocks import ROCKS
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window

DIAMETER_UM = 200.0
NAMES = np.array(list(MINERALS))


def plan_and_fabric(rock, seed=1, size=240, um_per_pixel=DIAMETER_UM / 14, diameter_um=DIAMETER_UM):
    plan = plan_rock(rock, diameter_um, PositionRNG.from_seed(seed))
    return plan, draw_fabric(plan, Window(0, 0, size, size, um_per_pixel))


def inner_diameters_um(grains, chosen, um_per_pixel):
    """Return equivalent-circle diameters of the chosen grains that do not touch the border."""
    _, labels = np.unique(grains, return_inverse=True)
    labels = labels.reshape(grains.shape)
    areas = np.bincount(labels.ravel(), chosen.ravel())
    areas[np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))] = 0
    return np.sqrt(4 / np.pi * areas[areas > 0]) * um_per_pixel


@pytest.mark.parametrize(
    "rock",
    [
        *["quartzite", "granite", "gabbro", "greenschist", "dolostone", "quartz sandstone"],
        *["porous lithic sandstone", "siltstone", "oolite in spar", "peloid limestone", "conglomerate"],
    ],
)
def test_grains_have_the_mean_diameter_that_was_planned(rock):
    _, fabric = plan_and_fabric(rock)
    diameters = inner_diameters_um(fabric.grains, ~fabric.matrix, DIAMETER_UM / 14)
    assert len(diameters) > 90
    assert diameters.mean() == pytest.approx(DIAMETER_UM, rel=0.15)


@pytest.mark.parametrize("rock", ["quartz sandstone", "oolite in mud", "silty mudstone"])
def test_grains_cover_the_share_that_was_planned(rock):
    plan, fabric = plan_and_fabric(rock, diameter_um=None, um_per_pixel=6.0)
    assert 1 - fabric.matrix.mean() == pytest.approx(plan.layers[-1].cover, abs=0.12)


def test_the_mode_of_a_granite_is_that_of_the_section():
    shares = np.zeros(len(NAMES))
    for seed in range(6):
        _, fabric = plan_and_fabric("granite", seed=seed)
        shares += np.bincount(fabric.table.mineral[fabric.crystals].ravel(), minlength=len(NAMES))
    measured = dict(zip(NAMES, shares / shares.sum(), strict=True))
    for name, share in ROCKS["granite"].layers[0].minerals.items():
        assert measured[name] == pytest.approx(share, abs=0.1), name


def test_early_minerals_are_longer_than_late_ones():
    _, fabric = plan_and_fabric("granite", size=400)

    def elongation(mineral):
        lengths = []
        mine = NAMES[fabric.table.mineral] == mineral
        for label in np.unique(fabric.crystals[mine[fabric.crystals]]):
            y, x = np.nonzero(fabric.crystals == label)
            if len(y) > 40:
                low, high = np.linalg.eigvalsh(np.cov(y, x))
                lengths.append(np.sqrt(high / low))
        return np.mean(lengths)

    assert elongation("biotite") > elongation("quartz") + 0.4


def test_a_fragment_is_one_grain_of_many_crystals():
    _, fabric = plan_and_fabric("conglomerate", size=300, um_per_pixel=10.0, diameter_um=2000.0)
    pebbles = fabric.grains[~fabric.matrix]
    crystals = fabric.crystals[~fabric.matrix]
    counts = [len(np.unique(crystals[pebbles == pebble])) for pebble in np.unique(pebbles)]
    assert max(counts) > 50
    assert len(counts) < 20


def test_foliation_gives_all_grains_one_direction():
    def alignment(rock):
        _, fabric = plan_and_fabric(rock, um_per_pixel=4.0, diameter_um=40.0)
        y, x = np.gradient(fabric.crystals.astype(float))
        angle = np.arctan2(y, x)[np.hypot(y, x) > 0]
        return abs(np.exp(2j * angle).mean())

    assert alignment("mica quartzite") > alignment("dolostone") + 0.05


def test_grains_below_the_resolution_get_a_number_a_pixel():
    _, fabric = plan_and_fabric("chert", size=50, um_per_pixel=30.0)
    assert len(np.unique(fabric.grains)) == 2500
    assert not fabric.matrix.any()


def test_ooids_have_cores_of_quartz():
    _, fabric = plan_and_fabric("oolite in spar", diameter_um=400.0, um_per_pixel=10.0)
    mineral = NAMES[fabric.table.mineral[fabric.crystals]]
    assert (mineral[~fabric.matrix] == "quartz").mean() > 0.01
    assert fabric.time[mineral == "quartz"].max() < 0.5
