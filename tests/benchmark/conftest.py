from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch import nn

from napari_rocks2net.benchmark import cost
from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.models import DsanNetwork, GlobalNetwork, ModelSpec, RockNetwork
from napari_rocks2net.models.catalog import MODELS
from napari_rocks2net.samples import SampleTable, load_samples


class TinyNetwork(GlobalNetwork):
    """Stands in for a network where a test is about the benchmark around it."""

    def __init__(self, num_classes: int, features: int) -> None:
        backbone = nn.Sequential(nn.Conv2d(3, features, 8, stride=8), nn.ReLU())
        super().__init__(num_classes, backbone, features)


class TinyDsan(DsanNetwork):
    """Stands in for a ResNet-50."""

    def __init__(self, num_classes: int) -> None:
        RockNetwork.__init__(self, num_classes, nn.AvgPool2d(32))
        self.bottleneck, self.head = nn.Linear(3, 4), nn.Linear(4, self.num_classes)


def without_timm(classes: int, **arguments: object) -> RockNetwork:
    raise MissingExtraError("darknet53", "timm", "zoo")


@pytest.fixture(scope="module", autouse=True)
def tiny_networks():
    """Register "small", "wide" and a tiny "dsan"; "darknet53" misses its library; speed takes no time."""
    with pytest.MonkeyPatch.context() as patch:
        for name, builder in {
            "small": lambda classes, **arguments: TinyNetwork(classes, 4),
            "wide": lambda classes, **arguments: TinyNetwork(classes, 12),
            "dsan": lambda classes, **arguments: TinyDsan(classes),
            "darknet53": without_timm,
        }.items():
            spec = MODELS.get(name, ModelSpec(name, name, "tests"))
            patch.setitem(MODELS, name, replace(spec, builder=builder))
        patch.setattr(cost, "SECONDS", 0.01)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Two classes of six thin sections with two photos each, to be read only."""
    rng = np.random.default_rng(0)
    photos = tmp_path_factory.mktemp("benchmark") / "photos"
    for label, colour in (("granite", (160, 110, 110)), ("schist", (110, 110, 160))):
        (photos / label).mkdir(parents=True)
        for photo in range(12):
            values = rng.normal(0, 20, (40, 50, 3)) + rng.normal(0, 25, 3) + colour
            image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
            image.save(photos / label / f"{label}{photo // 2}_{photo % 2}.png")
    return photos


@pytest.fixture(scope="module")
def samples(folder) -> SampleTable:
    return load_samples(folder, "rock", r"(\w+\d)_")


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"size": 64, "epochs": 2, "batch_size": 4, "accelerator": "cpu"}
