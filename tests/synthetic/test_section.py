"""Whole sections: reproducible, registered, with grains of the size they claim."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_rocks2net.synthetic import GRAIN_RECIPES, draw_section, draw_slide, sample_sections
from napari_rocks2net.synthetic.minerals import MINERALS
from napari_rocks2net.synthetic.recipes import MATRICES, ROCKS

CLASSES = (
    "coarse crystal",
    "medium crystal",
    "fine crystal",
    "powder crystal",
    "micro crystal",
    "mud crystal",
    "others",
)


def inner_diameters(grains):
    """Return equivalent-circle diameters in pixels of the grains that do not touch the border."""
    border = np.unique(np.concatenate([grains[0], grains[-1], grains[:, 0], grains[:, -1]]))
    areas = np.bincount(grains.ravel())
    areas[border] = 0
    return np.sqrt(4 / np.pi * areas[areas > 0])


def test_recipes_are_the_seven_grain_classes():
    assert tuple(GRAIN_RECIPES) == CLASSES


@pytest.mark.parametrize("mode", [*ROCKS.values(), *MATRICES.values()])
def test_every_mode_names_known_minerals_and_fills_the_section(mode):
    assert set(mode) <= set(MINERALS)
    assert sum(mode.values()) == pytest.approx(1)


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_draws_a_picture_with_content(name):
    section = draw_section(name, size=(96, 130), seed=4, um_per_pixel=8.0)
    for picture in (section.ppl, section.xpl):
        assert picture.shape == (96, 130, 3)
        assert picture.dtype == np.uint8
        assert picture.std() > 2
    assert section.grains.shape == (96, 130)
    assert section.grains.dtype == np.int32
    assert section.grains.min() == 1
    assert len(np.unique(section.grains)) == section.grains.max()
    assert section.recipe == name


@pytest.mark.parametrize("name", ["fine crystal", "others"])
def test_same_seed_same_bytes_another_seed_another_section(name):
    first, again = (draw_section(name, size=96, seed=7) for _ in range(2))
    assert first.ppl.tobytes() == again.ppl.tobytes()
    assert first.xpl.tobytes() == again.xpl.tobytes()
    assert (first.grains == again.grains).all()
    assert (draw_section(name, size=96, seed=8).grains != first.grains).any()


def test_photos_at_all_stage_angles_share_the_grain_map():
    slide = draw_slide("medium crystal", size=96, seed=3)
    straight, turned = slide.photograph(0), slide.photograph(30)
    assert (straight.grains == turned.grains).all()
    assert np.abs(straight.xpl.astype(int) - turned.xpl).mean() > 5
    assert turned.xpl.tobytes() == draw_section("medium crystal", size=96, seed=3, stage=30).xpl.tobytes()


def test_ppl_and_xpl_show_the_same_grains():
    section = draw_section("medium crystal", size=256, seed=1)
    grains = section.grains
    for picture in (section.ppl.mean(axis=2), section.xpl.mean(axis=2)):
        means = np.bincount(grains.ravel(), picture.ravel()) / np.maximum(np.bincount(grains.ravel()), 1)
        assert (picture - means[grains]).var() < 0.75 * picture.var()


@pytest.mark.parametrize("name", CLASSES[:-1])
@pytest.mark.parametrize("seed", [0, 1])
def test_grains_have_the_diameter_of_the_recipe(name, seed):
    low, high = GRAIN_RECIPES[name].diameter_um
    um_per_pixel = low / 12
    section = draw_section(name, size=512, um_per_pixel=um_per_pixel, seed=seed)
    measured = inner_diameters(section.grains).mean() * um_per_pixel
    assert measured == pytest.approx(section.diameter_um, rel=0.15)
    assert 0.95 * low < section.diameter_um < 1.05 * high


def test_mud_at_the_default_scale_is_below_the_resolution_and_says_so():
    section = draw_section("mud crystal", size=64, seed=1)
    assert section.diameter_um < 1.6 * section.um_per_pixel
    assert section.grains.max() == 64 * 64


def test_size_classes_draw_from_the_same_rocks():
    rocks = {name: {draw_slide(name, size=16, seed=s).rock for s in range(60)} for name in CLASSES[::3]}
    assert all(found >= set(list(ROCKS)[:8]) for found in rocks.values())


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"recipe_name": "huge crystal"}, "huge crystal"),
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


@pytest.mark.parametrize("name", ["mud crystal", "micro crystal"])
def test_the_edge_of_a_picture_looks_like_the_rest(name):
    rows = np.mean([draw_section(name, size=96, seed=s).ppl.mean(axis=(1, 2)) for s in range(6)], axis=0)
    assert np.abs(np.diff(rows)[[0, 1, 2, -3, -2, -1]]).max() < 8


def test_microscope_brightness_reaches_the_picture():
    slide = draw_slide("fine crystal", size=96, seed=5)
    dim, bright = (
        replace(slide, microscope=replace(slide.microscope, ppl_brightness=aim)).photograph().ppl.mean()
        for aim in (0.2, 0.6)
    )
    assert dim < 0.75 * bright
