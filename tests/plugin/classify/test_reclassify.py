"""Moving or resizing a critical area classifies again with that area."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Shapes

from napari_rocks2net.plugin import classify_layers
from napari_rocks2net.plugin.classify.reclassify import AreaWatcher
from napari_rocks2net.plugin.classify.watched_areas import watch_areas
from napari_rocks2net.plugin.layers.result_layers import build_result_pair
from napari_rocks2net.plugin.layers.result_table import UNCLASSIFIED, PlaneResult


@pytest.fixture
def classifier(quick: Any) -> Any:
    return quick()


@pytest.fixture
def shown(dark: np.ndarray, classifier: Any, qtbot: Any) -> tuple[ViewerModel, Shapes, Shapes]:
    """A viewer with a dark photo whose bright quarter is not where the model looked."""
    viewer = ViewerModel()
    viewer.add_image(dark, name="photo", scale=(2, 2), translate=(100, 0))
    areas, predictions = classify_layers(viewer, ["photo"], classifier)
    assert predictions.features["label"][0] == "granite"
    return viewer, areas, predictions


def move(layer: Shapes, index: int, corners: list[list[float]]) -> None:
    """Move a shape as a drag does: the vertices, then one event."""
    data = list(layer.data)
    data[index] = np.array(corners, float)
    layer.data = data


BRIGHT = [[29.5, 39.5], [29.5, 79.5], [59.5, 79.5], [59.5, 39.5]]


def test_a_moved_rectangle_changes_class_probabilities_colour_and_text(shown: Any, qtbot: Any) -> None:
    _, areas, predictions = shown
    before = areas.edge_color[0].copy()
    move(areas, 0, BRIGHT)
    qtbot.waitUntil(lambda: areas.features["label"][0] == "basalt")
    assert areas.features["area by"][0] == "person"
    assert list(areas.text.values) == ["lithology: basalt 90 %"]
    assert not np.allclose(areas.edge_color[0], before)
    assert predictions.features["label"][0] == "basalt"
    assert predictions.features["p_basalt"][0] == pytest.approx(0.9)
    assert predictions.features["local_granite"][0] == pytest.approx(0.06)


def test_the_model_is_asked_for_exactly_the_rectangle_and_off_the_gui_thread(
    shown: Any, classifier: Any, qtbot: Any
) -> None:
    _, areas, _ = shown
    classifier.threads.clear()
    move(areas, 0, BRIGHT)
    qtbot.waitUntil(lambda: areas.features["label"][0] == "basalt")
    assert classifier.given_areas[-1].box == (30, 40, 60, 80)
    assert threading.get_ident() not in classifier.threads


def test_a_drag_in_many_steps_asks_once(shown: Any, classifier: Any, qtbot: Any) -> None:
    _, areas, _ = shown
    count = len(classifier.given_areas)
    for step in range(10):
        move(areas, 0, (np.array(BRIGHT) - 10 + step).tolist())
    move(areas, 0, BRIGHT)
    qtbot.waitUntil(lambda: areas.features["label"][0] == "basalt")
    qtbot.wait(500)
    assert len(classifier.given_areas) == count + 1


def test_a_rectangle_that_sticks_out_or_is_turned_is_put_upright_inside(shown: Any, qtbot: Any) -> None:
    _, areas, _ = shown
    move(areas, 0, [[45, 30], [80, 60], [45, 90], [10, 60]])
    areas.selected_data = {0}
    qtbot.waitUntil(lambda: areas.features["area by"][0] == "person")
    np.testing.assert_allclose(areas.data[0], [[10, 30], [10, 79.5], [59.5, 79.5], [59.5, 30]])
    assert areas.selected_data == {0}


def test_a_rectangle_beside_the_image_is_put_back(shown: Any, qtbot: Any) -> None:
    viewer, areas, _ = shown
    before = areas.data[0].copy()
    move(areas, 0, [[-50, -50], [-50, -20], [-20, -20], [-20, -50]])
    qtbot.waitUntil(lambda: np.allclose(areas.data[0], before))
    assert "outside of 'photo'" in viewer.status
    assert areas.features["area by"][0] == "network"


def test_undo_takes_back_one_change_after_another(shown: Any, qtbot: Any) -> None:
    viewer, areas, predictions = shown
    before = areas.data[0].copy()
    undo = next(callback for key, callback in areas.keymap.items() if str(key) in ("Ctrl+Z", "Meta+Z"))
    move(areas, 0, BRIGHT)
    qtbot.waitUntil(lambda: areas.features["label"][0] == "basalt")
    undo(areas)
    np.testing.assert_allclose(areas.data[0], before)
    assert areas.features["label"][0] == predictions.features["label"][0] == "granite"
    assert areas.features["area by"][0] == "network"
    undo(areas)
    assert "no change" in viewer.status
    qtbot.wait(500)
    assert areas.features["area by"][0] == "network"


def test_a_deleted_outline_of_a_prediction_comes_back_with_its_answer(shown: Any, qtbot: Any) -> None:
    viewer, areas, predictions = shown
    before, answer = predictions.data[0].copy(), predictions.features.iloc[0].astype(str).tolist()
    undo = next(callback for key, callback in predictions.keymap.items() if str(key) in ("Ctrl+Z", "Meta+Z"))
    predictions.selected_data = {0}
    predictions.remove_selected()
    assert not predictions.nshapes
    assert "Ctrl+Z" in viewer.status
    undo(predictions)
    np.testing.assert_allclose(predictions.data[0], before)
    assert predictions.features.iloc[0].astype(str).tolist() == answer
    move(areas, 0, BRIGHT)
    qtbot.waitUntil(lambda: predictions.features["label"][0] == "basalt")
    undo(predictions)
    assert "no deleted outline" in viewer.status


def test_after_another_run_in_the_same_layers_changes_are_answered_by_its_model(
    shown: Any, quick: Any, qtbot: Any
) -> None:
    viewer, areas, _ = shown
    move(areas, 0, BRIGHT)
    qtbot.waitUntil(lambda: areas.features["area by"][0] == "person")
    other = quick()
    assert classify_layers(viewer, ["photo"], other)[0] is areas
    assert areas.features["area by"][0] == "network"
    qtbot.wait(500)
    assert len(other.given_areas) == 1, "the new places are the model's, not a person's"
    undo = next(callback for key, callback in areas.keymap.items() if str(key) in ("Ctrl+Z", "Meta+Z"))
    undo(areas)
    assert "no change" in viewer.status
    move(areas, 0, BRIGHT)
    qtbot.waitUntil(lambda: areas.features["label"][0] == "basalt")
    assert other.given_areas[-1].box == (30, 40, 60, 80)
    undo(areas)
    assert areas.features["label"][0] == "granite"


def test_a_new_rectangle_stays_without_a_class(shown: Any, classifier: Any, qtbot: Any) -> None:
    viewer, areas, _ = shown
    count = len(classifier.given_areas)
    areas.add_rectangles(np.array([[5, 5], [9, 9]]))
    qtbot.waitUntil(lambda: "no class" in viewer.status)
    assert list(areas.features["label"]) == ["granite", UNCLASSIFIED]
    assert len(classifier.given_areas) == count


def test_after_removing_one_rectangle_the_others_still_answer(
    dark: np.ndarray, quick: Any, quick_set: Callable[..., Any], qtbot: Any
) -> None:
    viewer = ViewerModel()
    viewer.add_image(dark, name="photo")
    areas, predictions = classify_layers(viewer, ["photo"], quick_set(quick("first"), quick("second")))
    areas.selected_data = {0}
    areas.remove_selected()
    move(areas, 0, BRIGHT)
    qtbot.waitUntil(lambda: areas.features["label"][0] == "basalt")
    assert list(predictions.features["label"]) == ["granite", "basalt"]


def test_an_error_puts_the_rectangle_back_and_says_why(
    shown: Any, classifier: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, areas, _ = shown
    before = areas.data[0].copy()

    def fail(*args: Any, **names: Any) -> None:
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(classifier.quick_model, "predict_rgb", fail)
    move(areas, 0, BRIGHT)
    qtbot.waitUntil(lambda: "CUDA out of memory" in viewer.status)
    np.testing.assert_allclose(areas.data[0], before)


def watched(viewer: ViewerModel, dark: np.ndarray, classifier: Any) -> tuple[Shapes, AreaWatcher]:
    from napari_rocks2net.plugin.layers.image_planes import image_planes

    (plane,) = image_planes(viewer.add_image(dark, name="photo"))
    pair = build_result_pair([PlaneResult(plane, classifier.predict(dark))])
    viewer.add_layer(pair.critical_areas)
    return pair.critical_areas, watch_areas(viewer, pair, classifier)


def test_removing_the_layer_stops_its_job(dark: np.ndarray, quick: Any, qtbot: Any) -> None:
    viewer, slow = ViewerModel(), quick(seconds=0.3)
    areas, watcher = watched(viewer, dark, slow)
    move(areas, 0, BRIGHT)
    qtbot.waitUntil(lambda: watcher.running)
    viewer.layers.remove(areas)
    assert not watcher.running
    qtbot.wait(500)
    assert areas.features["area by"][0] == "network"


def test_only_the_last_of_two_quick_moves_counts(dark: np.ndarray, quick: Any, qtbot: Any) -> None:
    viewer, slow = ViewerModel(), quick(seconds=0.3)
    areas, watcher = watched(viewer, dark, slow)
    move(areas, 0, BRIGHT)
    qtbot.waitUntil(lambda: watcher.running)
    move(areas, 0, [[4.5, 4.5], [4.5, 19.5], [19.5, 19.5], [19.5, 4.5]])
    qtbot.waitUntil(lambda: areas.features["area by"][0] == "person")
    qtbot.waitUntil(lambda: not watcher.running)
    qtbot.wait(400)
    assert areas.features["label"][0] == "granite"
    assert slow.given_areas[-1].box == (5, 5, 20, 20)


def test_areas_in_the_world_are_brought_back_to_their_own_image(
    dark: np.ndarray, classifier: Any, qtbot: Any
) -> None:
    viewer = ViewerModel()
    viewer.add_image(dark, name="a", scale=(1e-6, 1e-6))
    turned = viewer.add_image(dark, name="b", scale=(2e-6, 2e-6), rotate=30, translate=(0, 1e-3))
    areas, _ = classify_layers(viewer, ["a", "b"], classifier)
    move(areas, 1, [list(turned.data_to_world(corner)) for corner in BRIGHT])
    qtbot.waitUntil(lambda: areas.features["label"][1] == "basalt")
    np.testing.assert_allclose(classifier.given_areas[-1].box, (30, 40, 60, 80), atol=0.01)
    assert areas.features["area by"][0] == "network"
