"""What tests of slides need: a model whose truth is known, and slides of two colours."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard
from napari_rocks2net.models import ModelOutput, RockNetwork
from napari_rocks2net.rock_properties import RockProperty

SIZE = 64
RED, BLUE = (180, 60, 60), (60, 60, 180)


class ColourNetwork(RockNetwork):
    """Says "red" or "blue" by the mean colour, and looks at the middle fifth."""

    def __init__(self) -> None:
        super().__init__(2, nn.Identity())
        self.steepness = nn.Parameter(torch.tensor(8.0))

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        red, _, blue = images.mean(dim=(2, 3)).unbind(dim=1)
        logits = self.steepness * torch.stack([red - blue, blue - red], dim=1)
        area = torch.tensor([[0.4, 0.4, 0.6, 0.6]]).expand(len(images), 4)
        return ModelOutput(logits.log_softmax(dim=1), critical_area=area)


@pytest.fixture
def colours() -> RockClassifier:
    """A classifier of red and blue windows, 64 px."""
    card = ModelCard(
        (RockProperty("colour", ("red", "blue")),), "test", Preprocessing(size=SIZE, normalisation="unit")
    )
    return RockClassifier([LoadedModel(ColourNetwork(), card, "cpu")])


@pytest.fixture
def two_halves() -> np.ndarray:
    """A slide of 256 x 448 px, red left of column 224 and blue right of it."""
    picture = np.empty((256, 448, 3), np.uint8)
    picture[:, :224], picture[:, 224:] = RED, BLUE
    return picture
