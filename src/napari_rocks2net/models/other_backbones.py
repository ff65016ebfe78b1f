"""Backbones of the other one-stream networks in the paper's tables."""

from __future__ import annotations

from typing import cast

from torch import nn
from torchvision.models import (
    EfficientNet_B0_Weights,
    ShuffleNet_V2_X1_0_Weights,
    VGG16_Weights,
    efficientnet_b0,
    shufflenet_v2_x1_0,
    vgg16,
)

from napari_rocks2net.models.imagenet import imagenet_network


def vgg16_features(*, pretrained: bool = False) -> nn.Module:
    """Return torchvision's VGG-16 without its 4096 layers: (B, 3, S, S) -> (B, 512, S/32, S/32)."""
    weights = VGG16_Weights.IMAGENET1K_V1 if pretrained else None
    return cast("nn.Module", imagenet_network(vgg16, weights).features)


def efficientnet_features(*, pretrained: bool = False) -> nn.Module:
    """Return torchvision's EfficientNet-B0: (B, 3, S, S) -> (B, 1280, S/32, S/32)."""
    weights = EfficientNet_B0_Weights.IMAGENET1K_V1 if pretrained else None
    return cast("nn.Module", imagenet_network(efficientnet_b0, weights).features)


def shufflenet_features(*, pretrained: bool = False) -> nn.Module:
    """Return torchvision's ShuffleNet v2 (1.0x): (B, 3, S, S) -> (B, 1024, S/32, S/32).

    The paper cites version 1, for which no kept implementation exists.
    """
    weights = ShuffleNet_V2_X1_0_Weights.IMAGENET1K_V1 if pretrained else None
    network = imagenet_network(shufflenet_v2_x1_0, weights)
    stages = (network.conv1, network.maxpool, network.stage2, network.stage3, network.stage4, network.conv5)
    return nn.Sequential(*stages)
