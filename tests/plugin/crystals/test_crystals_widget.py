from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from napari.utils.colormaps import DirectLabelColormap
from qtpy.QtCore import Qt

from napari_rocks2net.crystals.segmentation_jobs import segment_built_in
from napari_rocks2net.crystals.synthetic import SemImage, draw_sem_image
from napari_rocks2net.iteration import Steps
from napari_rocks2net.pixel_scale import PixelSize
from napari_rocks2net.plugin.crystals.crystal_layers import is_made_by_us
from napari_rocks2net.plugin.crystals.features import features_by_label, manual_classes, write_features
from napari_rocks2net.plugin.layers.mark import CRYSTALS, CRYSTALS_PREVIEW, SCALE_BAR, SELECTED_CRYSTALS
from napari_rocks2net.plugin.work import preferences, questions

PATIENCE = 180_000
TOOLS = (CRYSTALS_PREVIEW, SELECTED_CRYSTALS, SCALE_BAR)
QUICK = {"size": 30, "levels": 3}


def texts(widget: Any) -> str:
    return widget.status.text()


def finish(qtbot: Any, widget: Any) -> None:
    qtbot.waitUntil(lambda: not widget.running, timeout=PATIENCE)


@pytest.fixture
def labelled(viewer: Any, squares: np.ndarray) -> Any:
    """Squares on their image, in a viewer."""
    viewer.add_image(squares * 9.0, name="sem")
    return viewer.add_labels(squares, name="mine")


def test_it_segments_measures_and_fills_the_features(
    qtbot: Any, viewer: Any, sem_image: SemImage, open_widget: Any
) -> None:
    image = viewer.add_image(sem_image.image, name="sem", scale=(0.02, 0.02), units=("um", "um"))
    widget = open_widget()
    page = widget.segmenting.page
    qtbot.waitUntil(lambda: "lower 16" in page.scale.crop.text(), timeout=PATIENCE)
    assert page.scale.micrometres == pytest.approx(0.02)
    page.built_in.set_values(QUICK)
    qtbot.mouseClick(page.segment, Qt.MouseButton.LeftButton)
    assert widget.running
    finish(qtbot, widget)
    (crystals,) = (layer for layer in viewer.layers if is_made_by_us(layer, CRYSTALS))
    assert f"{crystals.data.max()} crystals" in texts(widget)
    np.testing.assert_allclose(crystals.scale, image.scale)
    assert widget.crystals.layer is crystals
    qtbot.mouseClick(widget.measure_page.measure, Qt.MouseButton.LeftButton)
    finish(qtbot, widget)
    assert len(crystals.features) == crystals.data.max()
    assert "µm" in widget.measure_page.summary.text()
    assert not widget.measure_page.plots[0].isHidden()


def test_a_region_over_most_of_the_image_is_doubted(qtbot: Any, viewer: Any, open_widget: Any) -> None:
    y, x = np.ogrid[-120:120, -120:120]
    viewer.add_image(np.where(y**2 + x**2 < 100**2, 200, 20).astype(np.uint8))
    widget = open_widget()
    widget.segmenting.segment()
    finish(qtbot, widget)
    assert "give the size of a typical one" in texts(widget)


def test_cancel_leaves_the_viewer_as_it_is(viewer: Any, sem_image: SemImage, open_widget: Any) -> None:
    viewer.add_image(sem_image.image)
    widget = open_widget()
    widget.segmenting.segment()
    assert widget.running
    widget.jobs.cancel_button.click()
    assert not widget.running
    assert "Cancelled" in texts(widget)
    assert len(viewer.layers) == 1


def test_without_an_image_it_says_what_to_do(open_widget: Any) -> None:
    widget = open_widget()
    widget.segmenting.segment()
    assert "Open an SEM image" in texts(widget)
    widget.measure()
    assert "no crystals yet" in texts(widget)


def test_an_image_that_is_none_is_reported(qtbot: Any, viewer: Any, open_widget: Any) -> None:
    viewer.add_image(np.zeros((4, 40)))
    widget = open_widget()
    widget.segmenting.segment()
    finish(qtbot, widget)
    assert "4 x 40" in texts(widget)


def test_sam_without_a_checkpoint_says_how_to_get_it(
    viewer: Any, sem_image: SemImage, open_widget: Any
) -> None:
    viewer.add_image(sem_image.image)
    widget = open_widget()
    widget.segmenting.page.source.setCurrentIndex(1)
    widget.segmenting.segment()
    assert "napari-rocks2net[sam]" in texts(widget)


