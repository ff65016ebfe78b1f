"""Run folders as trainings leave them, finished and unfinished, for tests of several rooms."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from napari_rocks2net.samples import load_samples
from napari_rocks2net.training import EpochFinished, TrainingConfig
from napari_rocks2net.training.runs.opening import open_run
from napari_rocks2net.training.runs.run_folder import RunFolder

CLASSES = ("granite", "schist à grenat")


def epoch(number: int, epochs: int = 3) -> EpochFinished:
    return EpochFinished(
        number, epochs, 1 / number, 0.4 + 0.1 * number, 1.5 / number, 0.3 + 0.1 * number, 2.0
    )


@pytest.fixture
def unfinished_run(tmp_path: Path, labels_csv: Path) -> Callable[..., Path]:
    """Write the folder of a run whose process was killed after some epochs of three."""

    def make(name: str = "killed", epochs_done: int = 1, folds: int | None = None, **config: Any) -> Path:
        folder = tmp_path / "runs" / name
        settings = {"model": "densenet121", "size": 64, "epochs": 3} | config
        samples = load_samples(labels_csv, "rock", "section")
        open_run(RunFolder(folder), TrainingConfig(**settings, output=folder), samples, folds)
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
        settings |= {"properties": {"rock": list(CLASSES)}}
        part = metrics_of(accuracy)
        metrics = {"reported_on": "test", **part, "validation": part, "test": part, "best_epoch": 2}
        (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
        (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
        predictions_table(labels_csv.parent).to_csv(folder / "predictions.csv", index=False)
        write_history(folder, 2)
        samples = pd.DataFrame({"file": ["x.png"], "rock": ["granite"], "group": ["g0"], "split": ["train"]})
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
                "property": "rock", "true_label": true, "label": label, "probability": sure,
                "correct": true == label,
            }
            for name, group, true, label, sure in rows
        ]
    )  # fmt: skip
