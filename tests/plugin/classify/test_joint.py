"""A model of several properties in the viewer: one rectangle an image, a caption a property."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_rocks2net.classify import CriticalArea, RockClassifier
from napari_rocks2net.plugin import classify_layers
from napari_rocks2net.plugin.work.model_choice import ModelChoice, describe

SMALL = [[4.5, 9.5], [4.5, 39.5], [29.5, 39.5], [29.5, 9.5]]


@pytest.fixture(scope="module")
def joint(joint_model_path: Path) -> RockClassifier:
    return RockClassifier.load(joint_model_path, device="cpu")


@pytest.fixture
def shown(dark: np.ndarray, joint: RockClassifier, qtbot: Any) -> Any:
    viewer = ViewerModel()
    for name in ("photo", "other"):
        viewer.add_image(dark, name=name)
    return viewer, *classify_layers(viewer, ["photo", "other"], joint)


def move(layer: Any, corners: list[list[float]]) -> None:
    data = list(layer.data)
    data[0] = np.array(corners)
    layer.data = data


def test_each_image_has_one_rectangle_with_a_caption_for_every_property(shown: Any) -> None:
    _, areas, predictions = shown
    assert areas.nshapes == 2
    assert predictions.nshapes == 4
    assert list(predictions.features["property"]) == ["lithology", "matrix"] * 2
    for text in areas.text.values:
        assert [caption.split(": ")[0] for caption in text.split("\n")] == ["lithology", "matrix"]
    assert set(predictions.features["text"]) == {""}
    assert areas.text.size < 14, "several lines stay in view"


def test_moving_the_rectangle_changes_every_property_of_its_image(
    shown: Any, joint: RockClassifier, dark: np.ndarray, qtbot: Any
) -> None:
    viewer, areas, predictions = shown
    move(areas, SMALL)
    qtbot.waitUntil(lambda: areas.features["area by"][0] == "person")
    assert list(predictions.features["area by"]) == ["person"] * 2 + ["network"] * 2
    for row, expected in enumerate(joint.predict(dark, CriticalArea(5, 10, 30, 40)).values()):
        for name, probability in expected.probabilities.items():
            assert predictions.features[f"p_{name}"][row] == pytest.approx(probability, abs=1e-5)
        assert expected.label in viewer.status
    assert areas.text.values[0].count("\n") == 1


def test_taking_the_move_back_restores_every_property(shown: Any, qtbot: Any) -> None:
    _, areas, predictions = shown
    before, rectangle = predictions.features.copy(), areas.data[0].copy()
    move(areas, SMALL)
    qtbot.waitUntil(lambda: areas.features["area by"][0] == "person")
    areas.keymap[next(key for key in areas.keymap if "Z" in str(key))](areas)
    assert predictions.features.equals(before)
    np.testing.assert_allclose(areas.data[0], rectangle)


def test_it_is_offered_with_how_many_properties_it_names(joint_model_path: Path) -> None:
    added = ModelChoice().add(joint_model_path)
    assert ("joint (2 properties)", added) in ModelChoice().choices()
    assert "lithology (granite, Übergang fein, basalt); matrix (clay, basalt)." in describe(added)