def test_crystals_are_named_by_key_shown_and_taken_back(viewer: Any, labelled: Any, open_widget: Any) -> None:
    widget = open_widget()
    step = widget.classifying
    step.page.picking.setChecked(True)
    step.picker.select(1, 7)
    step.name_selected(2)
    assert manual_classes(labelled) == {1: "polyhedral", 7: "polyhedral"}
    assert step.page.table.item(1, 2).text() == "2"
    assert step.page.table.item(1, 5).text() == "100.0"
    assert "2 named crystals in 1 image" in step.page.basis.text()
    step.page.undo.click()
    assert manual_classes(labelled) == {}
    step.name_selected(9)
    assert manual_classes(labelled) == {}, "there is no ninth class"
    step.page.picking.setChecked(False)
    assert not any(is_made_by_us(layer, *TOOLS) for layer in viewer.layers)


def test_a_class_is_renamed_in_the_table_and_remembered(labelled: Any, open_widget: Any) -> None:
    widget = open_widget()
    step = widget.classifying
    step.page.picking.setChecked(True)
    step.picker.select(1)
    step.name_selected(4)
    step.page.table.item(3, 1).setText("rounded")
    assert manual_classes(labelled) == {1: "rounded"}
    step.page.table.item(3, 1).setText("rhombic")
    assert "already" in texts(widget)
    assert preferences.remembered_list(preferences.CRYSTAL_CLASSES)[-1] == "rounded"


