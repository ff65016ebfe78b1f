"""The Train widget in a real viewer, with a scripted training."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import Qt
from tests.plugin.train.conftest import use_table

from napari_rocks2net.plugin.commands import open_classify_widget
from napari_rocks2net.plugin.train.run_view import NOTHING_YET, RunControls
from napari_rocks2net.plugin.train.samples_page import READING
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.training import FoldFinished, FoldStarted


def press(qtbot: Any, widget: Any, name: str) -> None:
    button = widget.controls.buttons[name]
    assert not button.isHidden()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def started(qtbot: Any, widget: Any, scripted: Any, csv: Path, **settings: Any) -> Any:
    """Start a training of three epochs on a table and return its scripted process."""
    use_table(widget.source, csv, "rock", "section")
    for name, value in ({"model": "densenet121", "size": 64, "epochs": 3} | settings).items():
        getattr(widget.settings, name).value = value
    press(qtbot, widget, "start")
    qtbot.waitUntil(lambda: bool(scripted.made))
    return scripted.made[-1]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer every question with yes; the questions are in the list."""
    asked: list[str] = []

    def confirm(parent: Any, title: str, question: str) -> bool:
        asked.append(title)
        return True

    monkeypatch.setattr(questions, "confirm", confirm)
    return asked


def test_from_a_table_to_the_list_of_the_classify_widget(
    viewer: Any, open_widget: Any, qtbot: Any, scripted: Any, labels_csv: Path, make_run: Callable[..., Path]
) -> None:
    classify = open_classify_widget(viewer)
    widget = open_widget()
    process = started(qtbot, widget, scripted, labels_csv)
    assert process.config.epochs == 3
    assert process.samples.names == ["rock"]
    qtbot.waitUntil(lambda: len(widget.view.curves.points("loss", "validation")[0]) == 3)
    assert widget.view.curves.points("accuracy", "training") == ((1, 2, 3), pytest.approx((0.5, 0.6, 0.7)))
    assert widget.tabs.currentWidget() is widget.view
    folder = make_run()
    process.finish(folder)
    qtbot.waitUntil(lambda: not widget.running)
    # In the open list already, without a click.
    assert str(folder / "model.safetensors") in classify.setup.models.choices
    assert not widget.controls.buttons["start"].isHidden()


def test_the_split_is_shown_before_anything_runs(open_widget: Any, qtbot: Any, labels_csv: Path) -> None:
    widget = open_widget()
    use_table(widget.source, labels_csv, "rock", "section")
    qtbot.waitUntil(lambda: widget.preview.table.rowCount() == 15)
    header = [widget.preview.table.horizontalHeaderItem(column).text() for column in range(4)]
    assert header == ["part", "section", "granite", "schist à grenat"]
    assert widget.preview.sentence.text().startswith("12 images of 12 thin sections")
    assert widget.view.line.text() == NOTHING_YET
    widget.settings.folds.value = 3
    qtbot.waitUntil(lambda: "tested once" in widget.preview.sentence.text())


def test_while_samples_are_read_the_page_says_so(open_widget: Any, qtbot: Any, labels_csv: Path) -> None:
    widget = open_widget()
    widget.samples_page.show_split()
    assert widget.preview.sentence.text() != READING
    use_table(widget.source, labels_csv, "rock", "section")
    widget.samples_page.show_split()
    assert widget.preview.sentence.text() == READING
    qtbot.waitUntil(lambda: widget.preview.sentence.text().startswith("12 images of 12"))


def test_why_samples_cannot_be_split_is_reported_before_anything_runs(
    open_widget: Any, qtbot: Any, labels_csv: Path, scripted: Any
) -> None:
    widget = open_widget()
    use_table(widget.source, labels_csv, "texture", "section")
    qtbot.waitUntil(lambda: "two classes or more" in widget.preview.sentence.text())
    assert widget.preview.table.rowCount() == 0
    widget.source.kind.value = "Annotated layers"
    qtbot.waitUntil(lambda: "No layer is chosen" in widget.preview.sentence.text())
    press(qtbot, widget, "start")
    assert "No layer is chosen" in widget.status.text()
    assert not scripted.made


