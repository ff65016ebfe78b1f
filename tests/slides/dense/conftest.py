"""A model without padding: what the windows of a slide share is then exactly what each has by itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard
from napari_rocks2net.models import GlobalNetwork
from napari_rocks2net.rock_properties import RockProperty

SIZE = 64


@pytest.fixture
def paddingless() -> RockClassifier:
    """A classifier of windows of 64 px by the mean of a few colours."""
    return classifier_of(lambda: nn.Sequential(nn.Conv2d(3, 8, 1), nn.ReLU(), nn.AvgPool2d(32)))


@pytest.fixture
def padded() -> RockClassifier:
    """The same by the mean of textures, with zeros around every window, so that both ways differ."""
    return classifier_of(
        lambda: nn.Sequential(nn.Conv2d(3, 8, 21, stride=4, padding=10), nn.ReLU(), nn.AvgPool2d(8))
    )


def classifier_of(backbone: Callable[[], nn.Module]) -> RockClassifier:
    """Return a classifier with random weights whose answers differ from window to window."""
    torch.manual_seed(3)
    network = GlobalNetwork(3, backbone(), 8)
    with torch.no_grad():
        network.head.classes.weight.mul_(8)
        network.global_norm.running_mean.copy_(network.backbone(torch.rand(1, 3, 512, 512)).mean((0, 2, 3)))
        network.global_norm.running_var.fill_(0.003)
    card = ModelCard(
        (RockProperty("rock", ("a", "b", "c")),), "test", Preprocessing(size=SIZE, normalisation="unit")
    )
    return RockClassifier([LoadedModel(network, card, "cpu")])


@pytest.fixture
def gradients(rng: np.random.Generator) -> np.ndarray:
    """A slide of 320 x 512 px whose colours go from one to another, with noise."""
    y, x = np.indices((320, 512))
    smooth = np.stack([np.sin(y / 90), np.cos(x / 70), np.sin((x + y) / 110)], axis=-1) * 100 + 128
    return np.clip(smooth + rng.normal(0, 20, smooth.shape), 0, 255).astype(np.uint8)
