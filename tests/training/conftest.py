from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

from napari_rocks2net.models.output import ModelOutput, class_counts, segment_log_softmax
from napari_rocks2net.training import TrainingConfig, components


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


@pytest.fixture
def tiny():
    return TinyNetwork


@pytest.fixture
def tiny_network(monkeypatch):
    monkeypatch.setattr(components, "create_model", lambda name, classes, **arguments: TinyNetwork(classes))


@pytest.fixture
def write_photo():
    """Write a noisy photo of about one colour: the classes overlap, so losses stay finite."""

    def write(path: Path, colour: tuple[int, int, int] = (128, 128, 128), seed: int = 0) -> Path:
        random = np.random.default_rng(seed)
        noise = random.normal(0, 20, (40, 50, 3)) + random.normal(0, 30, 3)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.clip(noise + colour, 0, 255).astype(np.uint8)).save(path)
        return path

    return write


@pytest.fixture
def labels_csv(tmp_path, write_photo) -> Path:
    """Two classes of six thin sections with two photos each, and a second property."""
    rows = []
    for label, colour in (("granite", (160, 120, 120)), ("schist à grenat", (120, 120, 160))):
        for section in range(6):
            for photo in range(2):
                name = f"photos of sections/{label} {section} {photo}.png"
                write_photo(tmp_path / name, colour, seed=len(rows))
                rows.append({"file": name, "rock": label, "section": f"{label[0]}{section}", "light": "PPL"})
    path = tmp_path / "labels.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


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
        }
        return TrainingConfig(**(settings | {"output": tmp_path / "run"} | changes))

    return make
