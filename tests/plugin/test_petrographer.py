"""A petrographer's day in one viewer: two lights, scale, labels, a model, why, a map, many photos, reports.

Every step goes on with what the one before has made, as on real sections; each is tested elsewhere by itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw, ImageFont
from qtpy.QtCore import Qt
from superqt.utils._qthreading import WorkerBase

from napari_rocks2net.annotation import Vocabulary
from napari_rocks2net.annotation.samples import collection_samples
from napari_rocks2net.features import DescriptorCache
from napari_rocks2net.plugin.commands import (
    classify_with_model,
    open_annotate_widget,
    open_explore_widget,
    open_train_widget,
)
from napari_rocks2net.plugin.look import report_button
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.point_counting import UNNAMED, read_count
from napari_rocks2net.synthetic import draw_slide
from napari_rocks2net.training import TrainingConfig, train
from napari_rocks2net.training.probe import run as probe_run
from napari_rocks2net.training.probe.describing import PhotoDescriber

SIDE, MOVED = 96, (5, 8)
CLASSES = {"coarse crystal": "coarse", "mud crystal": "mud"}
SECTIONS = 4
BAR_PIXELS, BAR_MICROMETRES = 100, 200


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eight thin sections of two classes with a burnt-in bar each, and one in two lights, moved between."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_: str(tmp_path / "cache"))
    folder = tmp_path / "photos"
    folder.mkdir()
    for rock, name in CLASSES.items():
        for number in range(SECTIONS):
            slide = draw_slide(rock, size=SIDE + 16, seed=number)
            photo = with_bar(Image.fromarray(slide.ppl()[:SIDE, :SIDE]))
            photo.save(folder / f"{name} S{number} PPL.png")
    slide, (y, x) = draw_slide("granite", size=200, seed=5), MOVED
    Image.fromarray(slide.ppl()[:160, :160]).save(tmp_path / "S9 PPL.png")
    Image.fromarray(slide.xpl(30)[y : y + 160, x : x + 160]).save(tmp_path / "S9 XPL.png")
    return folder


def with_bar(photo: Image.Image) -> Image.Image:
    """Return a photo three times as large, with a scale bar as a camera's program draws it."""
    large = photo.resize((3 * SIDE, 3 * SIDE))
    draw, left, row = ImageDraw.Draw(large), 170, 3 * SIDE - 30
    draw.rectangle((left, row, left + BAR_PIXELS, row + 1), fill=(255, 0, 0))
    for end in (left, left + BAR_PIXELS):
        draw.rectangle((end - 1, row - 6, end, row + 8), fill=(255, 0, 0))
    font = ImageFont.load_default(22)
    draw.text((left + BAR_PIXELS / 2, row - 16), "200 um", (255, 0, 0), font, anchor="mm")
    return large


