"""Classifiers of random weights, and photos, that are asked why."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.features import describe, joined
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard
from napari_rocks2net.models import Probe, RockNetwork, create_model
from napari_rocks2net.rock_properties import RockProperty

PROPERTIES = (
    RockProperty("lithology", ("granite", "slate", "basalt")),
    RockProperty("matrix", ("clay", "mica")),
)

NONE: dict = {}


def classifier_of(network: RockNetwork, architecture: str, **card: object) -> RockClassifier:
    """Load a network as if from a file."""
    properties = PROPERTIES[: len(network.classes_per_property)]
    preprocessing = card.pop("preprocessing", Preprocessing(size=64))
    made = ModelCard(properties=properties, architecture=architecture, preprocessing=preprocessing, **card)
    return RockClassifier([LoadedModel(network, made, "cpu")])


@pytest.fixture
def classifier() -> Callable[..., RockClassifier]:
    """Make a classifier of a network of the catalogue, with random weights."""

    def make(
        architecture: str, classes: object = 3, temperatures: object = NONE, **arguments: object
    ) -> RockClassifier:
        torch.manual_seed(0)
        network = create_model(architecture, classes, **arguments)
        return classifier_of(network, architecture, temperatures=temperatures, arguments=arguments)

    return make


@pytest.fixture
def probe_classifier(rgb: np.ndarray) -> Callable[..., RockClassifier]:
    """Make a classifier of a probe whose coefficients are drawn, standardised by one photo."""

    def make(**arguments: object) -> RockClassifier:
        network = create_model("probe", 3, photos=4, **arguments)
        assert isinstance(network, Probe)
        generator = torch.Generator().manual_seed(0)
        for name in ("weight", "learned", "intercept"):
            getattr(network, name).normal_(std=0.05, generator=generator)
        described = describe(rgb[:, ::-1][:50], network.kinds, stages=network.backbone)
        row = torch.from_numpy(joined(described.whole, network.kinds)).clamp(-10, 10)
        network.mean.copy_(row.repeat(network.layout.blocks))
        network.scale.fill_(0.05)
        network.distances.copy_(torch.arange(1.0, 5.0))
        native = Preprocessing(size=640, resize="native", normalisation="unit")
        return classifier_of(network, "probe", preprocessing=native, arguments=network.arguments)

    return make
