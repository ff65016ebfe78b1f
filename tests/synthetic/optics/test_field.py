"""Light obeys the polarising microscope: extinction, isotropy, pleochroism."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_rocks2net.synthetic.grains.crystals import grow_crystals
from napari_rocks2net.synthetic.grains.fabric import draw_fabric
from napari_rocks2net.synthetic.optics.field import (
    OpticalField,
    crossed_polarised,
    optical_field,
    plane_polarised,
)
from napari_rocks2net.synthetic.optics.light import interference_colours
from napari_rocks2net.synthetic.petrology.minerals import MINERALS
from napari_rocks2net.synthetic.petrology.plan import plan_rock
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window

ANGLES = np.radians(np.arange(0, 360, 3))
CODES = {name: code for code, name in enumerate(MINERALS)}


def one_grain(extinction, retardation, colour_low=(1, 1, 1), colour_high=(1, 1, 1)):
    full = np.ones((4, 4), dtype=np.float32)
    return OpticalField(
        extinction=full * np.float32(extinction),
        retardation=full * np.float32(retardation),
        colour_low=full * np.array(colour_low, dtype=np.float32)[:, None, None],
        colour_high=full * np.array(colour_high, dtype=np.float32)[:, None, None],
        anomaly=None,
        shadow=full,
        twinkle=0 * full,
        stain=np.ones((3, 4, 4), dtype=np.float32),
        resolved=full,
    )


def section_of(mineral, seed=0, diameter_um=120.0, um_per_pixel=4.0, size=96):
    """Return plan, fabric and field of a section of one mineral, unstained."""
    plan = plan_rock("quartzite", diameter_um, PositionRNG.from_seed(seed))
    layer = replace(plan.layers[0], codes=np.array([CODES[mineral]]), shares=np.array([1.0]))
    plan = replace(plan, layers=(layer,), stains={})
    window = Window(0, 0, size, size, um_per_pixel)
    fabric = draw_fabric(plan, window)
    return plan, fabric, optical_field(plan, fabric, window)


@pytest.mark.parametrize("extinction", [0.0, 0.3, 1.2])
def test_a_grain_goes_dark_four_times_a_turn_90_degrees_apart(extinction):
    field = one_grain(extinction, 250)
    light = np.array([crossed_polarised(field, angle)[:, 0, 0].mean() for angle in ANGLES])
    dark = np.degrees(ANGLES[(light < np.roll(light, 1)) & (light <= np.roll(light, -1)) & (light < 0.02)])
    assert len(dark) == 4
    assert np.diff(dark) == pytest.approx([90, 90, 90], abs=3)
    at_extinction = [crossed_polarised(field, extinction + quarter * np.pi / 2).max() for quarter in range(4)]
    assert max(at_extinction) < 1e-6


def test_a_grain_is_brightest_at_45_degrees_with_its_interference_colour():
    light = crossed_polarised(one_grain(0.0, 550), np.radians(45))
    assert light[:, 0, 0] == pytest.approx(interference_colours()[550], abs=1e-5)


@pytest.mark.parametrize("mineral", [name for name, m in MINERALS.items() if m.birefringence == 0])
def test_isotropic_minerals_are_dark_at_every_stage_angle(mineral):
    _, _, field = section_of(mineral, size=40)
    assert max(crossed_polarised(field, angle).max() for angle in ANGLES[:30]) < 1e-6


def test_quartz_of_30_um_stays_in_grey_and_white_of_the_first_order():
    _, _, field = section_of("quartz", size=200)
    assert 200 < field.retardation.max() < 340


def test_chlorite_is_anomalously_blue():
    _, _, field = section_of("chlorite")
    red, _, blue = crossed_polarised(field).mean(axis=(1, 2))
    assert blue > 1.8 * red


@pytest.mark.parametrize("mineral", [name for name, m in MINERALS.items() if m.birefringence > 0])
def test_no_cut_exceeds_the_largest_birefringence(mineral):
    plan, fabric, _ = section_of(mineral, size=40)
    crystals = grow_crystals(fabric.table, plan.rng)
    assert crystals.birefringence.min() >= 0
    assert crystals.birefringence.max() <= MINERALS[mineral].birefringence * (1 + 1e-6)


def test_biotite_turns_from_pale_to_dark_in_a_quarter_turn_and_quartz_does_not():
    biotite = MINERALS["biotite"]
    field = one_grain(0.0, 500, biotite.colour_low, biotite.colour_high)
    pale, dark = (plane_polarised(field, np.radians(angle))[:, 0, 0] for angle in (0, 90))
    assert pale == pytest.approx(biotite.colour_low, abs=1e-6)
    assert dark == pytest.approx(biotite.colour_high, abs=1e-6)
    assert plane_polarised(field, np.pi)[:, 0, 0] == pytest.approx(pale, abs=1e-6)
    quartz = one_grain(0.0, 200)
    assert plane_polarised(quartz, 0.0) == pytest.approx(plane_polarised(quartz, 1.0), abs=1e-6)


def test_biotite_goes_dark_along_its_length_and_albite_twins_evenly_to_both_sides():
    plan, fabric, field = section_of("biotite")
    apart = np.sin(field.extinction - fabric.table.angle[fabric.crystals])
    assert np.abs(apart).mean() < 0.15
    plan, fabric, field = section_of("plagioclase", diameter_um=240.0)
    crystals = grow_crystals(fabric.table, plan.rng.branch("crystals"))
    twinned = crystals.twinned[fabric.crystals]
    to_side = np.degrees(field.extinction - crystals.angle[fabric.crystals])[twinned]
    assert 5 < np.abs(to_side).mean() < 35
    assert 0.25 < (to_side > 0).mean() < 0.75


def test_the_relief_of_calcite_comes_and_goes_with_the_stage_and_that_of_olivine_does_not():
    def change(mineral):
        _, _, field = section_of(mineral)
        field = replace(field, colour_low=field.colour_high)
        return np.abs(plane_polarised(field, 0) - plane_polarised(field, np.pi / 2)).mean()

    assert change("calcite") > 2 * change("olivine")


def test_boundaries_are_darker_than_grains_and_more_so_at_high_relief():
    def contrast(mineral):
        _, fabric, field = section_of(mineral, seed=2)
        label = fabric.crystals
        edge = np.zeros(label.shape, dtype=bool)
        edge[:-1, :-1] = (label[:-1, :-1] != label[1:, :-1]) | (label[:-1, :-1] != label[:-1, 1:])
        return field.shadow[~edge].mean() - field.shadow[edge].mean()

    assert contrast("olivine") > contrast("quartz") > 0.02


def test_albite_twins_split_plagioclase_and_quartz_has_none():
    def spread_within_grains(mineral):
        _, fabric, field = section_of(mineral, seed=1)
        labels = np.unique(fabric.crystals)
        return np.mean([field.extinction[fabric.crystals == label].std() for label in labels])

    assert spread_within_grains("plagioclase") > 2 * spread_within_grains("quartz") > 0


def test_olivine_and_garnet_are_cracked_and_calcite_is_not():
    def cracked(mineral):
        _, _, field = section_of(mineral, diameter_um=600.0, size=160)
        return (field.shadow < 0.6).mean()

    assert min(cracked("olivine"), cracked("garnet")) > 2 * cracked("muscovite")


def test_grains_below_the_resolution_lose_contrast():
    def contrast(diameter_um):
        _, _, field = section_of("quartz", diameter_um=diameter_um)
        light = crossed_polarised(field)
        return light.std() / light.mean()

    assert contrast(40.0) > 1.5 * contrast(6.0) > 1.5 * contrast(2.0)


def test_ooids_show_a_dark_cross():
    plan = plan_rock("oolite in mud", 500.0, PositionRNG.from_seed(3))
    window = Window(0, 0, 200, 200, 6.0)
    fabric = draw_fabric(plan, window)
    field = optical_field(plan, fabric, window)
    spread = [
        np.abs(np.exp(2j * field.extinction[fabric.crystals == label]).mean())
        for label in np.unique(fabric.crystals[fabric.table.ooid[fabric.crystals]])
        if (fabric.crystals == label).sum() > 600
    ]
    assert min(spread) < 0.45
