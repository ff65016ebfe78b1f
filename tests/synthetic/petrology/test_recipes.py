"""The tables of rocks and recipes are complete and name only what exists."""

from __future__ import annotations

import itertools

import pytest

from napari_rocks2net.rock_properties import ROCK_PROPERTIES
from napari_rocks2net.synthetic import FIELD_UM, RECIPES, ROCKS, SynthesisError
from napari_rocks2net.synthetic.petrology.minerals import MINERALS
from napari_rocks2net.synthetic.petrology.recipes import recipe_named, recipes_of


def test_every_class_of_the_five_properties_has_a_recipe():
    assert {name: tuple(recipes) for name, recipes in RECIPES.items()} == {
        name: rock_property.classes for name, rock_property in ROCK_PROPERTIES.items()
    }
    assert sum(len(recipes) for recipes in RECIPES.values()) == 36
    assert set(FIELD_UM) == set(RECIPES)


@pytest.mark.parametrize("recipe", [one for recipes in RECIPES.values() for one in recipes.values()], ids=str)
def test_a_recipe_chooses_from_known_rocks(recipe):
    assert recipe.rocks
    assert set(recipe.rocks) <= set(ROCKS)
    assert len(set(recipe.rocks)) == len(recipe.rocks)
    low, high = recipe.diameters_um(recipe.rocks[0])
    assert 0 < low < high


@pytest.mark.parametrize("name", ROCKS)
def test_a_rock_names_known_minerals_and_its_ground_fills_the_section(name):
    rock = ROCKS[name]
    for layer in rock.layers:
        assert set(layer.minerals) <= set(MINERALS) | set(ROCKS)
        assert sum(layer.minerals.values()) == pytest.approx(1)
        for low, high in (layer.cover, layer.spread, layer.foliation, layer.diameter_um or (1, 2)):
            assert 0 < low <= high
    assert rock.layers[0].cover == (1.0, 1.0)
    assert all(layer.cover[1] < 1 for layer in rock.layers[1:])
    assert set(rock.stain) <= {"clay", "iron", "carbon"}


@pytest.mark.parametrize("property", ["grain", "clastic"])
def test_neighbouring_sizes_overlap_a_little_and_share_their_rocks(property):
    sized = [one for one in RECIPES[property].values() if one.diameter_um is not None]
    assert len(sized) > 5
    if property == "grain":
        assert len({one.rocks for one in sized}) == 1
        for coarse, fine in itertools.pairwise(sized):
            low, high = coarse.diameters_um(coarse.rocks[0])[0], fine.diameters_um(fine.rocks[0])[1]
            assert 1.0 < high / low < 1.15


def test_others_draws_from_rocks_that_no_other_class_of_its_property_has():
    for name, recipes in RECIPES.items():
        named = {rock for recipe in recipes.values() if recipe.name != "others" for rock in recipe.rocks}
        assert not named & set(recipes["others"].rocks), name


def test_a_class_belongs_to_its_property():
    assert recipe_named("others").property == "grain"
    assert recipe_named("others", "mixture").property == "mixture"
    assert recipe_named("granite").property == "basic category"
    with pytest.raises(SynthesisError, match="huge crystal"):
        recipe_named("huge crystal")
    with pytest.raises(SynthesisError, match="granite"):
        recipe_named("granite", "grain")
    with pytest.raises(SynthesisError, match="colour"):
        recipes_of("colour")
