"""The two result layers: what they hold, where they lie, and what they leave alone."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Shapes

from napari_rocks2net.classify import CriticalArea, Prediction, Predictions
from napari_rocks2net.plugin.layers.image_planes import image_planes
from napari_rocks2net.plugin.layers.result_layers import ResultPair, build_result_pair, show_in_layers
from napari_rocks2net.plugin.layers.result_shapes import (
    MAX_SHAPES_WITH_TEXT,
    reset_foreign_shapes,
    update_rows,
)
from napari_rocks2net.plugin.layers.result_table import UNCLASSIFIED, PlaneResult, ResultMark, shown_rows

GLOBAL = {"granite": 0.8, "basalt": 0.2}


def prediction(
    label: str = "granite",
    area: tuple[float, ...] | None = (2, 3, 20, 30),
    rock_property: str = "lithology",
    probability: float = 0.93,
) -> Prediction:
    probabilities = {
        name: probability if name == label else 1 - probability for name in ("granite", "basalt")
    }
    if area is None:
        return Prediction("matrix", label, probability, probabilities)
    return Prediction(
        rock_property, label, probability, probabilities, GLOBAL, probabilities, CriticalArea(*area)
    )


def results_of(*layers: Image, predicted: tuple[Prediction, ...] = (prediction(),)) -> list[PlaneResult]:
    planes = [plane for layer in layers for plane in image_planes(layer)]
    return [PlaneResult(plane, Predictions(predicted)) for plane in planes]


def pair_of(*layers: Image, predicted: tuple[Prediction, ...] = (prediction(),)) -> ResultPair:
    return build_result_pair(results_of(*layers, predicted=predicted))


@pytest.fixture
def photo(rgb: np.ndarray) -> Image:
    place: dict[str, Any] = {"scale": (2, 3), "translate": (5, 7), "rotate": 30, "shear": (0.2,)}
    affine = [[1, 0.1, 4], [0, 1.2, 2], [0, 0, 1]]
    return Image(rgb, name="photo", affine=affine, units=("um", "um"), axis_labels=("y", "x"), **place)


def test_both_layers_carry_the_whole_transform_of_the_image(photo: Image) -> None:
    pair = pair_of(photo)
    for layer in (pair.critical_areas, pair.predictions):
        for name in ("scale", "translate", "rotate", "shear"):
            np.testing.assert_allclose(getattr(layer, name), getattr(photo, name))
        np.testing.assert_allclose(layer.affine.affine_matrix, photo.affine.affine_matrix)
        assert (layer.units, layer.axis_labels) == (photo.units, photo.axis_labels)


def test_rectangles_land_exactly_on_the_pixels(photo: Image) -> None:
    pair = pair_of(photo)
    np.testing.assert_array_equal(
        pair.critical_areas.data[0], [[1.5, 2.5], [1.5, 29.5], [19.5, 29.5], [19.5, 2.5]]
    )
    np.testing.assert_array_equal(pair.predictions.data[0][[0, 2]], [[-0.5, -0.5], [69.5, 99.5]])


def test_images_in_different_places_are_met_in_world_coordinates(rgb: np.ndarray) -> None:
    images = [Image(rgb, translate=(0, 500), scale=(2, 2)), Image(rgb, rotate=20)]
    pair = pair_of(*images)
    for image, corners in zip(images, pair.predictions.data, strict=True):
        np.testing.assert_allclose(corners[2], image.data_to_world((69.5, 99.5)), rtol=1e-6)


def test_every_probability_stands_in_the_features(photo: Image) -> None:
    pair = pair_of(photo, predicted=(prediction(), prediction(area=None)))
    features = pair.predictions.features
    assert list(features["property"]) == ["lithology", "matrix"]
    assert features["p_granite"].tolist() == [0.93, 0.93]
    assert features["global_granite"][0] == 0.8
    assert features["local_basalt"][0] == pytest.approx(0.07)
    assert np.isnan(features["global_granite"][1])
    assert pair.critical_areas.nshapes == 1


def test_rectangles_are_labelled_and_coloured_by_class(photo: Image) -> None:
    pair = pair_of(photo, predicted=(prediction("granite"), prediction("basalt", rock_property="genesis")))
    areas = pair.critical_areas
    assert list(areas.text.values) == ["lithology: granite 93 %", "genesis: basalt 93 %"]
    assert not np.allclose(areas.edge_color[0], areas.edge_color[1])
    np.testing.assert_allclose(areas.edge_color, pair.predictions.edge_color)


def test_a_class_has_its_colour_whatever_the_other_answers(photo: Image) -> None:
    alone = pair_of(photo, predicted=(prediction("basalt"),))
    both = pair_of(photo, predicted=(prediction("granite"), prediction("basalt", rock_property="genesis")))
    np.testing.assert_allclose(alone.critical_areas.edge_color[0], both.critical_areas.edge_color[1])


def test_the_colours_of_an_open_collection_win(photo: Image) -> None:
    (plane,) = image_planes(photo)
    result = PlaneResult(plane, Predictions((prediction("basalt"),)))
    pair = build_result_pair([result], {"lithology": {"basalt": "#ff0000"}, "genesis": {"basalt": "#00ff00"}})
    np.testing.assert_allclose(pair.critical_areas.edge_color[0], (1, 0, 0, 1))


def test_models_without_a_critical_area_write_their_answer_on_the_outline(photo: Image) -> None:
    pair = pair_of(photo, predicted=(prediction(area=None),))
    assert pair.critical_areas.nshapes == 0
    assert pair.critical_areas.ndim == 2
    assert list(pair.predictions.text.values) == ["matrix: granite 93 %"]


def test_planes_of_a_stack_carry_their_position() -> None:
    pair = pair_of(Image(np.zeros((3, 40, 50))))
    assert list(pair.predictions.features["plane"]) == ["0", "1", "2"]
    assert [float(corners[0, 0]) for corners in pair.critical_areas.data] == [0, 1, 2]


def test_many_rectangles_have_no_text() -> None:
    stack = Image(np.broadcast_to(np.uint8(0), (MAX_SHAPES_WITH_TEXT + 500, 40, 50)), contrast_limits=(0, 1))
    pair = pair_of(stack)
    assert pair.critical_areas.nshapes == MAX_SHAPES_WITH_TEXT + 500
    assert not any(pair.critical_areas.text.values.tolist())


@pytest.fixture
def shown_photo(photo: Image) -> ViewerModel:
    viewer = ViewerModel()
    viewer.add_layer(photo)
    return viewer


def test_running_again_fills_our_layers_anew_and_leaves_all_others(
    photo: Image, shown_photo: ViewerModel
) -> None:
    theirs = [shown_photo.add_shapes(name="critical areas"), shown_photo.add_points(name="predictions")]
    first = show_in_layers(shown_photo, results_of(photo))
    copied = Shapes(first.critical_areas.data, metadata=deepcopy(first.critical_areas.metadata))
    shown_photo.add_layer(copied)
    second = show_in_layers(shown_photo, results_of(photo))
    assert (first.critical_areas, first.predictions) == (second.critical_areas, second.predictions)
    assert [photo, *theirs, copied, second.predictions, second.critical_areas] == list(shown_photo.layers)
    assert [layer.name for layer in theirs] == ["critical areas", "predictions"]


ANSWERS = {
    "one": (prediction(),),
    "another place and class": (prediction("basalt", (5, 6, 40, 50), probability=0.6),),
    "no area": (prediction(area=None),),
    "two models": (prediction(), prediction("basalt", (1, 1, 9, 9), "genesis"), prediction(area=None)),
}


@pytest.mark.parametrize("before", ANSWERS)
@pytest.mark.parametrize("after", ANSWERS)
def test_layers_that_are_filled_anew_are_as_new_ones(
    photo: Image, shown_photo: ViewerModel, before: str, after: str
) -> None:
    show_in_layers(shown_photo, results_of(photo, predicted=ANSWERS[before]))
    pair = show_in_layers(shown_photo, results_of(photo, predicted=ANSWERS[after]))
    new = pair_of(photo, predicted=ANSWERS[after])
    for layer, expected in zip(
        (pair.critical_areas, pair.predictions), (new.critical_areas, new.predictions), strict=True
    ):
        pd.testing.assert_frame_equal(layer.features, expected.features)
        assert layer.nshapes == expected.nshapes
        for shown, corners in zip(layer.data, expected.data, strict=True):
            np.testing.assert_allclose(shown, corners)
        for name in ("edge_color", "face_color", "edge_width", "shape_type"):
            np.testing.assert_array_equal(getattr(layer, name), getattr(expected, name), err_msg=name)
        assert list(np.atleast_1d(layer.text.values)) == list(np.atleast_1d(expected.text.values))
    assert len(shown_photo.layers) == 3


def test_an_image_that_was_moved_gets_new_layers(photo: Image, shown_photo: ViewerModel) -> None:
    first = show_in_layers(shown_photo, results_of(photo))
    photo.translate = (100, 200)
    second = show_in_layers(shown_photo, results_of(photo))
    assert first.predictions not in shown_photo.layers
    np.testing.assert_array_equal(second.predictions.translate, photo.translate)


def test_results_come_on_top_of_an_image_that_was_added_since(photo: Image, shown_photo: ViewerModel) -> None:
    show_in_layers(shown_photo, results_of(photo))
    above = shown_photo.add_image(np.zeros((40, 50)))
    pair = show_in_layers(shown_photo, results_of(photo))
    assert list(shown_photo.layers) == [photo, above, pair.predictions, pair.critical_areas]
    assert shown_photo.layers.selection.active is pair.critical_areas


def test_results_about_other_images_stay(photo: Image, rgb: np.ndarray, shown_photo: ViewerModel) -> None:
    other = Image(rgb, name="other", scale=photo.scale)
    shown_photo.add_layer(other)
    both = show_in_layers(shown_photo, results_of(photo, other))
    show_in_layers(shown_photo, results_of(photo))
    assert list(both.predictions.features["image"]) == ["other"]
    assert both.critical_areas.nshapes == 1
    assert sum(ResultMark.of_own(layer) is not None for layer in shown_photo.layers) == 4


def test_a_renamed_result_is_still_ours_and_a_namesake_is_not(photo: Image) -> None:
    pair = pair_of(photo)
    pair.predictions.name = "my results"
    assert ResultMark.of_own(pair.predictions) is not None
    assert ResultMark.of_own(Shapes(name="predictions")) is None
    assert ResultMark.of_own(Shapes(metadata={"rocks2net": "something else"})) is None


def test_results_that_a_person_gave_a_name_are_theirs_and_stay(
    photo: Image, shown_photo: ViewerModel
) -> None:
    first = show_in_layers(shown_photo, results_of(photo))
    first.predictions.name = "before cleaning"
    show_in_layers(shown_photo, results_of(photo))
    assert first.predictions in shown_photo.layers
    assert first.critical_areas not in shown_photo.layers
    assert len(shown_rows(shown_photo.layers)) == 1


def test_a_class_of_two_properties_has_the_colour_of_its_own(photo: Image) -> None:
    (plane,) = image_planes(photo)
    predicted = (prediction("basalt"), prediction("basalt", rock_property="genesis"))
    stored = {"lithology": {"basalt": "#ff0000"}, "genesis": {"basalt": "#00ff00"}}
    pair = build_result_pair([PlaneResult(plane, Predictions(predicted))], stored)
    for layer in (pair.critical_areas, pair.predictions):
        np.testing.assert_allclose(layer.edge_color, [(1, 0, 0, 1), (0, 1, 0, 1)])


def test_a_changed_line_changes_its_colour_and_text(photo: Image) -> None:
    pair = pair_of(photo, predicted=(prediction(), prediction(rock_property="genesis")))
    changed = replace(
        shown_rows([pair.predictions])[1], prediction=prediction("basalt", (1, 1, 9, 9), "genesis", 0.51)
    )
    for layer in (pair.critical_areas, pair.predictions):
        update_rows(layer, [changed])
        assert list(layer.features["label"]) == ["granite", "basalt"]
        assert not np.allclose(layer.edge_color[0], layer.edge_color[1])
    assert list(pair.critical_areas.text.values) == ["lithology: granite 93 %", "genesis: basalt 51 %"]
    assert pair.predictions.features["p_granite"][1] == pytest.approx(0.49)
    assert shown_rows([pair.predictions])[1] is changed


def test_a_removed_line_cannot_be_changed_and_the_others_keep_their_number(photo: Image) -> None:
    layer = pair_of(photo, predicted=(prediction(), prediction(rock_property="genesis"))).predictions
    rows = shown_rows([layer])
    layer.selected_data = {0}
    layer.remove_selected()
    assert shown_rows([layer]) == rows[1:]
    update_rows(layer, [replace(rows[0], prediction=prediction("basalt"))])
    update_rows(layer, [replace(rows[1], prediction=prediction(rock_property="genesis", probability=0.5))])
    assert list(layer.features["label"]) == ["granite"]
    assert list(layer.features["probability"]) == [0.5]


@pytest.mark.parametrize("selected", [set(), {0}])
def test_a_new_rectangle_gets_no_class(photo: Image, selected: set[int]) -> None:
    areas = pair_of(photo).critical_areas
    areas.selected_data = selected
    areas.add_rectangles(np.array([[5, 5], [9, 9]]))
    reset_foreign_shapes(areas)
    assert list(areas.features["label"]) == ["granite", UNCLASSIFIED]
    assert areas.features["label"].dtype == "category"
    assert list(areas.features["row"]) == [0, -1]
    assert np.isnan(areas.features["probability"][1])
    assert not np.allclose(areas.edge_color[0], areas.edge_color[1])


def test_result_layers_can_be_duplicated(photo: Image) -> None:
    data, state, _ = pair_of(photo).critical_areas.as_layer_data_tuple()
    assert ResultMark.of_own(Shapes(data, **deepcopy(state))) is None
