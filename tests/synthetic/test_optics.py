"""Light obeys the polarising microscope: extinction, isotropy, pleochroism."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.synthetic.crystals import grow_crystals
from napari_rocks2net.synthetic.fabric import crystalline
from napari_rocks2net.synthetic.light import interference_colours
from napari_rocks2net.synthetic.minerals import MINERALS
from napari_rocks2net.synthetic.optics import (
    OpticalField,
    crossed_polarised,
    optical_field,
    plane_polarised,
)

ANGLES = np.radians(np.arange(0, 360, 3))


def one_grain(extinction, retardation, colour_low=(1, 1, 1), colour_high=(1, 1, 1)):
    full = np.ones((4, 4), dtype=np.float32)
    return OpticalField(
        extinction=full * np.float32(extinction),
        retardation=full * np.float32(retardation),
        colour_low=full[..., None] * np.array(colour_low, dtype=np.float32),
        colour_high=full[..., None] * np.array(colour_high, dtype=np.float32),
        shadow=full,
        stain=np.ones((4, 4, 3), dtype=np.float32),
        resolved=full,
    )


def section_of(mineral, seed=0):
    rng = np.random.default_rng(seed)
    fabric = crystalline((96, 96), 30.0, rng)
    crystals = grow_crystals(fabric, {mineral: 1.0}, {mineral: 1.0}, rng)
    return fabric, crystals, optical_field(fabric, crystals, 4.0, rng)


def test_a_grain_goes_dark_four_times_a_turn_90_degrees_apart():
    field = one_grain(np.radians(27), 265)
    light = np.array([crossed_polarised(field, angle).mean() for angle in ANGLES])
    dark = np.degrees(ANGLES[(light < np.roll(light, 1)) & (light < np.roll(light, -1))])
    assert dark.tolist() == [27, 117, 207, 297]
    assert light[np.isin(np.degrees(ANGLES).round(), dark.round())].max() < 1e-6


def test_a_grain_is_brightest_at_45_degrees_with_its_interference_colour():
    light = crossed_polarised(one_grain(0.0, 550), np.radians(45))
    assert light[0, 0] == pytest.approx(interference_colours()[550], abs=1e-5)


@pytest.mark.parametrize("mineral", ["garnet", "glass", "iron oxide"])
def test_isotropic_minerals_are_dark_at_every_stage_angle(mineral):
    _, _, field = section_of(mineral)
    assert max(crossed_polarised(field, angle).max() for angle in ANGLES[:30]) < 1e-6


def test_quartz_stays_in_the_first_order():
    _, _, field = section_of("quartz")
    assert 200 < field.retardation.max() < 340


@pytest.mark.parametrize("mineral", [name for name, m in MINERALS.items() if m.birefringence > 0])
def test_no_cut_exceeds_the_largest_birefringence(mineral):
    _, crystals, _ = section_of(mineral)
    assert crystals.birefringence.min() >= 0
    assert crystals.birefringence.max() <= MINERALS[mineral].birefringence * (1 + 1e-6)


def test_biotite_turns_from_pale_to_dark_in_a_quarter_turn_and_quartz_does_not():
    biotite = MINERALS["biotite"]
    field = one_grain(0.0, 500, biotite.colour_low, biotite.colour_high)
    pale, dark = (plane_polarised(field, np.radians(angle))[0, 0] for angle in (0, 90))
    assert pale == pytest.approx(biotite.colour_low, abs=1e-6)
    assert dark == pytest.approx(biotite.colour_high, abs=1e-6)
    assert plane_polarised(field, np.pi)[0, 0] == pytest.approx(pale, abs=1e-6)
    quartz = one_grain(0.0, 200)
    assert plane_polarised(quartz, 0.0) == pytest.approx(plane_polarised(quartz, 1.0), abs=1e-6)


def test_boundaries_are_darker_than_grains_and_more_so_at_high_relief():
    def contrast(mineral):
        fabric, _, field = section_of(mineral, seed=2)
        inner = fabric.grains[1:-1, 1:-1]
        edge = np.zeros(fabric.grains.shape, dtype=bool)
        edge[1:-1, 1:-1] = (inner != fabric.grains[2:, 1:-1]) | (inner != fabric.grains[1:-1, 2:])
        return field.shadow[~edge].mean() - field.shadow[edge].mean()

    assert contrast("olivine") > contrast("quartz") > 0.02


def test_albite_twins_split_plagioclase_and_quartz_has_none():
    def spread_within_grains(mineral):
        fabric, _, field = section_of(mineral, seed=1)
        return np.mean([field.extinction[fabric.grains == g].std() for g in np.unique(fabric.grains)])

    assert spread_within_grains("plagioclase") > 2 * spread_within_grains("quartz") > 0


def test_grains_below_the_resolution_lose_contrast():
    def contrast(diameter):
        rng = np.random.default_rng(0)
        fabric = crystalline((96, 96), diameter, rng)
        crystals = grow_crystals(fabric, {"quartz": 1.0}, {"quartz": 1.0}, rng)
        light = crossed_polarised(optical_field(fabric, crystals, 4.0, rng))
        return light.std() / light.mean()

    assert contrast(10.0) > 1.5 * contrast(1.5) > 1.5 * contrast(0.6)
