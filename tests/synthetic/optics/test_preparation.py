"""Bubbles and scratches obey their optics, turn with the section and lie where they lie in every window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from napari_rocks2net.synthetic import ThinSection, draw_scan, draw_section, write_collection
from napari_rocks2net.synthetic.optics.preparation import Preparation
from napari_rocks2net.synthetic.petrology.recipes import Recipe
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window

BUBBLED = Preparation(0.7, 0.0, 0.0, PositionRNG(3))
SCRATCHED = Preparation(0.0, 0.4, 0.5, PositionRNG(4))
FIELD = Window(0, 0, 400, 400, 4.0)


def section(preparation):
    quartzite = Recipe("rock", "quartzite", ("quartzite",), (200.0, 200.0), overlap=0)
    plain = ThinSection.of_recipe(quartzite, 4.0, 3)
    microscope = replace(plain.microscope, jpeg_quality=100, noise=0.0, blur_um=0.1)
    return replace(plain, preparation=preparation, microscope=microscope)


@pytest.mark.parametrize("um_per_pixel", [1.7, 6.0])
@pytest.mark.parametrize("preparation", [BUBBLED, SCRATCHED])
def test_a_part_of_a_window_has_the_same_bytes_rendered_alone(preparation, um_per_pixel):
    whole = preparation.transmission(Window(-70, 45, 320, 300, um_per_pixel))
    part = preparation.transmission(Window(13, 90, 101, 87, um_per_pixel))
    assert min(light.min() for light in whole) < 0.9
    for one, other in zip(whole, part, strict=True):
        assert np.ascontiguousarray(one[83:184, 45:132]).tobytes() == other.tobytes()


def test_a_tile_of_a_slide_with_flaws_equals_the_region_rendered_alone():
    flawed = section(replace(BUBBLED, scratches=0.3))
    scan = replace(draw_scan("granite", (120, 160)), section=flawed)
    alone = flawed.region(60, 40, 50, 70)
    assert (np.asarray(scan.ppl[60:110, 40:110]) == alone.ppl()).all()
    assert (np.asarray(scan.xpl[60:110, 40:110]) == alone.xpl()).all()


def test_a_bubble_has_a_dark_rim_and_a_bright_inside():
    light, thickness = BUBBLED.transmission(FIELD)
    dark = light < 0.1
    rims, count = ndimage.label(dark)
    assert count >= 2
    inside = ndimage.binary_fill_holes(dark) & ~dark
    assert light[ndimage.binary_erosion(inside, iterations=8)].min() > 0.9
    assert 1 < light.max() < 1.4
    assert (thickness == 1).all()
    for rim in ndimage.find_objects(rims):
        height, width = (side.stop - side.start for side in rim)
        touches = rim[0].start == 0 or rim[1].start == 0 or rim[0].stop == 400 or rim[1].stop == 400
        assert touches or 0.7 < height / width < 1.4


def test_a_bubble_lies_at_one_place_with_any_polars_and_stage_angle():
    crowded = replace(BUBBLED, bubbles=1.0)
    plain, bubbled = (section(one).region(0, 0, 240, 300) for one in (None, crowded))
    rim = crowded.transmission(bubbled.view)[0] < 0.15
    assert rim.sum() > 100
    for take in ("ppl", "xpl"):
        for stage in (0, 35, 70):
            before, after = (getattr(slide, take)(stage)[rim].astype(int) for slide in (plain, bubbled))
            assert after.mean() < 60
            assert (after <= before + 1).all()


def test_scratches_are_thin_almost_straight_and_cross_grains():
    light, thickness = SCRATCHED.transmission(FIELD)
    grooves, count = ndimage.label(thickness < 0.97, structure=np.ones((3, 3)))
    sizes = ndimage.sum_labels(np.ones_like(light), grooves, np.arange(1, count + 1))
    y, x = np.nonzero(grooves == 1 + int(np.argmax(sizes)))
    spread, _ = np.linalg.eigh(np.cov(y, x))
    assert np.sqrt(spread[1]) > 12 * np.sqrt(spread[0])
    grains = section(None).grain_map(0, 0, 400, 400)
    assert len(np.unique(grains[y, x])) > 3
    assert light.min() < 0.8 < 1.02 < light.max()
    assert (thickness < 0.97).mean() < 0.05


def test_most_scratches_follow_the_last_stroke():
    steep = replace(SCRATCHED, direction=np.pi / 2)
    along, across = (np.abs(np.diff(steep.transmission(FIELD)[0], axis=axis)).sum() for axis in (0, 1))
    assert across > 2 * along


def test_flaws_are_rare():
    preparations = [Preparation.random(PositionRNG.from_seed(seed)) for seed in range(60)]
    assert 0.15 < np.mean([one.bubbles > 0 for one in preparations]) < 0.55
    assert 0.3 < np.mean([one.scratches > 0 for one in preparations]) < 0.7
    dark = [(one.transmission(Window(0, 0, 100, 100, 20.0))[0] < 0.6).mean() for one in preparations]
    assert np.mean(dark) < 0.02


def test_sections_have_flaws_only_where_they_are_asked_for(tmp_path):
    plain = draw_section("granite", size=48, seed=2)
    assert draw_section("granite", size=48, seed=2, flaws=False).ppl.tobytes() == plain.ppl.tobytes()
    seeds = range(6)
    made = [ThinSection.by_recipe("granite", None, 4.0, seed, flaws=True).preparation for seed in seeds]
    assert all(one is not None for one in made)
    assert len(set(made)) == len(seeds)
    assert draw_scan("granite", 64, flaws=True).section.preparation is not None
    photos = []
    for name, flaws in (("default", {}), ("without", {"flaws": False}), ("with", {"flaws": True})):
        write_collection(tmp_path / name, "clastic", 4, 24, 1, ["fine silt"], photos=1, **flaws)
        photos.append([path.read_bytes() for path in sorted((tmp_path / name).rglob("*.png"))])
    assert photos[0] == photos[1] != photos[2]