def test_pause_resume_and_stop_reach_the_training(
    open_widget: Any, qtbot: Any, scripted: Any, labels_csv: Path, make_run: Callable[..., Path]
) -> None:
    widget = open_widget()
    process = started(qtbot, widget, scripted, labels_csv)
    qtbot.waitUntil(lambda: widget.controls.buttons["pause"].isEnabled())
    press(qtbot, widget, "pause")
    qtbot.waitUntil(lambda: widget.controls.buttons["pause"].text() == "Resume")
    assert "Paused" in widget.status.text()
    press(qtbot, widget, "pause")
    qtbot.waitUntil(lambda: widget.controls.buttons["pause"].text() == "Pause")
    press(qtbot, widget, "stop")
    qtbot.waitUntil(lambda: not widget.controls.buttons["stop"].isEnabled())
    assert process.orders == ["pause", "resume", "stop"]
    process.finish(make_run())
    qtbot.waitUntil(lambda: not widget.running)
    assert widget.tabs.currentWidget() is widget.judging


def test_a_pause_is_acknowledged_before_the_batch_is_done(qtbot: Any) -> None:
    controls = RunControls()
    qtbot.addWidget(controls)
    controls.show_state("pausing")
    assert controls.buttons["pause"].text() == "Pausing ..."
    assert not controls.buttons["pause"].isEnabled()
    assert controls.buttons["stop"].isEnabled()


def test_a_training_that_dies_says_why_and_goes_on(
    open_widget: Any, qtbot: Any, scripted: Any, labels_csv: Path
) -> None:
    widget = open_widget()
    process = started(qtbot, widget, scripted, labels_csv)
    qtbot.waitUntil(lambda: widget.view.curves.points("loss", "training")[0] == (1,))
    process.die("The training process was killed (signal 9).")
    qtbot.waitUntil(lambda: not widget.running)
    assert widget.status.text() == "The training process was killed (signal 9)."
    press(qtbot, widget, "go_on")
    continued = scripted.made[-1]
    assert continued.orders == ["continued"]
    assert continued.folder == process.folder
    # The epochs that were trained stay in the plot.
    qtbot.waitUntil(lambda: widget.view.curves.points("loss", "training")[0] == (1, 2, 3))


