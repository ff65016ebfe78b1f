"""Windows show as much rock as the photos did that a model learned from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_rocks2net import MapSettings, RockClassifier, Slide
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.pixel_scale import LearnedPixelSize
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.slides import plan_map
from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.learned_field import usual_field


@pytest.fixture
def scaled(colours: RockClassifier) -> RockClassifier:
    """A classifier that learned from pixels of 8 to 12 micrometres, 640 in the middle for its 64 pixels."""
    model = colours.models[0]
    card = replace(model.card, pixel_size_um={"colour": LearnedPixelSize(10.0, 8.0, 12.0)})
    return RockClassifier([LoadedModel(model.network, card, "cpu")])


@pytest.mark.parametrize(("um_per_pixel", "field"), [(None, 64), (5.0, 128), (2.5, 256), (20.0, 32)])
def test_the_field_is_the_learned_one_where_both_scales_are_known(
    scaled: RockClassifier, um_per_pixel: float | None, field: int
) -> None:
    slide = Slide.of_arrays(np.zeros((300, 300, 3), np.uint8), um_per_pixel=um_per_pixel)
    assert plan_map(scaled, slide).grid.field == field


def test_a_field_that_is_given_is_taken_and_another_than_learned_is_reported(scaled: RockClassifier) -> None:
    slide = Slide.of_arrays(np.zeros((300, 300, 3), np.uint8), um_per_pixel=5.0)
    assert plan_map(scaled, slide, MapSettings(field=120)).doubt == ""
    plan = plan_map(scaled, slide, MapSettings(field=200))
    assert plan.grid.field == 200
    assert "colour at 640 µm; trust these less" in plan.sentence()


def test_of_several_properties_the_middle_one_counts(scaled: RockClassifier) -> None:
    card = scaled.models[0].card
    sizes = {name: LearnedPixelSize(size, size, size) for name, size in {"a": 10, "b": 20, "c": 60}.items()}
    of_three = tuple(RockProperty(name, ("x", "y")) for name in sizes)
    card = replace(card, properties=of_three, pixel_size_um=sizes)
    assert usual_field([card], "abc", 1.0) == 20 * 64
    assert usual_field([card], "c", 1.0) == 60 * 64


def test_a_model_of_fields_is_refused_for_a_scan_in_a_sentence(scaled: RockClassifier) -> None:
    model = scaled.models[0]
    model.card = replace(model.card, arguments={"lights": "PPL+XPL"})
    with pytest.raises(SlideError, match="fields in PPL and XPL, and a slide is a scan in one light"):
        plan_map(scaled, Slide.of_arrays(np.zeros((300, 300, 3), np.uint8)))
