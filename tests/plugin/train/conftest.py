"""What the tests of the Train widget share: small photos, a scripted training, a finished run folder."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.run_folders import CLASSES, epoch, make_run, unfinished_run

from napari_rocks2net.plugin.train.source_fields import TABLE
from napari_rocks2net.training import (
    BatchFinished,
    TrainingConfig,
    TrainingEvent,
    TrainingPaused,
    TrainingResumed,
    TrainingRun,
    TrainingStarted,
)

__all__ = ["make_run", "unfinished_run"]


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
        self.orders: list[str] = []
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
        process.orders.append("continued")
        return process

    config: TrainingConfig
    samples: Any
    folds: int | None

    @property
    def run(self) -> TrainingRun | None:
        return self.result if self.state == "finished" else None

    def poll(self) -> list[TrainingEvent]:
        paused = bool(self.script) and isinstance(self.script[0], TrainingPaused)
        return [self.script.pop(0)] if self.script and (self.state == "running" or paused) else []

    def pause(self) -> None:
        self.orders.append("pause")
        self.state = "paused"
        self.script.insert(0, TrainingPaused())

    def resume(self) -> None:
        self.orders.append("resume")
        self.state = "running"
        self.script.insert(0, TrainingResumed())

    def stop(self) -> None:
        self.orders.append("stop")
        self.state = "stopping"

    def discard(self) -> None:
        self.orders.append("discard")
        self.state = "discarded"

    def close(self) -> None:
        self.orders.append("close")

    def die(self, error: str) -> None:
        self.state, self.error = "failed", error

    def finish(self, run_folder: Path) -> None:
        self.result = TrainingRun(run_folder, run_folder / "model.safetensors", {})
        self.state = "finished"


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedProcess]:
    """Let the widget start scripted trainings; they are in ``made``."""
    monkeypatch.setattr("napari_rocks2net.training.TrainingProcess", ScriptedProcess)
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
            rows.append({"file": name, "rock": label, "section": f"{label[0]}{section}", "texture": "fine"})
    path = tmp_path / "labels.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def open_widget(
    open_from_menu: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Any]:
    """Open the Train widget, with runs in a folder of the test."""
    from napari_rocks2net.plugin.train import settings_page
    from napari_rocks2net.plugin.work import preferences

    monkeypatch.setattr(preferences, "DEFAULT_RUNS", tmp_path / "runs")
    # The look at the device imports torch and has a test of its own.
    monkeypatch.setattr(settings_page.SettingsPage, "ask_advice", lambda self, fill_in=True: None)
    return lambda: open_from_menu("Train")


def use_table(form: Any, path: Path, property: str | None = None, group: str | None = None) -> None:
    """Choose a CSV, and its columns, in the form of the samples."""
    form.kind.value, form.table.value = TABLE, path
    if group is not None:
        form.group.value = group
    if property is not None:
        form.property.value = property
