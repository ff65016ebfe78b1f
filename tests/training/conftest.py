from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from tests.run_folders import make_run, unfinished_run
from torch import nn

from napari_rocks2net.models.output import ModelOutput, class_counts, segment_log_softmax
from napari_rocks2net.samples import SampleTable, load_samples, split_samples
from napari_rocks2net.training import TrainingConfig
from napari_rocks2net.training.duration import estimate as duration
from napari_rocks2net.training.network import components

__all__ = ["make_run", "unfinished_run"]


class TinyNetwork(nn.Module):
    """Stands in for a DenseNet where a test is about the training around it."""

    name = "densenet121"

    def __init__(self, num_classes: int | Sequence[int]) -> None:
        super().__init__()
        self.classes_per_property = class_counts(num_classes)
        self.num_classes = sum(self.classes_per_property)
        self.features = nn.Sequential(nn.Conv2d(3, 8, 5, stride=4), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
        self.head = nn.Sequential(
            nn.Flatten(), nn.BatchNorm1d(8, momentum=0.01), nn.Dropout(0.2), nn.Linear(8, self.num_classes)
        )

    def forward(self, images: torch.Tensor, critical_area: torch.Tensor | None = None) -> ModelOutput:
        return ModelOutput(segment_log_softmax(self.head(self.features(images)), self.classes_per_property))


@pytest.fixture(autouse=True)
def remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where times of training steps are remembered: of stand-ins they are not for the user's cache."""
    file = tmp_path / "times" / "step_seconds.json"
    monkeypatch.setattr(duration, "remembered_file", lambda: file)
    return file


@pytest.fixture
def samples(labels_csv: Path) -> SampleTable:
    """Two classes of six thin sections, not split yet."""
    return load_samples(labels_csv, property="rock", group="section")


@pytest.fixture
def split(samples: SampleTable) -> SampleTable:
    """The same, split for a training."""
    return split_samples(samples)


@pytest.fixture
def tiny():
    return TinyNetwork


@pytest.fixture
def tiny_network(monkeypatch):
    monkeypatch.setattr(components, "create_model", lambda name, classes, **arguments: TinyNetwork(classes))


@pytest.fixture
def tiny_config(tmp_path):
    """Make a configuration of seconds; keywords change it."""

    def make(**changes) -> TrainingConfig:
        settings: dict[str, Any] = {
            "model": "densenet121",
            "size": 64,
            "epochs": 2,
            "batch_size": 4,
            "accelerator": "cpu",
            "start_from": "random",
            "patience": 20,
        }
        return TrainingConfig(**(settings | {"output": tmp_path / "run"} | changes))

    return make


@pytest.fixture(scope="session")
def field_photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight sections of two classes: PPL alike, XPL red or blue, at two stage angles."""
    folder = tmp_path_factory.mktemp("fields")
    rng = np.random.default_rng(0)
    rows = []
    for section in range(8):
        label = "granite" if section % 2 else "schist"
        for light, angle in (("PPL", ""), ("XPL", 0), ("XPL", 45)):
            colour = (130, 130, 130) if light == "PPL" else (170, 90, 90) if section % 2 else (90, 90, 170)
            pixels = rng.normal(0, 20, (40, 50, 3)) + colour
            name = f"S{section}_{light}{f'_{angle}deg' if light == 'XPL' else ''}.png"
            Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(folder / name)
            rows.append([name, f"S{section}", f"S{section}", light, angle, label])
    columns = ["file", "section", "field", "light", "angle", "rock"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "fields.csv", index=False)
    return folder
