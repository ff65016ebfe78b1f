"""What is drawn belongs to the photo that a person sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from qtpy.QtCore import QPoint, Qt

from napari_rocks2net.classify import CriticalArea
from napari_rocks2net.explain import EvidenceMap
from napari_rocks2net.iteration import run_to_end
from napari_rocks2net.plugin import classify_layers
from napari_rocks2net.plugin.classify.classification import classify_planes, planes_of, show_results
from napari_rocks2net.plugin.commands import open_classify_widget
from napari_rocks2net.plugin.layers.caption_overlay import caption_of
from napari_rocks2net.plugin.layers.evidence_layer import show_evidence_layer
from napari_rocks2net.plugin.layers.field_views import pair_layers, set_stage_axis
from napari_rocks2net.plugin.layers.mark import OPENED_IMAGE, ImageMark
from napari_rocks2net.plugin.layers.result_table import shown_rows
from napari_rocks2net.plugin.layers.seen_images import seen_images, show_image
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.model_choice import ModelChoice, trained_on
from napari_rocks2net.views import View

WHOLE = CriticalArea(0, 0, 60, 80)


@pytest.fixture
def shown(viewer: Any, dark: np.ndarray, quick: Any) -> Any:
    """Three photos on one another, of which the topmost is not classified and hidden."""
    for name, picture in (("lower", dark), ("upper", 255 - dark), ("unclassified", dark)):
        viewer.add_image(picture, name=name)
    viewer.layers["unclassified"].visible = False
    areas, predictions = classify_layers(viewer, ["lower", "upper"], quick())
    return viewer, areas, predictions


def seen_regions(layer: Any) -> list[str]:
    """The images whose shapes are not transparent."""
    return layer.features["image"][layer.edge_color[:, 3] > 0].tolist()


def captioned(viewer: Any) -> list[str]:
    names = ("lower", "upper", "unclassified")
    return [name for name in names if name in viewer.layers and caption_of(viewer.layers[name])]


def test_only_the_results_of_the_top_photo_are_shown(shown: Any) -> None:
    viewer, *layers = shown
    for hidden, name in ((None, "upper"), ("upper", "lower")):
        if hidden:
            viewer.layers[hidden].visible = False
        assert [seen_regions(layer) for layer in layers] == [[name]] * 2
        assert captioned(viewer) == [name]
    assert caption_of(viewer.layers["lower"]) == "lithology: granite 90 %"


def test_the_answer_to_a_field_is_seen_over_each_of_its_views(
    layers: Any, dark: np.ndarray, real_classifier: Any
) -> None:
    for name in ("upper", "lower", "unclassified"):
        layers.add_image(dark, name=name)
    first, second, other = layers.layers
    pair_layers({first: View("", "PPL"), second: View("", "XPL", 15.0)})
    results = classify_layers(layers, [first, second], real_classifier)
    for seen, captions in ((second, ["lower"]), (first, ["upper"]), (other, [])):
        for layer in (first, second, other):
            layer.visible = layer is seen
        assert [seen_regions(layer) for layer in results] == [["upper"] if captions else []] * 2
        assert captioned(layers) == captions
    layers.layers.remove(other)
    first.visible = True
    assert "(the mean of 2 views)" in caption_of(first)
    layers.canvas.grid.enabled = second.visible = True
    assert captioned(layers) == ["upper"]


def test_the_answer_to_a_stack_is_shown_at_every_stage_angle(
    layers: Any, dark: np.ndarray, real_classifier: Any
) -> None:
    stack = layers.add_image(np.stack([dark, dark, dark]), name="stack", rgb=True)
    set_stage_axis(stack, 15)
    classify_layers(layers, [stack], real_classifier)
    for step in range(3):
        layers.dims.set_current_step(0, step)
        assert "(the mean of 3 views)" in caption_of(stack)


def test_no_results_are_shown_over_an_unclassified_photo(shown: Any) -> None:
    viewer, *layers = shown
    viewer.layers["unclassified"].visible = True
    assert [seen_regions(layer) for layer in layers] == [[], []]
    assert captioned(viewer) == []
    viewer.layers["unclassified"].opacity = 0.5
    viewer.layers.selection = {viewer.layers["upper"]}
    assert [image.name for image in seen_images(viewer)] == ["upper"], "the selected one shows through"


def test_no_answer_is_shown_for_the_next_photo_of_our_layer(
    layers: Any, dark: np.ndarray, quick: Any
) -> None:
    photo = layers.add_image(dark, name="first.png")
    ImageMark(kind=OPENED_IMAGE, file="first.png").write(photo)
    results = classify_layers(layers, [photo], quick())
    [row] = shown_rows(layers.layers)
    cells = dark[:2, :2, 0] / np.float32(255)
    evidence_map = EvidenceMap("lithology", "granite", "global", cells, WHOLE, dark.shape[:2], 0.0, "")
    evidence = show_evidence_layer(layers, row.plane, evidence_map, row)
    for name, visible in (("second.png", False), ("first.png", True)):
        photo.data, photo.name = 255 - photo.data, name
        ImageMark(kind=OPENED_IMAGE, file=name).write(photo)
        assert [bool(seen_regions(layer)) for layer in results] == [visible] * 2
        assert bool(caption_of(photo)) == visible
        assert evidence.visible == visible


def test_photos_side_by_side_have_all_their_results(layers: Any, dark: np.ndarray, quick: Any) -> None:
    layers.add_image(dark, name="left")
    layers.add_image(dark, name="right", translate=(0, 80))
    areas, _ = classify_layers(layers, ["left", "right"], quick())
    assert seen_regions(areas) == ["left", "right"]


def test_more_photos_are_classified_in_3_d_display(layers: Any, dark: np.ndarray, quick: Any) -> None:
    layers.add_image(dark, name="one")
    classify_layers(layers, ["one"], quick())
    layers.dims.ndisplay = 3
    layers.add_image(dark, name="two", translate=(0, 100))
    areas, predictions = classify_layers(layers, ["one", "two"], quick())
    assert (areas.nshapes, predictions.nshapes) == (2, 2)


def test_in_grid_view_each_photo_has_its_own_on_its_tile(shown: Any) -> None:
    viewer, areas, predictions = shown
    viewer.canvas.grid.enabled = True
    assert captioned(viewer) == ["lower", "upper"]
    assert not areas.visible, "a tile without a photo"
    viewer.canvas.grid.enabled = False
    assert areas.visible
    assert predictions.visible
    assert captioned(viewer) == ["upper"]


def test_a_photo_that_is_not_seen_keeps_its_rectangle_where_it_is(shown: Any) -> None:
    _, areas, _ = shown
    areas.selected_data = {0, 1}
    assert areas.selected_data == {1}


def test_a_click_on_an_answer_shows_its_photo(shown: Any, qtbot: Any) -> None:
    viewer, areas, _ = shown
    viewer.layers["unclassified"].visible = True
    widget = open_classify_widget(viewer)
    widget.tabs.setCurrentWidget(widget.answers)
    tree = widget.answers.predictions
    line = tree.topLevelItem(0).child(0)
    tree.scrollToItem(line)
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualItemRect(line).center())
    assert seen_regions(areas) == ["lower"]
    assert [image.name for image in seen_images(viewer)] == ["lower"]


def test_a_real_drag_moves_the_rectangle_and_is_one_step_to_take_back(shown: Any, qtbot: Any) -> None:
    viewer, areas, predictions = shown
    viewer.layers.selection = {areas}
    assert areas.mode == "select"
    viewer.fit_to_view()
    qtbot.wait(200)
    before, label = areas.data[1].copy(), predictions.features["label"][1]
    canvas = getattr(viewer, "__wrapped__", viewer).window._qt_viewer.canvas
    to_canvas = canvas.layer_to_visual[areas].node.get_transform("visual", "canvas")
    middle = to_canvas.map(before.mean(axis=0)[::-1])
    start = QPoint(int(middle[0] / middle[3]), int(middle[1] / middle[3]))
    qtbot.mousePress(canvas.native, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 9):
        qtbot.mouseMove(canvas.native, pos=start + QPoint(4 * step, 3 * step))
        qtbot.wait(100)
    qtbot.mouseRelease(canvas.native, Qt.MouseButton.LeftButton, pos=start + QPoint(32, 24))
    qtbot.waitUntil(lambda: areas.features["area by"][1] == "person")
    assert not np.allclose(areas.data[1], before)
    qtbot.keyClick(canvas.native, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_allclose(areas.data[1], before, atol=0.01)
    assert (areas.features["area by"][1], predictions.features["label"][1]) == ("network", label)


def test_a_deleted_rectangle_comes_back_with_its_answer(shown: Any) -> None:
    _, areas, predictions = shown
    before, features = areas.data[1].copy(), areas.features.iloc[1].tolist()
    undo = next(callback for key, callback in areas.keymap.items() if str(key) in ("Ctrl+Z", "Meta+Z"))
    areas.selected_data = {1}
    areas.remove_selected()
    assert areas.nshapes == 1
    undo(areas)
    assert areas.nshapes == 2
    np.testing.assert_allclose(areas.data[1], before)
    assert areas.features.iloc[1].tolist() == features
    assert list(predictions.features["label"]) == ["granite", "basalt"]
    assert seen_regions(areas) == ["upper"]


def test_captions_and_status_go_with_the_layers(
    viewer: Any, dark: np.ndarray, quick: Any, qtbot: Any
) -> None:
    viewer.add_image(dark, name="lower")
    widget = open_classify_widget(viewer)
    classifier = quick()
    object.__setattr__(widget.setup, "loader", lambda: lambda: classifier)
    widget.setup.models.value = ["five_properties"]
    widget.classify()
    qtbot.waitUntil(lambda: not widget.running)
    assert caption_of(viewer.layers["lower"])
    assert "It has seen no real rock" in widget.answers.origin.text()
    for name in ("critical areas", "predictions"):
        viewer.layers.remove(name)
    assert not caption_of(viewer.layers["lower"])
    assert "Classified" not in widget.status.text()
    assert not widget.answers.origin.text()


def test_the_features_table_is_that_of_the_predictions(shown: Any) -> None:
    viewer, _, predictions = shown
    viewer.layers.selection = {viewer.layers["lower"]}
    open_classify_widget(viewer).open_features_table()
    assert viewer.layers.selection.active == predictions


@pytest.mark.parametrize("which", [1, 2])
def test_saved_predictions_keep_classes_and_probabilities(shown: Any, tmp_path: Path, which: int) -> None:
    path = tmp_path / "results.csv"
    shown[which].save(str(path), plugin="napari-rocks2net")
    table = pd.read_csv(path)
    assert table["label"].tolist() == ["granite", "basalt"]
    assert table["p_granite"].tolist() == pytest.approx([0.9, 0.06], abs=0.05)
    assert table[["area_y0", "area_x0", "area_y1", "area_x1"]].to_numpy().tolist() == [[0, 0, 30, 40]] * 2


def test_the_built_in_model_says_what_it_was_trained_on() -> None:
    line = trained_on("five_properties")
    assert line.startswith("five_properties: Trained on synthetic thin sections")
    assert line.endswith("It has seen no real rock: on real photos it is a demonstration only.")
    assert "\n" not in line


@pytest.mark.parametrize("path", ["/lost/share/model.safetensors", "/" + "x" * 5000, "a\0b.safetensors"])
def test_a_remembered_path_that_has_gone_bad_keeps_nothing_from_opening(path: str) -> None:
    preferences.remember(preferences.MODEL_FILES, [path])
    preferences.remember_folder(preferences.MODEL_FOLDER, Path(path))
    assert [model for _, model in ModelChoice().choices()] == ["five_properties"]
    assert preferences.remembered_folder(preferences.MODEL_FOLDER) == Path.home()


def test_an_answer_is_not_shown_over_other_pixels_that_its_layer_was_given(
    shown: Any, dark: np.ndarray
) -> None:
    viewer, *layers = shown
    upper = viewer.layers["upper"]
    answered = upper.data
    upper.data = dark
    assert captioned(viewer) == []
    assert [seen_regions(layer) for layer in layers] == [[]] * 2
    upper.data = answered
    assert captioned(viewer) == ["upper"]
    assert [seen_regions(layer) for layer in layers] == [["upper"]] * 2


def test_an_answer_to_pixels_that_were_replaced_meanwhile_is_not_shown_over_the_new_ones(
    viewer: Any, dark: np.ndarray, quick: Any
) -> None:
    layer = viewer.add_image(dark, name="upper")
    planes = planes_of(viewer, [layer])
    layer.data = 255 - dark
    show_results(viewer, run_to_end(classify_planes(quick(), planes)))
    assert captioned(viewer) == []


def test_of_linked_photos_the_one_that_is_asked_for_is_seen(shown: Any) -> None:
    viewer, *_ = shown
    photos = [viewer.layers[name] for name in ("lower", "upper", "unclassified")]
    viewer.layers.link_layers(photos)
    for asked in (photos[0], photos[2], photos[1], photos[0]):
        show_image(viewer, str(asked.unique_id))
        assert seen_images(viewer) == [asked]
        assert captioned(viewer) == [asked.name] * (asked.name != "unclassified")


def test_evidence_about_pixels_that_were_replaced_meanwhile_is_hidden(
    layers: Any, dark: np.ndarray, quick: Any
) -> None:
    photo = layers.add_image(dark, name="photo")
    classify_layers(layers, [photo], quick())
    [row] = shown_rows(layers.layers)
    cells = dark[:2, :2, 0] / np.float32(255)
    evidence_map = EvidenceMap("lithology", "granite", "global", cells, WHOLE, dark.shape[:2], 0.0, "")
    photo.data = 255 - dark
    evidence = show_evidence_layer(layers, row.plane, evidence_map, row)
    assert not evidence.visible
    photo.data = dark
    assert evidence.visible
