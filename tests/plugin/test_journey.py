"""A new user's first hour: open photos, label them, lose the process, train, judge, classify."""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from qtpy.QtCore import Qt, QTimer

from napari_rocks2net.annotation import read_collection
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.synthetic import draw_section

SECTIONS = 10
LABELLED_BEFORE_THE_KILL = 30
# An epoch, or loading torch, takes longer; slow machines get time.
LONGEST_STALL_SECONDS = 5.0
MINUTE = 60_000


def synthetic_photos(folder: Path) -> dict[str, str]:
    """Draw two classes of ten thin sections, two photos of each; return the class of each file."""
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
    """Return two classes of ten thin sections, each at two magnifications."""
    tables = [pd.read_csv(data / "mudstone" / name, dtype=str) for name in ("10x.csv", "2.5x.csv")]
    photos = pd.concat(tables)
    photos = photos[photos["lithology"].isin(["AMdst", "BMdst"])]
    photos = photos.drop_duplicates(["sample", "magnification"])
    both = photos.groupby("sample")["magnification"].transform("nunique") == 2
    chosen = photos[both].groupby(["lithology", "magnification"]).head(SECTIONS)
    return {str((data / "mudstone" / row.file).resolve()): row.lithology for row in chosen.itertuples()}


@pytest.fixture
def truth(real_data_or_none: Path | None, tmp_path: Path) -> dict[str, str]:
    """The class of each of 40 photos: real ones where they are, drawn ones elsewhere."""
    return real_photos(real_data_or_none) if real_data_or_none else synthetic_photos(tmp_path)


class Clock:
    """The longest time between two ticks of a timer on the GUI thread."""

    def __init__(self) -> None:
        self.ticks: list[float] = []
        self._timer = QTimer()
        self._timer.timeout.connect(lambda: self.ticks.append(time.perf_counter()))

    def __enter__(self) -> Clock:
        self._timer.start(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()

    @property
    def longest(self) -> float:
        return float(np.diff(self.ticks).max())


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
    qtbot.waitUntil(lambda: not button.isHidden() and button.isEnabled(), timeout=MINUTE)
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
    assert len(truth) == 40
    collection = tmp_path / "mine.collection.json"
    annotate_until_killed(collection, truth)
    before = {str(image.file): image.labels.get("lithology") for image in read_collection(collection).images}
    labelled = {file: label for file, label in before.items() if label}
    assert len(before) == 40
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
    qtbot.waitUntil(lambda: "20 thin sections" in train.preview.sentence.text(), timeout=MINUTE)
    with Clock() as clock:
        press(qtbot, train, "start")
        qtbot.waitUntil(lambda: train.job.state == "running", timeout=2 * MINUTE)
        press(qtbot, train, "pause")
        qtbot.waitUntil(lambda: train.job.state == "paused", timeout=MINUTE)
        press(qtbot, train, "pause")
        qtbot.waitUntil(lambda: len(train.view.curves.points("loss", "training")[0]) == 1, timeout=2 * MINUTE)
        press(qtbot, train, "stop")
        qtbot.waitUntil(lambda: not train.running, timeout=2 * MINUTE)
        assert train.job.state == "finished"
        press(qtbot, train, "go_on")
        qtbot.waitUntil(lambda: len(train.view.curves.points("loss", "training")[0]) == 2, timeout=2 * MINUTE)
        qtbot.waitUntil(lambda: not train.running, timeout=2 * MINUTE)
    assert train.job.state == "finished"
    assert clock.longest < LONGEST_STALL_SECONDS

    result = train.judging.result
    assert result.confusion.sum() > 0
    row, column = np.argwhere(result.confusion > 0)[0]
    train.judging.plot.choose_cell(int(row), int(column))
    cell = result.cell(result.classes[row], result.classes[column])
    qtbot.waitUntil(lambda: len(viewer.layers) >= len(cell), timeout=MINUTE)

    _, classify = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Classify")
    train.use_in_classify(train.job.run.model_path)
    classify.setup.choose_selected_layers()
    classify.classify()
    qtbot.waitUntil(lambda: not classify.running, timeout=2 * MINUTE)
    assert "Classified" in classify.status.text()
    train.close_jobs()
    annotate.stop()
