"""DenseNet-121 as feature extractor, with dilated dense blocks (the GD block of RockS²Net)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torchvision.models import DenseNet121_Weights, densenet121

from napari_rocks2net.features import PHOTOS, FieldLayout
from napari_rocks2net.models.fields import FieldNorm
from napari_rocks2net.models.imagenet import imagenet_network

FEATURES = 1024


def dense_features(dilation: int, *, pretrained: bool = False) -> nn.Module:
    """Return the rectified features of torchvision's DenseNet-121: (B, 3, S, S) -> (B, 1024, S/32, S/32).

    Parameters
    ----------
    dilation : int
        Dilation (and padding) of the 58 3x3 convolutions of the dense blocks; 1 is the plain
        network, 2 the GD block (equation 6 of Zhu et al. 2024: equivalent kernel 5). It adds no
        parameter, so ImageNet weights fit either way.
    pretrained : bool
        Start from torchvision's ImageNet weights, downloaded once by torch.

    Raises
    ------
    PretrainedWeightsError
        If the weights are neither cached nor downloadable.
    """
    weights = DenseNet121_Weights.IMAGENET1K_V1 if pretrained else None
    features = cast("nn.Sequential", imagenet_network(densenet121, weights).features)
    for module in features.modules():
        if isinstance(module, nn.Conv2d) and module.kernel_size == (3, 3):
            module.dilation = module.padding = (dilation, dilation)
    features.add_module("relu5", nn.ReLU(inplace=True))
    return features


class Head(nn.Module):
    """The classifier behind the pooled features: Linear(F, 64), ReLU, Linear(64, C)."""

    def __init__(self, num_classes: int, features: int = FEATURES) -> None:
        super().__init__()
        self.hidden = nn.Linear(features, 64)
        self.classes = nn.Linear(64, num_classes)

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits (..., C) of normalised features (..., F)."""
        logits: Tensor = self.classes(self.hidden(features).relu())
        return logits


class PropertyHeads(nn.Module):
    """One `Head` for each property behind the same features, their logits side by side."""

    def __init__(self, classes_per_property: Sequence[int], features: int = FEATURES) -> None:
        super().__init__()
        self.properties = nn.ModuleList(Head(classes, features) for classes in classes_per_property)

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits (..., C) of normalised features (..., F), C the classes of all properties."""
        return torch.cat([head(features) for head in self.properties], dim=-1)


def make_head(classes_per_property: Sequence[int], features: int = FEATURES) -> nn.Module:
    """Return the head of one property, or the heads of several.

    Parameters
    ----------
    classes_per_property : sequence of int
        Number of classes of each property.
    features : int
        F, the channels that come out of the backbone.
    """
    return (
        Head(classes_per_property[0], features)
        if len(classes_per_property) == 1
        else PropertyHeads(classes_per_property, features)
    )


def feature_norm(features: int, layout: FieldLayout = PHOTOS) -> nn.BatchNorm1d:
    """Return the batch normalisation that follows a global average pool (the authors' eps and momentum).

    Parameters
    ----------
    features : int
        F, the channels that come out of the backbone.
    layout : FieldLayout
        Of a network of fields: its blocks stand side by side, and some may be missing.
    """
    kind = FieldNorm if layout.lights else nn.BatchNorm1d
    return kind(features * layout.blocks, eps=1e-3, momentum=0.01)