def test_discarding_asks(
    open_widget: Any, qtbot: Any, scripted: Any, labels_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = open_widget()
    process = started(qtbot, widget, scripted, labels_csv)
    monkeypatch.setattr(questions, "confirm", lambda *_: False)
    press(qtbot, widget, "discard")
    assert process.orders == []
    monkeypatch.setattr(questions, "confirm", lambda *_: True)
    press(qtbot, widget, "discard")
    qtbot.waitUntil(lambda: not widget.running)
    assert process.orders == ["discard"]
    assert "discarded" in widget.status.text()


def test_the_close_button_asks_and_then_ends_the_training(
    viewer: Any,
    open_widget: Any,
    qtbot: Any,
    scripted: Any,
    labels_csv: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    widget = open_widget()
    process = started(qtbot, widget, scripted, labels_csv)
    dock = widget.parent()
    monkeypatch.setattr(questions, "confirm", lambda *_: False)
    dock.titleBarWidget().close_button.click()
    assert widget.parent() is dock
    assert widget.running
    monkeypatch.setattr(questions, "confirm", lambda *_: True)
    dock.titleBarWidget().close_button.click()
    assert process.orders[-1] == "close"
    assert not widget.running
    assert not any("Train" in name for name in viewer.window.dock_widgets)


def test_closing_the_window_asks_and_can_be_refused(
    make_napari_viewer: Any, qtbot: Any, scripted: Any, labels_csv: Path, monkeypatch: pytest.MonkeyPatch,
    open_widget: Any,
) -> None:  # fmt: skip
    from napari_rocks2net.plugin.train.train_widget import TrainWidget

    viewer = make_napari_viewer(show=True)
    widget = TrainWidget(viewer)
    viewer.window.add_dock_widget(widget, name="Train")
    process = started(qtbot, widget, scripted, labels_csv)
    window = widget.window()
    monkeypatch.setattr(questions, "confirm", lambda *_: False)
    assert not window.close()
    assert window.isVisible()
    assert process.orders == []
    # A script that closes the viewer is not asked.
    monkeypatch.setattr(questions, "confirm", lambda *_: pytest.fail("asked a script"))
    viewer.close()
    assert process.orders[-1] == "close"


def test_a_widget_without_a_training_closes_without_a_question(
    viewer: Any, open_widget: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "confirm", lambda *_: pytest.fail("asked for nothing"))
    widget = open_widget()
    widget.parent().titleBarWidget().close_button.click()
    assert not viewer.window.dock_widgets


def test_folds_are_shown_with_their_spread(
    open_widget: Any,
    qtbot: Any,
    scripted: Any,
    labels_csv: Path,
    make_run: Callable[..., Path],
    tmp_path: Path,
) -> None:
    widget = open_widget()
    process = started(qtbot, widget, scripted, labels_csv, folds=3)
    assert process.folds == 3
    process.script = []
    for fold, accuracy in enumerate((0.5, 0.7, 0.9), start=1):
        process.script += [FoldStarted(fold, 3, tmp_path), FoldFinished(fold, 3, accuracy)]
    qtbot.waitUntil(lambda: "over 3 folds: 70 ± 20 %" in widget.view.spread.text())
    qtbot.waitUntil(lambda: widget.view.bars["fold"].value() == 3)
    assert not widget.view.bars["fold"].isHidden()


def test_a_calibrated_run_shows_how_far_its_probabilities_are_to_be_trusted(
    open_widget: Any, make_run: Callable[..., Path]
) -> None:
    widget = open_widget()
    widget.show_run(make_run("as before"))
    plots = widget.judging.plots
    assert not plots.isTabVisible(plots.indexOf(widget.judging.reliability))
    run = make_run()
    bins = {
        when: [{"photos": 2, "confidence": sure, "accuracy": right} for sure, right in curve]
        for when, curve in (("before", [(0.6, 0.5), (0.9, 0.5)]), ("after", [(0.5, 0.5), (0.7, 0.5)]))
    }
    own = {"note": None, **{when: {"reliability": curve} for when, curve in bins.items()}}
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    text = json.dumps(metrics | {"calibration": {"rock": own}})
    (run / "metrics.json").write_text(text, encoding="utf-8")
    widget.show_run(run)
    assert plots.isTabVisible(plots.indexOf(widget.judging.reliability))
    _, calibrated, trained = widget.judging.reliability.getPlotItem().listDataItems()
    assert (calibrated.name(), trained.name()) == ("calibrated", "as trained")
    assert [values.tolist() for values in calibrated.getData()] == [[0.5, 0.7], [0.5, 0.5]]
    widget.judging.part.setCurrentIndex(1)
    assert widget.judging.result.part == "validation"
    assert not plots.isTabVisible(plots.indexOf(widget.judging.reliability)), "measured on the test part only"


def test_a_cell_of_the_matrix_opens_its_images(
    viewer: Any, open_widget: Any, qtbot: Any, make_run: Callable[..., Path]
) -> None:
    widget = open_widget()
    widget.show_run(make_run())
    widget.judging.plot.choose_cell(0, 1)
    qtbot.waitUntil(lambda: len(viewer.layers) == 1)
    assert viewer.layers[0].name == "granite 1.png"
    assert [layer.name for layer in viewer.layers.selection] == ["granite 1.png"]
    # Once more: what is open is selected, not opened again.
    viewer.layers.selection.clear()
    widget.judging.plot.choose_cell(0, 1)
    qtbot.waitUntil(lambda: bool(viewer.layers.selection))
    assert len(viewer.layers) == 1


def test_a_click_selects_the_cell_under_it(
    open_widget: Any, qtbot: Any, make_run: Callable[..., Path]
) -> None:
    from qtpy.QtCore import QPointF

    widget = open_widget()
    widget.show_run(make_run())
    plot, chosen = widget.judging.plot, []
    plot.cell_chosen.connect(lambda *classes: chosen.append(classes))
    qtbot.waitUntil(lambda: plot.width() > 100)
    qtbot.wait(100)
    place = plot.mapFromScene(plot.getPlotItem().vb.mapViewToScene(QPointF(1, 0)))
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: chosen == [("granite", "schist à grenat")])


def test_a_cell_can_be_chosen_by_keys(open_widget: Any, qtbot: Any, make_run: Callable[..., Path]) -> None:
    widget = open_widget()
    widget.show_run(make_run())
    plot, chosen = widget.judging.plot, []
    widget.judging.images_requested.disconnect()
    plot.cell_chosen.connect(lambda *classes: chosen.append(classes))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(plot, key)
    assert chosen == [("granite", "schist à grenat")]
    assert not widget.judging.wrong.table.tabKeyNavigation()


def test_the_layers_of_the_person_stay_as_they_are(
    viewer: Any, open_widget: Any, qtbot: Any, make_run: Callable[..., Path], rgb: Any
) -> None:
    mine = viewer.add_image(rgb, name="granite 1", visible=False)
    widget = open_widget()
    widget.show_run(make_run())
    widget.judging.plot.choose_cell(0, 1)
    qtbot.waitUntil(lambda: len(viewer.layers) == 2)
    assert not mine.visible
    assert mine.name == "granite 1"


def test_wrong_images_are_listed_and_opened_by_a_double_click(
    viewer: Any, open_widget: Any, qtbot: Any, make_run: Callable[..., Path]
) -> None:
    widget = open_widget()
    widget.show_run(make_run())
    wrong = widget.judging.wrong
    assert wrong.table.rowCount() == 1
    wrong.table.selectRow(0)
    wrong.table.cellDoubleClicked.emit(0, 0)
    qtbot.waitUntil(lambda: [layer.name for layer in viewer.layers] == ["granite 1.png"])


def test_an_image_that_is_gone_is_named(
    open_widget: Any, qtbot: Any, make_run: Callable[..., Path], labels_csv: Path
) -> None:
    widget = open_widget()
    widget.show_run(make_run())
    (labels_csv.parent / "photos" / "granite 1.png").unlink()
    widget.judging.plot.choose_cell(0, 1)
    qtbot.waitUntil(lambda: "granite 1.png does not exist" in widget.status.text())


def test_use_in_classify_opens_it_with_the_model_chosen(
    viewer: Any, open_widget: Any, qtbot: Any, make_run: Callable[..., Path]
) -> None:
    widget = open_widget()
    folder = make_run()
    widget.show_run(folder)
    qtbot.mouseClick(widget.judging.use, Qt.MouseButton.LeftButton)
    (classify,) = [each for name, each in viewer.window.dock_widgets.items() if "Classify" in name]
    assert classify.setup.models.value == [str(folder / "model.safetensors")]


def test_a_folder_that_is_no_run_is_reported(open_widget: Any, tmp_path: Path) -> None:
    widget = open_widget()
    widget.show_run(tmp_path)
    assert "no finished run" in widget.status.text()
    assert not widget.judging.use.isEnabled()


def test_two_runs_side_by_side(open_widget: Any, make_run: Callable[..., Path]) -> None:
    make_run("first", seed=1)
    make_run("second", accuracy=0.5, seed=7)
    widget = open_widget()
    widget.tabs.setCurrentWidget(widget.comparison)
    assert {path.name for path in widget.comparison.chosen().values()} == {"first", "second"}
    table = widget.comparison.table
    shown = {
        table.item(line, 0).text(): {table.item(line, column).text() for column in (1, 2)}
        for line in range(table.rowCount())
    }
    assert shown["seed"] == {"1", "7"}
    assert {text[:6] for text in shown["accuracy"]} == {"0.75 (", "0.50 ("}, "with its interval"
    assert not {"nan", "None", "True", "False"} & set().union(*shown.values())
    assert "size" not in shown
    # Both runs are in sight, however long a value of one is.
    assert table.columnWidth(1) == pytest.approx(table.columnWidth(2), abs=1)
    assert not widget.comparison.halves.isHidden()
    pictures = widget.comparison.halves.widget(1)
    titles = [pictures.tabText(number) for number in range(pictures.count())]
    assert titles == ["Confusion A", "Confusion B", "Curves"]


def test_settings_are_remembered(make_napari_viewer: Any, labels_csv: Path, open_widget: Any) -> None:
    from napari_rocks2net.plugin.train.train_widget import TrainWidget

    first = TrainWidget(make_napari_viewer())
    use_table(first.source, labels_csv, "rock", "section")
    first.settings.epochs.value = 7
    first.settings.model.value = "gdnet"
    second = TrainWidget(make_napari_viewer())
    assert second.settings.epochs.value == 7
    assert second.settings.model.value == "gdnet"
    assert second.source.property.value == "rock"
    assert second.source.group.value == "section"
    for widget in (first, second):
        widget.close_jobs()


def test_every_control_has_a_tooltip(open_widget: Any) -> None:
    widget = open_widget()
    for form in (widget.source.container, widget.settings.main, widget.settings.advanced):
        for field in form:
            assert field.tooltip, field.label
    for button in widget.controls.buttons.values():
        assert button.toolTip()
    judging = widget.judging
    for part in (judging.part, judging.plot, judging.classes, judging.use, judging.open_run):
        assert part.toolTip()


def test_the_plots_follow_the_theme(viewer: Any, open_widget: Any) -> None:
    widget = open_widget()
    dark = widget.view.curves.plots["loss"].backgroundBrush().color().lightness()
    viewer.theme = "light"
    assert widget.view.curves.plots["loss"].backgroundBrush().color().lightness() > dark + 100


def test_the_widget_fits_a_low_screen_and_a_narrow_dock(
    open_widget: Any, make_run: Callable[..., Path]
) -> None:
    widget = open_widget()
    widget.show_run(make_run())
    smallest = widget.minimumSizeHint()
    assert smallest.width() <= 400
    assert smallest.height() <= 760


@pytest.mark.parametrize("width", [None, 400])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_setting_is_cut_off_in_its_dock(
    make_napari_viewer: Any,
    open_widget: Any,
    qtbot: Any,
    make_run: Callable[..., Path],
    theme: str,
    width: Any,
) -> None:
    from napari_rocks2net.plugin.train.train_widget import TrainWidget

    make_run("a property with a long name s2dnet 2026-05-04 13.30 and what a person adds to it")
    viewer = make_napari_viewer(show=True)
    viewer.theme = theme
    widget = TrainWidget(viewer)
    dock = viewer.window.add_dock_widget(widget, name="Train")
    if width is not None:
        viewer.window._qt_window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)
    page, form = widget.settings_page, widget.settings
    form.model.value = "dsan"
    form.start.value = form.start.choices[-1]
    form.show_device("Running on the CPU: there is no GPU here. Suggested: 192 px, batch 8.")
    page.advanced.expand(animate=False)
    widget.tabs.setCurrentWidget(page)
    qtbot.waitUntil(lambda: page.viewport().width() > 100)
    if width is not None:
        qtbot.waitUntil(lambda: abs(dock.width() - width) < 20)
    qtbot.waitUntil(lambda: page.widget().width() <= page.viewport().width())
    assert page.horizontalScrollBar().maximum() == 0
    widget.close_jobs()


