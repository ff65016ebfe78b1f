"""What the tests of the Train widget share: small photos, a scripted training, a finished run folder."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from napari_rocks2net.samples import load_samples
from napari_rocks2net.training import (
    BatchFinished,
    EpochFinished,
    TrainingConfig,
    TrainingEvent,
    TrainingPaused,
    TrainingResumed,
    TrainingRun,
    TrainingStarted,
)
from napari_rocks2net.training.run_folder import RunFolder

CLASSES = ("granite", "schist à grenat")


def epoch(number: int, epochs: int = 3) -> EpochFinished:
    return EpochFinished(
        number, epochs, 1 / number, 0.4 + 0.1 * number, 1.5 / number, 0.3 + 0.1 * number, 2.0
    )


def script_of(epochs: int, folder: Path) -> list[TrainingEvent]:
    """Return the events of a whole training, two batches an epoch."""
    events: list[TrainingEvent] = [TrainingStarted(folder, "cpu", 1, epochs, 16, 4, 4)]
    for number in range(1, epochs + 1):
        events += [BatchFinished(number, epochs, batch, 2) for batch in (1, 2)]
        events.append(epoch(number, epochs))
    return events


class ScriptedProcess:
    """A stand-in for `TrainingProcess`: hands out one event a poll and does what it is told."""

    made: list[ScriptedProcess] = []  # noqa: RUF012

    def __init__(self, folder: Path, script: list[TrainingEvent]) -> None:
        self.folder = folder
        self.script = list(script)
        self.state = "running"
        self.error: str | None = None
        self.told: list[str] = []
        self.result: TrainingRun | None = None
        self.made.append(self)

    @classmethod
    def start(cls, config: TrainingConfig, samples: Any, folds: int | None = None) -> ScriptedProcess:
        process = cls(config.folder, script_of(config.epochs or 1, config.folder))
        process.config, process.samples, process.folds = config, samples, folds
        return process

    @classmethod
    def continue_run(cls, folder: Path, epochs: int | None = None) -> ScriptedProcess:
        process = cls(Path(folder), [epoch(2), epoch(3)])
        process.told.append("continued")
        return process

    config: TrainingConfig
    samples: Any
    folds: int | None

    @property
    def run(self) -> TrainingRun | None:
        return self.result if self.state == "finished" else None

    def poll(self) -> list[TrainingEvent]:
        return [self.script.pop(0)] if self.script and self.state == "running" else []

    def pause(self) -> None:
        self.told.append("pause")
        self.state = "paused"
        self.script.insert(0, TrainingPaused())

    def resume(self) -> None:
        self.told.append("resume")
        self.state = "running"
        self.script.insert(0, TrainingResumed())

    def stop(self) -> None:
        self.told.append("stop")
        self.state = "stopping"

    def discard(self) -> None:
        self.told.append("discard")
        self.state = "discarded"

    def close(self) -> None:
        self.told.append("close")

    def die(self, error: str) -> None:
        self.state, self.error = "failed", error

    def finish(self, run_folder: Path) -> None:
        self.result = TrainingRun(run_folder, run_folder / "model.safetensors", {})
        self.state = "finished"


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedProcess]:
    """Let the widget start scripted trainings; they are in ``made``."""
    for module in ("training", "training.waiting"):
        monkeypatch.setattr(f"napari_rocks2net.{module}.TrainingProcess", ScriptedProcess)
    monkeypatch.setattr(ScriptedProcess, "made", [])
    return ScriptedProcess


@pytest.fixture
def labels_csv(tmp_path: Path) -> Path:
    """Two classes, six thin sections each, one small photo a section, and a column that names it."""
    random, rows = np.random.default_rng(0), []
    for label, level in zip(CLASSES, (70, 170), strict=True):
        for section in range(6):
            pixels = np.clip(random.normal(level, 20, (40, 48, 3)), 0, 255).astype(np.uint8)
            name = f"photos/{label} {section}.png"
            (tmp_path / "photos").mkdir(exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / name)
            rows.append({"file": name, "rock": label, "section": f"{label[0]}{section}", "light": "PPL"})
    path = tmp_path / "labels.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def unfinished_run(tmp_path: Path, labels_csv: Path) -> Callable[..., Path]:
    """Write the folder of a run whose process was killed after some epochs of three."""

    def make(name: str = "killed", epochs_done: int = 1, folds: int | None = None, **config: Any) -> Path:
        folder = tmp_path / "runs" / name
        settings = {"model": "densenet121", "size": 64, "epochs": 3} | config
        samples = load_samples(labels_csv, "rock", "section")
        RunFolder(folder).open(TrainingConfig(**settings, output=folder), samples, folds)
        if epochs_done:
            write_history(folder, epochs_done)
        return folder

    return make


def write_history(folder: Path, epochs_done: int) -> None:
    rows = [vars(epoch(number)) for number in range(1, epochs_done + 1)]
    folder.mkdir(exist_ok=True)
    pd.DataFrame(rows).to_csv(folder / "history.csv", index=False)


@pytest.fixture
def make_run(tmp_path: Path, model_path: Path, labels_csv: Path) -> Callable[..., Path]:
    """Write the folder of a finished run: four test images of two classes, one of them wrong."""

    def make(name: str = "a run", accuracy: float = 0.75, **config: Any) -> Path:
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        shutil.copy(model_path, folder / "model.safetensors")
        settings = TrainingConfig(**({"model": "densenet121", "size": 64} | config), output=folder).to_dict()
        settings |= {"property": "rock", "classes": list(CLASSES)}
        part = metrics_of(accuracy)
        metrics = {"reported_on": "test", **part, "validation": part, "test": part, "best_epoch": 2}
        (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
        (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
        predictions_table(labels_csv.parent).to_csv(folder / "predictions.csv", index=False)
        write_history(folder, 2)
        samples = pd.DataFrame({"file": ["x.png"], "label": ["granite"], "group": ["g0"], "split": ["train"]})
        samples.to_csv(folder / "samples.csv", index=False)
        return folder

    return make


def metrics_of(accuracy: float) -> dict[str, Any]:
    figures = {"precision": 1.0, "recall": 0.5, "f1": 2 / 3, "support": 2}
    return {
        "samples": 4,
        "accuracy": accuracy,
        "accuracy_interval": [0.3, 0.95],
        "balanced_accuracy": accuracy,
        "per_class": dict.fromkeys(CLASSES, figures),
        "confusion_matrix": [[1, 1], [0, 2]],
        "classes": list(CLASSES),
        "expected_calibration_error": 0.1,
        "log_loss": 0.5,
    }


def predictions_table(folder: Path) -> pd.DataFrame:
    """Return what a run says about four images: the second granite is taken for schist."""
    granite, schist = CLASSES
    rows = [
        (f"{granite} 0.png", "g0", granite, granite, 0.8),
        (f"{granite} 1.png", "g1", granite, schist, 0.9),
        (f"{schist} 0.png", "s0", schist, schist, 0.7),
        (f"{schist} 1.png", "s1", schist, schist, 0.6),
    ]
    return pd.DataFrame(
        [
            {
                "file": str(folder / "photos" / name), "region": "", "group": group, "split": "test",
                "true_label": true, "label": label, "probability": sure, "correct": true == label,
            }
            for name, group, true, label, sure in rows
        ]
    )  # fmt: skip


@pytest.fixture
def open_widget(viewer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """Open the Train widget as the menu does, with runs in a folder of the test; ends its jobs."""
    from superqt.utils._qthreading import WorkerBase

    from napari_rocks2net.plugin.train import settings_fields, settings_page

    monkeypatch.setattr(settings_fields, "DEFAULT_RUNS", tmp_path / "runs")
    # The look at the device imports torch and has a test of its own.
    monkeypatch.setattr(settings_page.SettingsPage, "ask_advice", lambda self, fill_in=True: None)
    opened: list[Any] = []

    def open_it() -> Any:
        _, widget = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Train")
        opened.append(widget)
        return widget

    yield open_it
    for widget in opened:
        widget.close_jobs()
    WorkerBase.await_workers(30_000)
