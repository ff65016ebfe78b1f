"""Whole sections: reproducible, registered, with grains of the size they claim."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_rocks2net.synthetic import (
    FIELD_UM,
    GRAIN_RECIPES,
    RECIPES,
    ThinSection,
    draw_rotation,
    draw_section,
    draw_slide,
    sample_sections,
)

CLASSES = tuple(GRAIN_RECIPES)
EVERY = [(property, name) for property, recipes in RECIPES.items() for name in recipes]


def inner_diameters(grains):
    """Return equivalent-circle diameters in pixels of the grains that do not touch the border."""
    border = np.unique(np.concatenate([grains[0], grains[-1], grains[:, 0], grains[:, -1]]))
    areas = np.bincount(grains.ravel())
    areas[border] = 0
    return np.sqrt(4 / np.pi * areas[areas > 0])


@pytest.mark.parametrize(("property", "name"), EVERY)
def test_every_class_draws_a_picture_with_content(property, name):
    scale = FIELD_UM[property] / 256
    section = draw_section(name, property=property, size=(64, 90), seed=4, um_per_pixel=scale)
    for picture in (section.ppl, section.xpl):
        assert picture.shape == (64, 90, 3)
        assert picture.dtype == np.uint8
        assert picture.std() > 1
    assert 25 < section.ppl.mean() < 252
    assert section.grains.shape == (64, 90)
    assert section.grains.dtype == np.int32
    assert section.grains.min() == 1
    assert len(np.unique(section.grains)) == section.grains.max()
    assert (section.property, section.recipe) == (property, name)
    assert section.rock in RECIPES[property][name].rocks


@pytest.mark.parametrize("name", ["fine crystal", "lithic sandstone"])
def test_same_seed_same_bytes_another_seed_another_section(name):
    first, again = (draw_section(name, size=64, seed=7) for _ in range(2))
    assert first.ppl.tobytes() == again.ppl.tobytes()
    assert first.xpl.tobytes() == again.xpl.tobytes()
    assert (first.identities == again.identities).all()
    assert (draw_section(name, size=64, seed=8).identities != first.identities).any()


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("basalt", 0),
        ("carbonaceous", 4),
        ("aggregate", 3),
        ("fine gravel", 2),
        ("coarse crystal", 1),
        ("tuff", 5),
    ],
)
def test_a_region_equals_the_same_region_rendered_alone(name, seed):
    section = ThinSection.by_recipe(name, None, 6.0, seed)
    # A lossy camera is the hardest case: its blocks look beyond the region.
    section = replace(section, microscope=replace(section.microscope, jpeg_quality=85))
    whole, alone = section.region(-30, 11, 120, 130), section.region(5, 50, 37, 41)
    part = np.s_[35:72, 39:80]
    assert (whole.identities[part] == alone.identities).all()
    assert (whole.ppl(15)[part] == alone.ppl(15)).all()
    assert (whole.xpl(15)[part] == alone.xpl(15)).all()
    assert (section.grain_map(5, 50, 37, 41) == alone.identities).all()


def test_photos_at_all_stage_angles_share_the_grain_map():
    slide = draw_slide("medium crystal", size=96, seed=3)
    straight, turned = slide.photograph(0), slide.photograph(30)
    assert (straight.grains == turned.grains).all()
    assert np.abs(straight.xpl.astype(int) - turned.xpl).mean() > 5
    assert turned.xpl.tobytes() == draw_section("medium crystal", size=96, seed=3, stage=30).xpl.tobytes()


def test_ppl_and_xpl_show_the_same_grains():
    section = draw_section("medium crystal", size=256, seed=2)
    grains, xpl = section.grains, section.xpl.mean(axis=2)
    means = np.bincount(grains.ravel(), xpl.ravel()) / np.bincount(grains.ravel()).clip(1)
    assert (xpl - means[grains]).var() < 0.75 * xpl.var()
    edge = np.zeros(grains.shape, dtype=bool)
    edge[:-1, :-1] = (grains[:-1, :-1] != grains[1:, :-1]) | (grains[:-1, :-1] != grains[:-1, 1:])
    assert section.ppl[edge].mean() < section.ppl[~edge].mean() - 3


@pytest.mark.parametrize("name", CLASSES[:-1])
def test_grains_have_the_diameter_of_the_recipe(name):
    low, high = GRAIN_RECIPES[name].diameter_um
    um_per_pixel = low / 10
    section = draw_section(name, size=300, um_per_pixel=um_per_pixel, seed=1)
    measured = inner_diameters(section.grains).mean() * um_per_pixel
    assert measured == pytest.approx(section.diameter_um, rel=0.15)
    assert 0.95 * low < section.diameter_um < 1.05 * high


def test_mud_at_the_default_scale_is_below_the_resolution_and_says_so():
    section = draw_section("mud crystal", size=64, seed=4)
    assert section.diameter_um < 1.6 * section.um_per_pixel
    assert section.grains.max() == 64 * 64


def test_size_classes_draw_from_the_same_rocks():
    for name in CLASSES[:-1:3]:
        rocks = {ThinSection.by_recipe(name, None, 4.0, seed).plan.rock for seed in range(100)}
        assert rocks == set(GRAIN_RECIPES[name].rocks)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"recipe_name": "huge crystal"}, "huge crystal"),
        ({"property": "colour"}, "colour"),
        ({"size": 8}, "8 x 8"),
        ({"size": (100, 0)}, "100 x 0"),
        ({"um_per_pixel": 0.0}, "0.0"),
        ({"um_per_pixel": float("nan")}, "nan"),
        ({"seed": -1}, "-1"),
    ],
)
def test_impossible_sections_are_refused(arguments, named):
    recipe = arguments.pop("recipe_name", "fine crystal")
    with pytest.raises(ValueError, match=named):
        draw_section(recipe, **arguments)


def test_samples_are_six_recipes_with_both_lights():
    samples = sample_sections()
    assert len(samples) == len({sample.name for sample in samples}) == 6
    assert {sample.recipe for sample in samples} == set(CLASSES) - {"others"}
    assert {sample.light for sample in samples} == {"ppl", "xpl"}
    name, recipe, seed = samples[0]
    assert recipe in GRAIN_RECIPES
    assert isinstance(seed, int)
    assert name.endswith(("PPL", "XPL"))


def test_a_rotation_repeats_after_a_quarter_turn():
    stack = draw_rotation("granite", size=48, seed=2, angles=4).astype(int)
    assert stack.shape == (4, 48, 48, 3)
    quarter, half_quarter = np.abs(stack[0] - stack[2]).mean(), np.abs(stack[0] - stack[1]).mean()
    assert quarter < 6 < half_quarter
    with pytest.raises(ValueError, match="0 stage angles"):
        draw_rotation(angles=0)


@pytest.mark.parametrize("name", ["mud crystal", "micro crystal"])
def test_the_edge_of_a_picture_looks_like_the_rest(name):
    rows = np.mean([draw_section(name, size=96, seed=s).ppl.mean(axis=(1, 2)) for s in range(4)], axis=0)
    assert np.abs(np.diff(rows)[[0, 1, 2, -3, -2, -1]]).max() < 8


def test_microscope_brightness_reaches_the_picture():
    slide = draw_slide("fine crystal", size=96, seed=5)

    def brightness(aim):
        microscope = replace(slide.section.microscope, ppl_brightness=aim)
        return replace(slide, section=replace(slide.section, microscope=microscope)).ppl().mean()

    assert brightness(0.2) < 0.75 * brightness(0.6)