def test_a_target_is_asked_for_before_anything_runs_and_reaches_the_training(
    open_widget: Any, qtbot: Any, scripted: Any, labels_csv: Path
) -> None:
    widget = open_widget()
    use_table(widget.source, labels_csv, "rock", "section")
    widget.settings.model.value = "dsan"
    press(qtbot, widget, "start")
    assert "choose under 'Adapt to'" in widget.status.text()
    assert widget.tabs.currentWidget() is widget.settings_page
    assert not scripted.made
    target = labels_csv.parent / "photos"
    process = started(qtbot, widget, scripted, labels_csv, model="dsan", target=target)
    assert process.config.target == target


def test_a_size_that_was_typed_stays_when_the_advice_comes(
    viewer: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_rocks2net.plugin.train import settings_page
    from napari_rocks2net.training.duration.forecast import DeviceAdvice as Advice

    def work(model: str, accelerator: str, backbone: str | None) -> Any:
        time.sleep(0.2)
        return Advice(192, 8, f"For {model}.")

    monkeypatch.setattr(settings_page, "advice_in_thread", work)
    page = settings_page.SettingsPage()
    qtbot.addWidget(page)
    page.form.model.value = "gdnet"
    page.form.size.value = 512
    qtbot.waitUntil(lambda: page.form.device.value == "For gdnet.")
    assert page.form.size.value == 512
    page.form.model.value = "rocks2net"
    qtbot.waitUntil(lambda: page.form.size.value == 192)
    assert page.form.batch_size.value == 8


def test_the_collection_that_is_open_in_annotate_is_the_source(
    viewer: Any, open_widget: Any, qtbot: Any, labels_csv: Path, tmp_path: Path
) -> None:
    from napari_rocks2net.annotation import COLLECTION_SUFFIX, CollectionSession, import_csv
    from napari_rocks2net.plugin.commands import open_annotate_widget

    session = CollectionSession.create(tmp_path / f"rocks{COLLECTION_SUFFIX}")
    session.apply(import_csv(session.collection, labels_csv), "import")
    open_annotate_widget(viewer).annotator.use(session)
    widget = open_widget()
    assert widget.source.kind.value == "Collection in Annotate"
    assert session.path.name in widget.source.opened.value
    widget.source.property.value = "rock"
    qtbot.waitUntil(lambda: widget.preview.sentence.text().startswith("12 images of 12"))
