"""A new user's first hour: open photos, label them, lose the process, train, judge, classify."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from qtpy.QtCore import Qt
from tests.plugin.stalls import LONGEST_STALL_SECONDS, StallWatch

from napari_rocks2net.annotation import read_collection
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.synthetic import draw_section

SECTIONS = 5
LABELLED_BEFORE_THE_KILL = 12
# Of a computer that has much else to do.
PATIENCE = 400_000


def synthetic_photos(folder: Path) -> dict[str, str]:
    """Draw two classes of five thin sections, two photos of each; return the class of each file."""
    labels = {}
    for number in range(SECTIONS):
        for label in ("coarse crystal", "mud crystal"):
            section = draw_section(label, size=96, seed=number)
            for light, pixels in (("PPL", section.ppl), ("XPL", section.xpl)):
                file = folder / f"{label[:3]}{number:02d}_{light}.png"
                Image.fromarray(pixels).save(file)
                labels[str(file)] = label
    return labels


def real_photos(data: Path) -> dict[str, str]:
    """Return two classes of five thin sections, each at two magnifications."""
    tables = [pd.read_csv(data / "mudstone" / name, dtype=str) for name in ("10x.csv", "2.5x.csv")]
    photos = pd.concat(tables)
    photos = photos[photos["lithology"].isin(["AMdst", "BMdst"])]
    photos = photos.drop_duplicates(["sample", "magnification"])
    both = photos.groupby("sample")["magnification"].transform("nunique") == 2
    chosen = photos[both].groupby(["lithology", "magnification"]).head(SECTIONS)
    return {str((data / "mudstone" / row.file).resolve()): row.lithology for row in chosen.itertuples()}


@pytest.fixture
def truth(real_data_or_none: Path | None, tmp_path: Path) -> dict[str, str]:
    """The class of each of 20 photos: real ones where they are, drawn ones elsewhere."""
    return real_photos(real_data_or_none) if real_data_or_none else synthetic_photos(tmp_path)


def annotate_until_killed(collection: Path, truth: dict[str, str]) -> None:
    """Label photos in a viewer of its own process and kill that in the middle."""
    table = collection.parent / "truth.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file", "lithology"), *truth.items()])
    script = Path(__file__).parent / "annotating_process.py"
    command = [sys.executable, script, collection, table]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip().isdigit() and int(line) >= LABELLED_BEFORE_THE_KILL:
                break
        process.kill()


def press(qtbot: Any, widget: Any, name: str) -> None:
    button = widget.controls.buttons[name]
    qtbot.waitUntil(lambda: not button.isHidden() and button.isEnabled(), timeout=PATIENCE)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def label_the_rest(qtbot: Any, widget: Any, truth: dict[str, str]) -> None:
    """Press the key of the right class until every photo has its label."""
    classes = widget.annotator.vocabulary.classes
    while unlabelled := [image for image in widget.annotator.collection.images if not image.labels]:
        widget.annotator.show(unlabelled[0].key)
        key = Qt.Key.Key_1 + classes.index(truth[str(unlabelled[0].file)])
        qtbot.keyClick(widget.page.table, Qt.Key(key))


@pytest.mark.slow
def test_from_photos_to_a_model_of_ones_own(
    make_napari_viewer_proxy: Any,
    qtbot: Any,
    tmp_path: Path,
    truth: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(questions, "confirm", lambda *_: True)
    assert len(truth) == 4 * SECTIONS
    collection = tmp_path / "mine.collection.json"
    annotate_until_killed(collection, truth)
    before = {str(image.file): image.labels.get("lithology") for image in read_collection(collection).images}
    labelled = {file: label for file, label in before.items() if label}
    assert len(before) == len(truth)
    assert len(labelled) >= LABELLED_BEFORE_THE_KILL - 1
    assert labelled.items() <= truth.items()

    viewer = make_napari_viewer_proxy(show=True)
    _, annotate = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Annotate")
    annotate.file_panel.open_collection(collection)
    label_the_rest(qtbot, annotate, truth)
    saved = read_collection(collection)
    assert {str(image.file): image.labels["lithology"] for image in saved.images} == truth
    assert len({image.section for image in saved.images}) == 2 * SECTIONS

    _, train = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Train")
    train.source.kind.value = "Collection in Annotate"
    train.source.property.value = "lithology"
    for name, value in {"model": "densenet121", "size": 64, "epochs": 2, "batch_size": 4}.items():
        getattr(train.settings, name).value = value
    train.settings.runs.value = tmp_path / "runs"
    qtbot.waitUntil(
        lambda: f"{2 * SECTIONS} thin sections" in train.preview.sentence.text(), timeout=PATIENCE
    )
    watch = StallWatch()
    press(qtbot, train, "start")
    qtbot.waitUntil(lambda: train.job.state == "running", timeout=PATIENCE)
    press(qtbot, train, "pause")
    qtbot.waitUntil(lambda: train.job.state == "paused", timeout=PATIENCE)
    press(qtbot, train, "pause")
    qtbot.waitUntil(lambda: len(train.view.curves.points("loss", "training")[0]) == 1, timeout=PATIENCE)
    press(qtbot, train, "stop")
    qtbot.waitUntil(lambda: not train.running, timeout=PATIENCE)
    assert train.job.state == "finished"
    press(qtbot, train, "go_on")
    qtbot.waitUntil(lambda: len(train.view.curves.points("loss", "training")[0]) == 2, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not train.running, timeout=PATIENCE)
    watch.stop()
    assert train.job.state == "finished"
    assert watch.longest < LONGEST_STALL_SECONDS

    result = train.judging.result
    assert result.confusion.sum() > 0
    row, column = np.argwhere(result.confusion > 0)[0]
    train.judging.plot.choose_cell(int(row), int(column))
    cell = result.cell(result.classes[row], result.classes[column])
    qtbot.waitUntil(lambda: len(viewer.layers) >= len(cell), timeout=PATIENCE)

    _, classify = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Classify")
    train.use_in_classify(train.job.run.model_path)
    classify.setup.choose_selected_layers()
    classify.classify()
    qtbot.waitUntil(lambda: not classify.running, timeout=PATIENCE)
    assert "Classified" in classify.status.text()
    train.close_jobs()
    annotate.close_jobs()
