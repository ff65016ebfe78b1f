"""A real training in a process of its own, watched from a real viewer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from tests.plugin.stalls import LONGEST_STALL_SECONDS, StallWatch
from tests.plugin.train.conftest import use_table

from napari_rocks2net.plugin.train.scripting import continue_training, train_layers
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.training import EpochFinished, load_run
from napari_rocks2net.training.process.training_process import TrainingFailedError

# Of a computer that has much else to do.
PATIENCE_MS = 400_000


def process_is_over(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.slow
def test_a_training_runs_dies_goes_on_and_is_judged_without_a_stall(
    viewer: Any,
    open_widget: Callable[[], Any],
    qtbot: Any,
    labels_csv: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    widget = open_widget()
    use_table(widget.source, labels_csv, "rock", "section")
    settings = {"model": "densenet121", "size": 64, "batch_size": 4, "epochs": 2, "accelerator": "cpu"}
    for name, value in settings.items():
        getattr(widget.settings, name).value = value
    qtbot.waitUntil(lambda: widget.preview.table.rowCount() > 0)
    watch = StallWatch()
    widget.start()
    qtbot.waitUntil(lambda: len(widget.view.curves.points("loss", "training")[0]) == 1, timeout=PATIENCE_MS)
    pid = widget.job.process.pid
    os.kill(pid, 9)
    qtbot.waitUntil(lambda: not widget.running)
    assert "signal 9" in widget.status.text()
    folder = widget.job.folder
    watch.stop()
    # Another session finds the run and goes on with it, although it was written to a moment ago.
    widget.parent().titleBarWidget().close_button.click()
    widget = open_widget()
    qtbot.waitUntil(lambda: bool(widget.earlier.runs))
    widget.earlier.select(folder)
    monkeypatch.setattr(questions, "confirm", lambda *_: True)
    # Opening a widget is no part of a training.
    later = StallWatch()
    widget.earlier.go_on.click()
    assert widget.view.curves.points("loss", "training")[0] == (1,)
    qtbot.waitUntil(lambda: not widget.running, timeout=PATIENCE_MS)
    later.stop()
    assert widget.job.state == "finished", widget.status.text()
    assert widget.view.curves.points("loss", "training")[0] == (1, 2)
    result = widget.judging.result
    assert result.confusion.sum() == len(result.predictions) > 0
    assert process_is_over(pid)
    assert process_is_over(widget.job.process.pid)
    assert max(watch.longest, later.longest) < LONGEST_STALL_SECONDS


def test_folds_are_trained_one_after_the_other_and_their_spread_is_shown(
    viewer: Any, open_widget: Callable[[], Any], qtbot: Any, labels_csv: Path
) -> None:
    widget = open_widget()
    use_table(widget.source, labels_csv, "rock", "section")
    settings = {"model": "microcrystalnet", "folds": 2, "epochs": 1, "batch_size": 4, "accelerator": "cpu"}
    for name, value in settings.items():
        getattr(widget.settings, name).value = value
    qtbot.waitUntil(lambda: "in one of 2 trainings" in widget.preview.sentence.text())
    qtbot.mouseClick(widget.controls.buttons["start"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not widget.running, timeout=PATIENCE_MS)
    assert widget.job.state == "finished", widget.status.text()
    folder = widget.job.folder
    accuracies = [load_run(folder / f"fold-{fold}").metrics["test"]["accuracy"] for fold in (1, 2)]
    assert widget.view.fold_accuracies == dict(enumerate(accuracies, start=1))
    mean, deviation = (100 * float(figure) for figure in (np.mean(accuracies), np.std(accuracies, ddof=1)))
    assert f"over 2 folds: {mean:.0f} ± {deviation:.0f} %" in widget.view.spread.text()
    assert widget.view.bars["fold"].value() == 2
    # Every photo is tested once, and there is no single model to use.
    assert widget.judging.result.confusion.sum() == 12
    assert not widget.judging.use.isEnabled()
    assert process_is_over(widget.job.process.pid)


def test_a_script_trains_on_layers_and_hears_every_event(
    viewer: Any, scripted: Any, make_run: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_layers_of(viewer)
    finished = make_run()

    def wait(self: Any, timeout: float | None = None) -> bool:
        if len(self.script) <= 1:
            self.finish(finished)
            self.state = "running"
            return True
        return False

    def close(self: Any) -> None:
        self.state = "finished"

    monkeypatch.setattr(scripted, "wait", wait, raising=False)
    monkeypatch.setattr(scripted, "close", close)
    heard: list[Any] = []
    run = train_layers(viewer, None, "rock", tmp_path / "run", heard.append, size=64, epochs=2)
    assert run.folder == finished
    assert [event.epoch for event in heard if isinstance(event, EpochFinished)] == [1, 2]
    samples = scripted.made[0].samples
    assert samples.frame["rock"].tolist() == ["granite", "schist"] * 3
    assert all(Path(file).parent == tmp_path / "run" / "layer_images" for file in samples.frame["file"])


def test_a_script_gets_the_reason_for_a_missing_result(
    layers: Any, scripted: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_layers_of(layers)

    def wait(self: Any, timeout: float | None = None) -> bool:
        self.die("Memory ran out.")
        return True

    monkeypatch.setattr(scripted, "wait", wait, raising=False)
    with pytest.raises(TrainingFailedError, match=r"Memory ran out\."):
        train_layers(layers, None, "rock", tmp_path / "run", size=64)


def test_a_script_goes_on_with_a_run(
    viewer: Any, scripted: Any, make_run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = make_run()

    def wait(self: Any, timeout: float | None = None) -> bool:
        self.finish(finished)
        return True

    monkeypatch.setattr(scripted, "wait", wait, raising=False)
    assert continue_training(viewer, finished).model_path == finished / "model.safetensors"
    assert scripted.made[0].orders[0] == "continued"


def label_layers_of(viewer: Any) -> None:
    for section in range(3):
        for label, level in (("granite", 60), ("schist", 180)):
            mark = {"labels": {"rock": label}, "section": f"{label}{section}"}
            pixels = np.full((32, 40, 3), level + section, np.uint8)
            viewer.add_image(pixels, name=f"{label} {section}", metadata={"rocks2net": mark})
