"""The two result layers: what they hold, where they lie, and what they leave alone."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Shapes

from napari_rocks2net.classify import CriticalArea, Prediction, Predictions
from napari_rocks2net.plugin.layers.image_planes import image_planes
from napari_rocks2net.plugin.layers.mark import ResultMark
from napari_rocks2net.plugin.layers.result_layers import (
    MAX_SHAPES_WITH_TEXT,
    ResultPair,
    build_result_pair,
    reset_foreign_shapes,
    show_result_pair,
    shown_rows,
    update_rows,
)
from napari_rocks2net.plugin.layers.result_table import UNCLASSIFIED, PlaneResult

GLOBAL = {"granite": 0.8, "basalt": 0.2}


def prediction(
    label: str = "granite",
    area: tuple[float, ...] | None = (2, 3, 20, 30),
    rock_property: str = "lithology",
    probability: float = 0.93,
) -> Prediction:
    chances = {name: probability if name == label else 1 - probability for name in ("granite", "basalt")}
    if area is None:
        return Prediction("matrix", label, probability, chances)
    return Prediction(rock_property, label, probability, chances, GLOBAL, chances, CriticalArea(*area))


def pair_of(*layers: Image, predicted: tuple[Prediction, ...] = (prediction(),)) -> ResultPair:
    planes = [plane for layer in layers for plane in image_planes(layer)]
    return build_result_pair([PlaneResult(plane, Predictions(predicted)) for plane in planes])


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


def test_a_class_has_its_colour_whatever_else_was_found(photo: Image) -> None:
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


def test_running_again_replaces_our_layers_and_leaves_all_others(photo: Image) -> None:
    viewer = ViewerModel()
    viewer.add_layer(photo)
    theirs = [viewer.add_shapes(name="critical areas"), viewer.add_points(name="predictions")]
    first, second = pair_of(photo), pair_of(photo)
    show_result_pair(viewer, first)
    copied = Shapes(first.critical_areas.data, metadata=deepcopy(first.critical_areas.metadata))
    viewer.add_layer(copied)
    show_result_pair(viewer, second)
    assert {first.critical_areas, first.predictions}.isdisjoint(viewer.layers)
    assert {second.critical_areas, second.predictions, photo, copied, *theirs} == set(viewer.layers)
    assert [layer.name for layer in theirs] == ["critical areas", "predictions"]


def test_results_about_other_images_stay(photo: Image, rgb: np.ndarray) -> None:
    viewer = ViewerModel()
    other = Image(rgb, name="other", scale=photo.scale)
    for image in (photo, other):
        viewer.add_layer(image)
    both, again = pair_of(photo, other), pair_of(photo)
    show_result_pair(viewer, both)
    show_result_pair(viewer, again)
    assert list(both.predictions.features["image"]) == ["other"]
    assert both.critical_areas.nshapes == 1
    assert sum(ResultMark.of_own(layer) is not None for layer in viewer.layers) == 4


def test_a_renamed_result_is_still_ours_and_a_namesake_is_not(photo: Image) -> None:
    pair = pair_of(photo)
    pair.predictions.name = "my results"
    assert ResultMark.of_own(pair.predictions) is not None
    assert ResultMark.of_own(Shapes(name="predictions")) is None
    assert ResultMark.of_own(Shapes(metadata={"rocks2net": "something else"})) is None


def test_results_that_a_person_gave_a_name_are_theirs_and_stay(photo: Image) -> None:
    viewer = ViewerModel()
    viewer.add_layer(photo)
    first, second = pair_of(photo), pair_of(photo)
    show_result_pair(viewer, first)
    first.predictions.name = "before cleaning"
    show_result_pair(viewer, second)
    assert first.predictions in viewer.layers
    assert first.critical_areas not in viewer.layers
    assert len(shown_rows(viewer.layers)) == 1


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
def test_a_drawn_rectangle_gets_no_class(photo: Image, selected: set[int]) -> None:
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