def test_it_classifies_with_a_chosen_model_and_counts(
    qtbot: Any, labelled: Any, open_widget: Any, quick_classifier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = open_widget()
    step = widget.classifying
    step.classify()
    assert "No model is chosen" in texts(widget)
    step.page.show_models([("quick", "quick")])
    monkeypatch.setattr(step.models, "loader", lambda *_: lambda: quick_classifier)
    step.page.classify.click()
    finish(qtbot, widget)
    assert features_by_label(labelled)["class"].notna().all()
    assert step.page.table.item(0, 3).text() == "2"
    assert step.page.table.item(0, 4).text() == "50.0"
    assert isinstance(labelled.colormap, DirectLabelColormap)
    step.page.colour.setCurrentText("crystal")
    assert not isinstance(labelled.colormap, DirectLabelColormap)


def test_a_new_model_is_chosen_and_classified_with(
    labelled: Any, open_widget: Any, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, asked = open_widget().classifying, []
    monkeypatch.setattr(step, "classify", lambda: asked.append(step.page.chosen_model))
    step.use_model(model_path)
    assert asked == [str(model_path)]
    assert step.page.classify.isEnabled()


def test_training_without_names_says_what_is_missing(labelled: Any, open_widget: Any) -> None:
    widget = open_widget()
    widget.classifying.page.train.click()
    assert "Name some crystals" in widget.classifying.page.outcome.text()


def test_training_on_one_class_is_refused_in_words(qtbot: Any, labelled: Any, open_widget: Any) -> None:
    widget = open_widget()
    widget.classifying.hand.give(labelled, [1, 2], "rhombic")
    widget.classifying.page.train.click()
    qtbot.waitUntil(lambda: not widget.classifying.training.job.alive, timeout=PATIENCE)
    assert "another class" in widget.classifying.page.outcome.text()


def test_a_line_over_the_scale_bar_is_a_layer_of_ours_until_it_is_used(
    qtbot: Any, viewer: Any, sem_image: SemImage, open_widget: Any
) -> None:
    image = viewer.add_image(sem_image.image)
    widget = open_widget()
    scale = widget.segmenting.page.scale
    qtbot.waitUntil(lambda: "lower" in scale.crop.text(), timeout=PATIENCE)
    scale.from_bar.setChecked(True)
    (bar,) = (layer for layer in viewer.layers if is_made_by_us(layer, SCALE_BAR))
    assert bar.mode == "add_line"
    bar.add_lines(np.array([[170.0, 20.0], [170.0, 120.0]]))
    scale.bar_length.setValue(2)
    scale.use.click()
    assert scale.micrometres == pytest.approx(0.02)
    assert list(viewer.layers) == [image]
    assert image.scale.tolist() == [1, 1], "the image is changed only when a person asks for it"
    scale.apply.click()
    assert image.scale.tolist() == pytest.approx([0.02, 0.02])
    assert str(image.units[0]) == "micrometer"


def test_files_are_written_and_replaced_only_when_the_person_agrees(
    qtbot: Any, labelled: Any, open_widget: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = open_widget()
    widget.measure()
    finish(qtbot, widget)
    widget.save_into(tmp_path)
    finish(qtbot, widget)
    written = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert {f"mine_{end}" for end in ("labels.tif", "crystals.csv", "overlay.png")} <= written
    assert {"mine_histograms.png", "mine_rose.png"} <= written
    assert pd.read_csv(tmp_path / "mine_crystals.csv")["label"].tolist() == [1, 2, 3, 7]
    (tmp_path / "mine_rose.png").write_bytes(b"mine")
    monkeypatch.setattr(questions, "confirm", lambda *_: False)
    widget.save_into(tmp_path)
    assert not widget.running
    assert (tmp_path / "mine_rose.png").read_bytes() == b"mine"


def test_saved_classes_have_a_table_of_their_shares(
    qtbot: Any, labelled: Any, open_widget: Any, tmp_path: Path
) -> None:
    widget = open_widget()
    widget.measure()
    finish(qtbot, widget)
    columns = {"class": ["rhombic", "rhombic", "spherical", ""], "p_rhombic": [0.9, 0.8, 0.1, None]}
    table = pd.DataFrame(columns, index=pd.Index([1, 2, 3, 7]))
    write_features(widget.crystals.layer, "classify", table)
    widget.save_into(tmp_path)
    finish(qtbot, widget)
    shares = pd.read_csv(tmp_path / "mine_classes.csv")
    assert dict(zip(shares["class"], shares["count"], strict=True)) == {"rhombic": 2, "spherical": 1}
    assert texts(widget).startswith("6 files"), "with the table of the classes"


def test_settings_are_remembered_and_broken_ones_do_no_harm(open_widget: Any, viewer: Any) -> None:
    widget = open_widget()
    widget.segmenting.page.built_in.fields["splitting"].value = 0.9
    viewer.window.remove_dock_widget(widget)
    again = open_widget()
    assert again.segmenting.page.built_in.fields["splitting"].value == pytest.approx(0.9)
    preferences.remember(preferences.CRYSTAL_SETTINGS, {"built_in": {"size": "large"}, "sam": 3})
    viewer.window.remove_dock_widget(again)
    open_widget()


def test_a_closed_widget_leaves_nothing_of_its_tools_behind(
    viewer: Any, labelled: Any, open_widget: Any
) -> None:
    widget = open_widget()
    widget.segmenting.page.scale.from_bar.setChecked(True)
    widget.classifying.page.picking.setChecked(True)
    widget.segmenting.segment()
    widget.close_jobs()
    assert not widget.running
    assert not any(is_made_by_us(layer, *TOOLS) for layer in viewer.layers)
    assert not labelled.keymap
    viewer.add_image(np.zeros((20, 20)))


def test_choosing_an_image_turns_to_its_crystals(viewer: Any, squares: np.ndarray, open_widget: Any) -> None:
    from napari_rocks2net.plugin.crystals.crystal_layers import show_crystals
    from napari_rocks2net.plugin.layers.image_planes import image_plane

    one, two = (viewer.add_image(squares * 9.0, name=name) for name in ("one", "two"))
    of_one, of_two = (show_crystals(viewer, image_plane(image), squares) for image in (one, two))
    widget = open_widget()
    widget.image.choose(one)
    assert widget.crystals.layer is of_one
    widget.crystals.choose(of_two)
    assert widget.image.layer == two


def test_the_pixel_size_that_was_typed_belongs_to_its_image(
    qtbot: Any, viewer: Any, sem_image: SemImage, open_widget: Any
) -> None:
    one, two = (viewer.add_image(sem_image.image, name=name) for name in ("one", "two"))
    widget = open_widget()
    scale = widget.segmenting.page.scale
    qtbot.waitUntil(lambda: "lower" in scale.crop.text(), timeout=PATIENCE)
    scale.side.setValue(0.5)
    widget.image.choose(one)
    qtbot.waitUntil(lambda: "lower" in scale.crop.text(), timeout=PATIENCE)
    assert scale.pixel_size is None
    widget.image.choose(two)
    qtbot.waitUntil(lambda: scale.pixel_size == PixelSize(0.5, "typed"), timeout=PATIENCE)


def test_each_plane_and_each_picture_of_a_layer_is_segmented_by_its_own_size(
    qtbot: Any, viewer: Any, open_widget: Any
) -> None:
    small, large = (
        draw_sem_image((160, 200), diameter=side, coverage=0.5, seed=3).image for side in (15, 45)
    )
    image = viewer.add_image(np.stack([small, large]), name="sem")
    widget = open_widget()
    step, page = widget.segmenting, widget.segmenting.page

    def segmented(picture: np.ndarray, plane: int) -> None:
        viewer.dims.set_point(0, plane)
        step.segment()
        finish(qtbot, widget)
        expected = Steps(segment_built_in(lambda: picture, page.settings(), None, None))
        list(expected)
        labels = widget.crystals.layer
        np.testing.assert_array_equal(np.squeeze(labels.data), expected.result.labels)

    segmented(small, 0)
    segmented(large, 1)
    image.data = np.stack([large, small])
    segmented(large, 0)


def test_crystals_of_a_picture_that_was_replaced_meanwhile_are_not_shown(
    qtbot: Any, viewer: Any, sem_image: SemImage, open_widget: Any
) -> None:
    image = viewer.add_image(sem_image.image, name="sem")
    widget = open_widget()
    widget.segmenting.segment()
    image.data = np.flipud(sem_image.image)
    finish(qtbot, widget)
    assert len(viewer.layers) == 1
    assert "another picture" in texts(widget)
