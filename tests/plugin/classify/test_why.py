"""Asking why in a real viewer: a map over the photo, for as long as the answer is shown."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.plugin.classify.conftest import use

from napari_rocks2net.annotation import AnnotationCollection, CollectionSession, Vocabulary
from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.explain import ExplanationError, evidence_maps
from napari_rocks2net.imaging import read_image
from napari_rocks2net.plugin import classify_layers, show_evidence
from napari_rocks2net.plugin.classify.explaining import GONE, visible_view
from napari_rocks2net.plugin.commands import open_annotate_widget
from napari_rocks2net.plugin.layers.evidence_layer import evidence_layers
from napari_rocks2net.plugin.layers.field_views import pair_layers
from napari_rocks2net.plugin.layers.mark import EvidenceMark
from napari_rocks2net.plugin.layers.plane import ImageLayerError
from napari_rocks2net.plugin.layers.result_table import shown_rows
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import SampleTable, load_samples, split_samples
from napari_rocks2net.training import TrainingConfig
from napari_rocks2net.training.runs.learned_photos import LearnedPhotos, thumbnail
from napari_rocks2net.training.runs.opening import open_run
from napari_rocks2net.training.runs.run_folder import RunFolder
from napari_rocks2net.views import View


@pytest.fixture
def asked(viewer: Any, open_widget: Any, qtbot: Any, rgb: np.ndarray, real_classifier: RockClassifier) -> Any:
    """Return the widget after a photo was classified and the first property of its answer clicked."""
    viewer.add_image(rgb, name="photo", scale=(2, 3), translate=(5, 7), units=("um", "um"))
    widget = open_widget()
    use(widget, real_classifier)
    widget.classify()
    qtbot.waitUntil(lambda: not widget.running)
    click_class(widget, None)
    return widget


def click_class(widget: Any, number: int | None) -> str:
    """Click a class of the first answer, or the answer itself; return the class."""
    tree = widget.answers.predictions
    line = tree.topLevelItem(0).child(0)
    item = line if number is None else line.child(number)
    tree.itemClicked.emit(item, 0)
    return str(item.text(1))


def wait_for_map(viewer: Any, widget: Any, qtbot: Any) -> Any:
    qtbot.waitUntil(lambda: not widget.answers.why.jobs.running)
    [layer] = evidence_layers(viewer)
    return layer


def test_the_map_of_the_clicked_class_lies_over_the_photo(
    viewer: Any, qtbot: Any, asked: Any, rgb: np.ndarray, real_classifier: RockClassifier
) -> None:
    asked.answers.why.map.click()
    layer = wait_for_map(viewer, asked, qtbot)
    mark = EvidenceMark.of_own(layer)
    expected = evidence_maps(real_classifier, rgb, "lithology", mark.class_name)
    np.testing.assert_allclose(layer.data, expected.whole.cells, rtol=1e-4)
    photo = viewer.layers["photo"]
    corner = layer.data_to_world((-0.5, -0.5))
    np.testing.assert_allclose(corner, photo.data_to_world((-0.5, -0.5)))
    end = layer.data_to_world(np.array(layer.data.shape) - 0.5)
    np.testing.assert_allclose(end, photo.data_to_world(np.array(rgb.shape[:2]) - 0.5))
    assert layer.units == photo.units


def test_what_can_be_asked_stands_above_the_table_that_may_need_scrolling(asked: Any) -> None:
    why = asked.answers.why
    lines = why.widget().layout()
    assert 0 < lines.indexOf(why.similar_photos) < lines.indexOf(why.table)


def test_of_a_field_the_map_is_that_of_the_view(
    layers: Any, rgb: np.ndarray, real_classifier: RockClassifier
) -> None:
    plain, crossed = layers.add_image(rgb, name="PPL"), layers.add_image(255 - rgb, name="XPL")
    pair_layers({plain: View("", "PPL"), crossed: View("", "XPL", 15.0)})
    classify_layers(layers, [plain, crossed], real_classifier)
    [row] = shown_rows(layers.layers)
    assert row.prediction.views == "the mean of 2 views"
    assert visible_view(layers, row.plane) == 1
    for layer, pixels in ((plain, rgb), (crossed, 255 - rgb)):
        shown = show_evidence(layers, layer, "lithology", "granite", real_classifier)
        assert EvidenceMark.of_own(shown).source == str(layer.unique_id)
        expected = evidence_maps(real_classifier, pixels, "lithology", "granite").whole.cells
        np.testing.assert_allclose(shown.data, expected, rtol=1e-4, atol=1e-5)
    crossed.visible = False
    assert visible_view(layers, row.plane) == 0


def test_the_map_follows_the_view_that_is_seen(
    viewer: Any, qtbot: Any, open_widget: Any, rgb: np.ndarray, real_classifier: RockClassifier
) -> None:
    plain, crossed = viewer.add_image(rgb, name="PPL"), viewer.add_image(255 - rgb, name="XPL")
    pair_layers({plain: View("", "PPL"), crossed: View("", "XPL")})
    widget = open_widget()
    use(widget, real_classifier)
    widget.setup.images.value = [str(layer.unique_id) for layer in (plain, crossed)]
    widget.classify()
    qtbot.waitUntil(lambda: not widget.running)
    assert len(shown_rows(viewer.layers)[0].plane.other_views) == 1
    class_name = click_class(widget, None)
    widget.answers.why.map.click()
    wait_for_map(viewer, widget, qtbot)

    def source() -> str:
        """Return the layer that the map lies over; none while it is being made."""
        return next((EvidenceMark.of_own(each).source for each in evidence_layers(viewer)), "")

    # The click on the answer has let the view be seen that it lies on.
    assert source() == str(plain.unique_id)
    crossed.visible = True
    qtbot.waitUntil(lambda: source() == str(crossed.unique_id))
    expected = evidence_maps(real_classifier, 255 - rgb, "lithology", class_name).whole.cells
    np.testing.assert_allclose(evidence_layers(viewer)[0].data, expected, rtol=1e-4, atol=1e-5)
    # Without the button pressed no map is made of another view.
    widget.answers.why.map.click()
    crossed.visible = False
    qtbot.waitUntil(lambda: widget.answers.why.question.view == 0)
    assert not evidence_layers(viewer)


def test_another_class_or_stream_takes_the_place_of_the_first(viewer: Any, qtbot: Any, asked: Any) -> None:
    asked.answers.why.map.click()
    wait_for_map(viewer, asked, qtbot)
    name = click_class(asked, 2)
    layer = wait_for_map(viewer, asked, qtbot)
    assert EvidenceMark.of_own(layer).class_name == name
    asked.answers.why.stream.setCurrentText("Critical area")
    local = wait_for_map(viewer, asked, qtbot)
    assert EvidenceMark.of_own(local).stream == "local"
    [areas] = [each for each in viewer.layers if each.name == "critical areas"]
    np.testing.assert_allclose(
        local.data_to_world((-0.5, -0.5)), areas.data_to_world(areas.data[0].min(axis=0)), atol=0.1
    )


def test_both_streams_stand_side_by_side(asked: Any) -> None:
    why = asked.answers.why
    table = why.table
    titles = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount())]
    assert titles == ["Class", "Whole photo", "Critical area", "Answer"]
    assert table.rowCount() == 3
    assert "critical area" in why.streams.text()


def test_the_map_goes_with_the_button_and_with_the_answer(viewer: Any, qtbot: Any, asked: Any) -> None:
    why = asked.answers.why
    why.map.click()
    wait_for_map(viewer, asked, qtbot)
    why.map.click()
    assert not evidence_layers(viewer)
    why.map.click()
    wait_for_map(viewer, asked, qtbot)
    viewer.layers.remove("predictions")
    assert not evidence_layers(viewer)
    assert not why.map.isEnabled()


def test_a_photo_that_is_answered_anew_is_asked_anew(viewer: Any, qtbot: Any, asked: Any) -> None:
    asked.answers.why.map.click()
    before = wait_for_map(viewer, asked, qtbot)
    asked.classify()
    qtbot.waitUntil(lambda: not asked.running)
    after = wait_for_map(viewer, asked, qtbot)
    assert after != before
    np.testing.assert_allclose(after.data, before.data, rtol=1e-4)


def test_the_map_is_no_photo_and_covers_none(viewer: Any, qtbot: Any, asked: Any) -> None:
    asked.answers.why.map.click()
    wait_for_map(viewer, asked, qtbot)
    assert asked.setup.images.value == [str(viewer.layers["photo"].unique_id)]
    assert len(asked.setup.images.choices) == 1


def test_a_sentence_says_that_the_answer_is_gone(viewer: Any, qtbot: Any, asked: Any) -> None:
    viewer.layers.remove("critical areas")
    asked.answers.why.map.click()
    assert asked.status.text() == GONE
    assert not asked.answers.why.map.isChecked()


def test_a_plane_of_a_stack_has_its_map_at_its_place(
    layers: Any, rgb: np.ndarray, one_stream_model_path: Path
) -> None:
    classifier = RockClassifier.load(one_stream_model_path, device="cpu")
    stack = layers.add_image(np.stack([rgb, rgb[::-1]]), name="stack", rgb=True, translate=(3, 0, 0))
    classify_layers(layers, [stack], classifier)
    layer = show_evidence(layers, "stack", "matrix", "granite")
    assert layer.ndim == 3
    assert layer.data_to_world((0, 0, 0))[0] == 3
    with pytest.raises(ImageLayerError, match="no critical area"):
        show_evidence(layers, "stack", "matrix", "granite", stream="local")


def test_a_script_that_asks_the_impossible_gets_a_sentence(
    layers: Any, rgb: np.ndarray, real_classifier: RockClassifier
) -> None:
    layers.add_image(rgb, name="photo")
    with pytest.raises(ImageLayerError, match="classify it first"):
        show_evidence(layers, "photo", "lithology", "granite")
    with pytest.raises(ExplanationError, match="no class 'gneiss'"):
        show_evidence(layers, "photo", "lithology", "gneiss", real_classifier)
    with pytest.raises(ImageLayerError, match="no layer 'slide'"):
        show_evidence(layers, "slide", "lithology", "granite", real_classifier)
    assert not evidence_layers(layers)


@pytest.mark.usefixtures("own_cache")
def test_a_photo_resembles_labelled_photos_of_other_sections_which_a_click_opens(
    viewer: Any,
    open_widget: Any,
    qtbot: Any,
    photos: list[Path],
    tmp_path: Path,
    real_classifier: Any,
    model_path: Path,
) -> None:
    made = AnnotationCollection((Vocabulary.of_classes("lithology", ("dark", "bright")),)).with_images(photos)
    made = made.labelled([image.key for image in made.images[2:]], "lithology", "bright")
    CollectionSession.create(tmp_path / "rocks.collection.json", collection=made)
    annotate = open_annotate_widget(viewer)
    annotate.file_panel.open_collection(tmp_path / "rocks.collection.json")
    annotate.annotator.show(made.images[2].key)
    qtbot.waitUntil(lambda: any(layer.name == photos[2].name for layer in viewer.layers))
    widget = open_widget()
    use(widget, real_classifier)
    similar_photos = widget.answers.why.similar_photos
    assert not similar_photos.ask.isEnabled()
    widget.classify()
    qtbot.waitUntil(lambda: not widget.running)
    click_class(widget, None)
    similar_photos.models_of = lambda row: (str(model_path),)
    similar_photos.ask.click()
    qtbot.waitUntil(lambda: not similar_photos.jobs.running)
    assert "of the open collection, the most alike first, by the model's own features" in widget.status.text()
    shown = similar_photos.strip.subjects()
    assert {photo.key.file for photo in shown} == {file.resolve() for file in photos[4:]}
    assert similar_photos.strip.item(0).text().startswith("bright")
    similar_photos.strip.itemClicked.emit(similar_photos.strip.item(0))
    qtbot.waitUntil(lambda: any(layer.name == shown[0].name for layer in viewer.layers))
    count = len(viewer.layers)
    similar_photos.strip.itemClicked.emit(similar_photos.strip.item(0))
    qtbot.waitUntil(lambda: not similar_photos.jobs.running)
    assert len(viewer.layers) == count
    annotate.close_jobs()


@pytest.fixture
def run_of_model(labels_csv: Path, tmp_path: Path, model_path: Path, real_classifier: Any) -> RunFolder:
    """The run of the model: it keeps what it learned from, whose files are gone."""
    samples = load_samples(labels_csv, property="rock", group="section")
    frame = samples.frame.rename(columns={"rock": "lithology"})
    split = split_samples(SampleTable(frame, (RockProperty("lithology", samples.only.classes),)), 0.2, 0.2, 0)
    run = RunFolder(tmp_path / "run")
    open_run(run, TrainingConfig(model="rocks2net", output=run.path), split)
    rows = np.flatnonzero(split.frame["split"] == "train")
    pictures = [read_image(file) for file in split.frame["file"].iloc[rows]]
    features = np.stack([real_classifier.features(each, "lithology") for each in pictures])
    LearnedPhotos.of(rows, features, lambda at: thumbnail(pictures[at])).write(run)
    shutil.copy(model_path, run.model)
    for file in split.frame["file"]:
        Path(file).unlink()
    return run


def test_a_photo_resembles_what_its_model_learned_from(
    qtbot: Any, asked: Any, run_of_model: RunFolder
) -> None:
    similar_photos = asked.answers.why.similar_photos
    similar_photos.models_of = lambda row: (str(run_of_model.model),)
    similar_photos.ask.click()
    qtbot.waitUntil(lambda: not similar_photos.jobs.running)
    assert "8 photos of the model's training photos" in asked.status.text()
    assert "by the model's own features" in asked.status.text()
    assert len({photo.key.file for photo in similar_photos.strip.subjects()}) == 8
    assert not similar_photos.strip.item(0).icon().isNull()


def test_a_sentence_says_that_no_photos_can_be_compared(qtbot: Any, asked: Any) -> None:
    similar_photos = asked.answers.why.similar_photos
    similar_photos.ask.click()
    qtbot.waitUntil(lambda: not similar_photos.jobs.running)
    assert "nothing to compare with: open a collection with labels of lithology" in asked.status.text()
    assert not similar_photos.strip.isVisible()
    assert not similar_photos.ask.isChecked()
    # Nothing is asked on another answer's behalf before it is pressed again.
    click_class(asked, 1)
    assert not similar_photos.jobs.running
