"""The Classify widget in a real viewer, used as a person uses it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from npe2 import PluginManager
from qtpy.QtCore import Qt
from tests.plugin.classify.conftest import use

from napari_rocks2net.evaluation import PredictionFile
from napari_rocks2net.plugin import classify_layers
from napari_rocks2net.plugin.classify import setup_page
from napari_rocks2net.plugin.classify.classify_widget import READY, ClassifyWidget
from napari_rocks2net.plugin.work import questions


def click(qtbot: Any, button: Any) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_person_adds_a_model_and_classifies(
    viewer: Any, open_widget: Any, qtbot: Any, rgb: np.ndarray, model_path: Path
) -> None:
    viewer.add_image(rgb, name="photo", scale=(2, 2), units=("um", "um"))
    widget = open_widget()
    widget.setup.add_model.add(model_path)
    assert widget.setup.models.value == [str(model_path)]
    click(qtbot, widget.run)
    assert widget.running
    assert not widget.run.isEnabled()
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)
    assert [layer.name for layer in viewer.layers] == ["photo", "predictions", "critical areas"]
    assert widget.status.text().startswith("Classified 1 image")
    assert "CPU" in widget.setup.device.value or "GPU" in widget.setup.device.value
    assert widget.run.isEnabled()


def test_running_twice_gives_one_pair_of_layers(
    viewer: Any, open_widget: Any, qtbot: Any, rgb: np.ndarray, quick: Any
) -> None:
    viewer.add_image(rgb, name="photo")
    points = viewer.add_points(name="predictions")
    widget = open_widget()
    use(widget, quick())
    for _ in range(2):
        widget.classify()
        qtbot.waitUntil(lambda: not widget.running)
    assert len(viewer.layers) == 4
    assert viewer.layers["predictions"] == points


def test_of_two_answers_that_of_the_upper_layer_is_shown(
    viewer: Any, open_widget: Any, qtbot: Any, dark: np.ndarray, quick: Any
) -> None:
    photo = viewer.add_image(dark, name="photo")
    widget = open_widget()
    use(widget, quick())
    shown = []
    for data in (dark, 255 - dark):
        photo.data = data
        widget.classify()
        qtbot.waitUntil(lambda: not widget.running)
        shown += [row.prediction.label for row in widget.answers.rows]
        viewer.layers["predictions"].name = f"kept {len(shown)}"
    assert len(set(shown)) == 2
    viewer.layers.move(viewer.layers.index("kept 1"), len(viewer.layers))
    assert [row.prediction.label for row in widget.answers.rows] == shown[:1]


def test_the_lists_follow_the_layers(viewer: Any, open_widget: Any, rgb: np.ndarray) -> None:
    widget = open_widget()
    widget.classify()
    assert widget.status.text().startswith("No photo is open: drop one on the window")
    first = viewer.add_image(rgb, name="first")
    viewer.add_points(name="points")
    assert widget.setup.images.value == [str(first.unique_id)]
    second = viewer.add_image(rgb, name="second")
    assert widget.setup.images.value == [str(first.unique_id), str(second.unique_id)]
    second.name = "renamed"
    assert [widget.setup.images.native.item(row).text() for row in range(2)] == ["first", "renamed"]
    viewer.layers.remove("first")
    assert widget.setup.images.value == [str(second.unique_id)]


def test_cancel_answers_at_once_and_changes_nothing(
    viewer: Any, open_widget: Any, qtbot: Any, quick: Any
) -> None:
    viewer.add_image(np.zeros((20, 40, 50), np.uint8), name="stack")
    widget, slow = open_widget(), quick(seconds=0.2)
    use(widget, slow)
    click(qtbot, widget.run)
    qtbot.waitUntil(lambda: widget.jobs.bar.value() >= 2)
    assert "left" in widget.status.text()
    click(qtbot, widget.jobs.cancel_button)
    # Neither waited for: the 20 pictures of the stack and the one that is being classified.
    assert len(slow.given_areas) < 20
    assert not widget.running
    assert widget.run.isEnabled()
    qtbot.wait(500)
    assert len(slow.given_areas) < 10
    assert [layer.name for layer in viewer.layers] == ["stack"]


def test_running_out_of_gpu_memory_ends_the_run_with_a_message(
    viewer: Any, open_widget: Any, qtbot: Any, rgb: np.ndarray, quick: Any
) -> None:
    viewer.add_image(rgb)
    widget, broken = open_widget(), quick()

    def fail(*args: Any, **names: Any) -> None:
        raise RuntimeError("CUDA out of memory")

    broken.predict_many = fail
    use(widget, broken)
    widget.classify()
    qtbot.waitUntil(lambda: not widget.running)
    assert widget.status.text() == "CUDA out of memory"
    assert widget.run.isEnabled()


def test_closing_the_widget_stops_its_job(viewer: Any, open_widget: Any, qtbot: Any, quick: Any) -> None:
    viewer.add_image(np.zeros((30, 40, 50), np.uint8), name="stack")
    widget, slow = open_widget(), quick(seconds=0.1)
    use(widget, slow)
    widget.classify()
    qtbot.waitUntil(lambda: len(slow.given_areas) >= 1)
    viewer.window.remove_dock_widget(widget)
    qtbot.wait(300)
    assert not widget.running
    count = len(slow.given_areas)
    qtbot.wait(300)
    assert len(slow.given_areas) == count
    assert len(viewer.layers) == 1


def test_closing_the_viewer_stops_the_job(make_napari_viewer: Any, qtbot: Any, quick: Any) -> None:
    viewer = make_napari_viewer()
    viewer.add_image(np.zeros((30, 40, 50), np.uint8), name="stack")
    widget, slow = ClassifyWidget(viewer), quick(seconds=0.1)
    viewer.window.add_dock_widget(widget, name="Classify")
    use(widget, slow)
    widget.classify()
    qtbot.waitUntil(lambda: len(slow.given_areas) >= 1)
    viewer.close()
    qtbot.waitUntil(lambda: not widget.running)


def test_images_may_be_renamed_and_deleted_while_they_are_classified(
    viewer: Any, open_widget: Any, qtbot: Any, rgb: np.ndarray, quick: Any
) -> None:
    kept, _ = viewer.add_image(rgb, name="kept"), viewer.add_image(rgb, name="gone")
    widget, slow = open_widget(), quick(seconds=0.2)
    widget.setup.images.value = widget.setup.images.choices
    use(widget, slow)
    widget.classify()
    viewer.layers.remove("gone")
    kept.name = "renamed"
    qtbot.waitUntil(lambda: not widget.running)
    assert list(viewer.layers["predictions"].features["image"]) == ["renamed"]


@pytest.mark.parametrize("missing", ["image", "model"])
def test_a_missing_choice_is_reported(
    viewer: Any, open_widget: Any, rgb: np.ndarray, model_path: Path, missing: str
) -> None:
    viewer.add_image(rgb)
    widget = open_widget()
    if missing == "model":
        widget.setup.models.value = []
    else:
        widget.setup.add_model.add(model_path)
        widget.setup.images.value = []
    widget.classify()
    assert not widget.running
    assert f"No {missing} is chosen" in widget.status.text()


def test_a_file_that_is_no_model_is_refused_with_the_reason(open_widget: Any, tmp_path: Path) -> None:
    path = tmp_path / "notes.safetensors"
    path.write_bytes(b"not a model")
    widget = open_widget()
    widget.setup.add_model.add(path)
    assert "notes.safetensors is damaged" in widget.status.text()
    assert str(path) not in widget.setup.models.choices


def test_model_files_and_the_choice_are_remembered(
    make_napari_viewer: Any, model_path: Path, one_stream_model_path: Path
) -> None:
    first = ClassifyWidget(make_napari_viewer())
    first.setup.add_model.add(model_path)
    first.setup.add_model.add(one_stream_model_path)
    second = ClassifyWidget(make_napari_viewer())
    assert second.setup.models.value == [str(one_stream_model_path)]
    assert str(model_path) in second.setup.models.choices


def test_the_features_table_opens(viewer: Any, open_widget: Any, qtbot: Any) -> None:
    widget = open_widget()
    widget.tabs.setCurrentWidget(widget.answers)
    click(qtbot, widget.answers.features_table)
    assert any("Features table" in name for name in viewer.window.dock_widgets)


def test_what_answers_is_loaded_in_a_thread_before_it_is_asked(
    open_widget: Any, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    threads: list[int] = []
    monkeypatch.setattr(setup_page, "_import_classifier", lambda: threads.append(threading.get_ident()))
    widget = open_widget()
    qtbot.waitUntil(lambda: bool(threads))
    assert threads[0] != threading.get_ident()
    assert "CPU" in widget.setup.device.value or "GPU" in widget.setup.device.value


def test_the_device_is_looked_up_in_a_thread(
    open_widget: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import napari_rocks2net.classify as classify

    threads, choose = [], classify.choose_device
    monkeypatch.setattr(
        classify, "choose_device", lambda: (threads.append(threading.get_ident()), choose("cpu"))[1]
    )
    widget = open_widget()
    qtbot.waitUntil(lambda: "CPU" in widget.setup.device.value)
    assert threads != [threading.get_ident()]


def test_every_control_has_a_tooltip(open_widget: Any) -> None:
    widget = open_widget()
    for name in ("images", "models", "add_model", "device"):
        assert getattr(widget.setup, name).tooltip
    for control in (
        widget.run,
        widget.jobs.cancel_button,
        widget.jobs.bar,
        widget.answers.save,
        widget.answers.features_table,
    ):
        assert control.toolTip()


def test_the_palette_command_classifies_the_selected_layer(
    viewer: Any, qtbot: Any, rgb: np.ndarray, model_path: Path, open_widget: Any
) -> None:
    viewer.add_image(rgb, name="other")
    viewer.add_image(rgb, name="selected")
    widget = open_widget()
    widget.setup.add_model.add(model_path)
    viewer.layers.selection = {viewer.layers["selected"]}
    from napari_rocks2net.plugin.commands import classify_selected_layers

    classify_selected_layers(viewer)
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)
    assert list(viewer.layers["predictions"].features["image"]) == ["selected"]


def test_the_manifest_names_things_that_exist() -> None:
    manager = PluginManager.instance()
    commands = manager.get_manifest("napari-rocks2net").contributions.commands
    assert commands
    for command in commands:
        assert callable(manager.commands.get(command.id))


def test_the_six_samples_open(layers: Any) -> None:
    manifest = PluginManager.instance().get_manifest("napari-rocks2net")
    samples = [each for each in manifest.contributions.sample_data if each.key.endswith("_crystals")]
    assert len(samples) == 6
    for sample in samples:
        (layer,) = layers.open_sample("napari-rocks2net", sample.key)
        assert layer.name == sample.display_name
        assert layer.rgb
        assert [str(unit) for unit in layer.units] == ["micrometer"] * 2


def test_the_tree_follows_the_results(
    viewer: Any, open_widget: Any, qtbot: Any, dark: np.ndarray, quick: Any
) -> None:
    viewer.add_image(dark, name="photo")
    widget = open_widget()
    assert widget.answers.predictions.isHidden()
    use(widget, quick())
    widget.classify()
    qtbot.waitUntil(lambda: not widget.running)
    line = widget.answers.predictions.topLevelItem(0).child(0)
    assert (line.text(0), line.text(1)) == ("lithology", "granite")
    areas = viewer.layers["critical areas"]
    areas.data = [areas.data[0] + (30, 40)]
    qtbot.waitUntil(lambda: widget.answers.predictions.topLevelItem(0).child(0).text(1) == "basalt")
    viewer.layers.remove("predictions")
    assert widget.answers.predictions.isHidden()


def test_existing_results_are_shown(viewer: Any, open_widget: Any, dark: np.ndarray, quick: Any) -> None:
    viewer.add_image(dark, name="photo")
    classify_layers(viewer, ["photo"], quick())
    assert open_widget().answers.predictions.topLevelItem(0).text(0) == "photo"


@pytest.fixture
def answered(viewer: Any, open_widget: Any, qtbot: Any, dark: np.ndarray, quick: Any) -> ClassifyWidget:
    """The widget after two photos were classified, one of them a stack."""
    viewer.add_image(dark, name="photo")
    viewer.add_image(np.stack([dark, 255 - dark]), name="stack", rgb=True)
    widget: ClassifyWidget = open_widget(quick())
    widget.setup.images.value = widget.setup.images.choices
    widget.classify()
    qtbot.waitUntil(lambda: not widget.running)
    return widget


def test_predictions_are_saved_as_the_command_writes_them(
    answered: ClassifyWidget,
    qtbot: Any,
    dark: np.ndarray,
    quick: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    saved, reference = tmp_path / "saved.csv", tmp_path / "reference.csv"
    classifier = quick()
    table = PredictionFile(reference, classifier.properties, {"lithology": ""})
    for name, index, pixels in (("photo", (), dark), ("stack", (0,), dark), ("stack", (1,), 255 - dark)):
        table.append(name, classifier.predict(pixels), index)
    monkeypatch.setattr(questions, "ask_save_file", lambda *_: saved)
    assert answered.tabs.currentWidget() is answered.answers
    click(qtbot, answered.answers.save)
    qtbot.waitUntil(lambda: str(saved) in answered.status.text())
    assert answered.status.text().startswith("3 predictions saved")
    assert saved.read_bytes() == reference.read_bytes()


def test_a_failed_save_is_reported(
    answered: ClassifyWidget, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    before = answered.status.text()
    for path in (None, tmp_path / "file" / "saved.csv"):
        monkeypatch.setattr(questions, "ask_save_file", lambda *_, path=path: path)
        answered.save_predictions()
        if path is None:
            assert answered.status.text() == before
    qtbot.waitUntil(lambda: answered.status.text().startswith("The predictions could not be saved"))


def test_without_answers_nothing_can_be_saved(viewer: Any, answered: ClassifyWidget) -> None:
    assert answered.answers.save.isEnabled()
    viewer.layers.remove("predictions")
    assert not answered.answers.save.isEnabled()
    assert answered.status.text() == READY


def test_in_grid_view_it_says_how_to_move_a_rectangle(viewer: Any, answered: ClassifyWidget) -> None:
    viewer.canvas.grid.enabled = True
    assert answered.status.text().startswith("Leave grid view to move a rectangle")
    viewer.canvas.grid.enabled = False
    assert answered.status.text().startswith("Move or resize a rectangle")


def test_the_widget_fits_a_small_screen(answered: ClassifyWidget) -> None:
    size = answered.minimumSizeHint()
    assert size.width() <= 380
    assert size.height() <= 560


def test_a_figure_of_the_answers_is_saved(
    answered: ClassifyWidget, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("figure.pdf", "figure.docx"):
        monkeypatch.setattr(questions, "ask_save_file", lambda *_, name=name: tmp_path / name)
        answered.save_figure()
        assert answered.status.text().startswith("Drawing the figure")
        qtbot.waitUntil(lambda: not answered.status.text().startswith("Drawing the figure"))
    assert (tmp_path / "figure.pdf").read_bytes().startswith(b"%PDF")
    assert "end the name in one of" in answered.status.text()


def test_without_answers_no_figure_can_be_saved(open_widget: Any) -> None:
    widget = open_widget()
    widget.save_figure()
    assert "no answer to draw" in widget.status.text()


def test_each_answer_says_the_models_that_gave_it_whatever_is_chosen_by_then(
    viewer: Any,
    open_widget: Any,
    qtbot: Any,
    dark: np.ndarray,
    quick: Any,
    model_path: Path,
    one_stream_model_path: Path,
) -> None:
    viewer.add_image(dark, name="first")
    viewer.add_image(dark, name="second", translate=(0, 500))
    widget = open_widget(quick(seconds=0.2))
    for path in (model_path, one_stream_model_path):
        widget.setup.add_model.add(path)
    first, second = (str(layer.unique_id) for layer in viewer.layers)
    chosen = ((first, model_path), (second, one_stream_model_path))
    for image, path in chosen:
        widget.setup.images.value = [image]
        widget.setup.models.value = [str(path)]
        widget.classify()
        # While it answers the person chooses another for the next time.
        widget.setup.models.value = [str(chosen[0][1] if path == chosen[1][1] else chosen[1][1])]
        qtbot.waitUntil(lambda: not widget.running)
    models = {row.plane.name: widget.answers.models_of(row) for row in widget.answers.rows}
    assert models == {"first": (str(model_path),), "second": (str(one_stream_model_path),)}
    viewer.layers.remove("first")
    qtbot.waitUntil(lambda: model_path.stem not in widget.answers.origin.text())
