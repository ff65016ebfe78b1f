"""Varied sections keep their class and their grains, and differ in scale, stains and light."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.synthetic import ThinSection, Variation, draw_slide, write_collection

SECTIONS = [ThinSection.by_recipe("iron", "mixture", 3.0, seed) for seed in range(40)]


def test_no_variation_leaves_every_pixel():
    plain, same = (
        draw_slide("iron", property="mixture", size=48, seed=3, variation=variation)
        for variation in (None, Variation(field=1.0, stain=1.0, colour=0.0))
    )
    assert (plain.ppl() == same.ppl()).all()
    assert (plain.xpl() == same.xpl()).all()


def test_scales_and_stains_spread_evenly_over_their_range_and_no_further():
    varied = [Variation(field=1.25, stain=2.0).of(section) for section in SECTIONS]
    scales = np.log([section.um_per_pixel / 3.0 for section in varied]) / np.log(1.25)
    depths = [
        np.log(section.plan.stains["iron"] / plain.plan.stains["iron"]) / np.log(2.0)
        for section, plain in zip(varied, SECTIONS, strict=True)
        if plain.plan.stains["iron"] > 0
    ]
    for powers in (scales, np.array(depths)):
        assert len(powers) > 20
        assert -1 <= powers.min() < -0.6
        assert 0.6 < powers.max() <= 1
        assert abs(powers.mean()) < 0.35


def test_white_balance_differs_by_the_deviation_asked_for():
    plain, varied = (
        np.log([section.microscope.white_balance for section in sections])
        for sections in (SECTIONS, map(Variation(colour=0.2).of, SECTIONS))
    )
    red, _, blue = (varied - plain).T
    assert red == pytest.approx(-blue)
    assert red.std() == pytest.approx(0.2, rel=0.4)


def test_a_section_varies_always_alike_and_keeps_its_plan():
    section = SECTIONS[0]
    varied, again = Variation().of(section), Variation().of(section)
    assert varied.um_per_pixel == again.um_per_pixel != section.um_per_pixel
    assert varied.plan.stains == again.plan.stains
    assert varied.plan.layers is section.plan.layers
    assert (varied.recipe, varied.diameter_um) == (section.recipe, section.diameter_um)


def test_a_varied_collection_has_the_photos_of_an_even_one_with_other_pixels(tmp_path):
    arguments = {"property": "mixture", "per_class": 1, "size": 24, "classes": ["iron"], "photos": 1}
    even, varied = (
        write_collection(tmp_path / name, variation=variation, **arguments)
        for name, variation in (("even", None), ("varied", Variation()))
    )
    assert even.read_text() == varied.read_text()
    photo = "iron/iron_0000_xpl_0.png"
    assert (even.parent / photo).read_bytes() != (varied.parent / photo).read_bytes()