@pytest.mark.slow
def test_a_day_at_the_microscope(
    make_napari_viewer_proxy: Any,
    qtbot: Any,
    tmp_path: Path,
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = Answers(monkeypatch)
    viewer = make_napari_viewer_proxy(show=True)

    def wait(jobs: Any) -> None:
        qtbot.waitUntil(lambda: not jobs.running)

    pair_and_register(viewer, qtbot, tmp_path, wait)
    annotate = label(viewer, qtbot, photos, tmp_path, wait)
    run = tmp_path / "run"
    cache = DescriptorCache(tmp_path / "descriptors")
    monkeypatch.setattr(probe_run, "PhotoDescriber", lambda: PhotoDescriber(cache))
    samples = collection_samples(annotate.annotator.collection, "rock", tmp_path)
    train(TrainingConfig(model="probe", output=run), samples)
    trainer = open_train_widget(viewer)
    trainer.show_run(run)
    for number, (widget, button) in enumerate(
        [(trainer, trainer.judging.report), (annotate, annotate.file_panel.report)]
    ):
        answers.folder = tmp_path / f"report {number}"
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        wait(button)
        assert f"The report is {answers.folder / 'report.html'}" in widget.status.text()
    assert "Accuracy" in (tmp_path / "report 0" / "report.html").read_text(encoding="utf-8")

    classify = ask_why(viewer, qtbot, annotate, run / "model.safetensors", answers, wait)
    explore(viewer, annotate, wait)
    # Another photo is shown, once it is read.
    qtbot.waitUntil(lambda: not any("evidence" in layer.name and layer.visible for layer in viewer.layers))
    answers.folder, answers.file = photos, tmp_path / "answers.csv"
    classify.batch.ask_for_folder()
    wait(classify.batch.jobs)
    assert len(pd.read_csv(answers.file)) == len(CLASSES) * SECTIONS
    for widget in (trainer, classify):
        widget.close_jobs()
    annotate.close_jobs()
    # A job that is still under way would keep its widget, and that the viewer.
    WorkerBase.await_workers(60_000)


class Answers:
    """What the person answers where a file or a folder is asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = self.file = Path()
        monkeypatch.setattr(questions, "confirm", lambda *_: True)
        monkeypatch.setattr(questions, "ask_folder", lambda *_: self.folder)
        monkeypatch.setattr(questions, "ask_save_file", lambda *_, **__: self.file)
        monkeypatch.setattr(report_button, "show_page", lambda _: None)


def pair_and_register(viewer: Any, qtbot: Any, folder: Path, wait: Any) -> None:
    """Lay the XPL photo of a section on the one in PPL, as it belongs there; count its minerals."""
    viewer.open([str(folder / f"S9 {light}.png") for light in ("PPL", "XPL")], plugin="napari")
    viewer.layers.selection = set(viewer.layers)
    _, views = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Pair views")
    views.pair()
    assert "S9 PPL (PPL), S9 XPL (XPL)" in views.status.text()
    views.register()
    wait(views.jobs)
    assert "1 of 1 layers laid on S9 PPL" in views.status.text()
    np.testing.assert_allclose(viewer.layers["S9 XPL"].data_to_world((0, 0)), MOVED, atol=1.5)
    count_points(viewer, qtbot, folder)
    views.close_jobs()
    viewer.layers.clear()


def count_points(viewer: Any, qtbot: Any, folder: Path) -> None:
    """Name what lies under the cross, by keys, and take a name back."""
    viewer.layers.selection = {viewer.layers["S9 PPL"]}
    _, counting = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Count points")
    form = counting.form
    form.observer.value, form.classes.value, form.fields["points"].value = "Ana", "quartz, mica", 10
    counting.begin()
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_2, Qt.Key.Key_Backspace, Qt.Key.Key_1):
        qtbot.keyClick(counting.page, key)
    names = read_count(folder / "S9 PPL.points.csv").of("Ana")
    assert names[:4] == ("quartz", "mica", "quartz", UNNAMED)
    counting.close_jobs()


def label(viewer: Any, qtbot: Any, photos: Path, folder: Path, wait: Any) -> Any:
    """Make a collection, label it by keys, and give it the scale of its bars, typed once."""
    annotate = open_annotate_widget(viewer)
    annotate.file_panel.new_collection(folder / "sections.collection.json")
    annotate.file_panel.adding.add_paths([photos])
    qtbot.waitUntil(lambda: not annotate.file_panel.adding.jobs.running)
    annotate.vocabulary.add_vocabulary(lambda: Vocabulary.of_classes("rock", list(CLASSES.values())))
    annotator = annotate.annotator
    for image in annotator.collection.images:
        annotator.show(image.key)
        key = Qt.Key.Key_1 if image.name.startswith("coarse") else Qt.Key.Key_2
        qtbot.keyClick(annotate.page.table, key)
    assert {image.labels["rock"] for image in annotator.collection.images} == set(CLASSES.values())
    annotate.edit_scale()
    dialog = annotate.scale_dialog
    dialog.targets.setCurrentText("all images")
    dialog.from_bars.click()
    wait(dialog.jobs)
    dialog.scale.bar_length.setValue(BAR_MICROMETRES)
    dialog.scale.use.click()
    dialog.close()
    sizes = [image.pixel_size_um for image in annotator.collection.images]
    assert sizes == pytest.approx([BAR_MICROMETRES / BAR_PIXELS] * len(sizes), rel=0.02)
    return annotate


def ask_why(viewer: Any, qtbot: Any, annotate: Any, model: Path, answers: Answers, wait: Any) -> Any:
    """Classify the shown photo at its scale, ask why and what it resembles, save the figure."""
    annotator = annotate.annotator
    shown = annotator.collection.images[0]
    annotator.show(shown.key)
    qtbot.waitUntil(lambda: shown.name in viewer.layers)
    classify = classify_with_model(viewer, model)
    viewer.layers.selection = {viewer.layers[shown.name]}
    classify.setup.choose_selected_layers()
    classify.classify()
    wait(classify)
    assert "Classified 1 image" in classify.status.text()
    assert "without a scale" not in classify.status.text()
    tree, why = classify.answers.predictions, classify.answers.why
    warning, line = map(tree.topLevelItem(0).child, range(2))
    assert warning.text(0) == "The model was trained on this photo"
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualItemRect(line).center())
    why.map.click()
    wait(why.jobs)
    evidence = next(layer for layer in viewer.layers if layer.name.startswith("evidence"))
    assert evidence.visible
    assert np.ptp(evidence.data) > 0
    why.similar_photos.ask.click()
    wait(why.similar_photos.jobs)
    neighbours = why.similar_photos.strip.subjects()
    assert len(neighbours) > 1
    assert shown.section not in {photo.section for photo in neighbours}
    answers.file = model.parent / "figure.png"
    classify.save_figure()
    qtbot.waitUntil(lambda: "The figure is" in classify.status.text())
    assert answers.file.is_file()
    return classify


def explore(viewer: Any, annotate: Any, wait: Any) -> None:
    """Map the collection, choose photos on it, and see the gallery of a class."""
    widget = open_explore_widget(viewer)
    widget.map.draw.click()
    wait(widget.map.jobs)
    assert len(widget.map.plot.places) == len(CLASSES) * SECTIONS
    widget.map.plot.lassoed.emit([6, 7])
    assert len(annotate.annotator.selected) == 2
    widget.gallery.classes.setCurrentText("mud")
    widget.gallery.show_button.click()
    wait(widget.gallery.jobs)
    assert len(widget.gallery.wall.subjects()) == SECTIONS
    widget.close_jobs()
