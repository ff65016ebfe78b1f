"""Builders of the networks: one for each row of the catalogue, under the network's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from torch import nn

from napari_rocks2net.models.backbone import FEATURES, dense_features
from napari_rocks2net.models.dsan import DsanNetwork
from napari_rocks2net.models.microcrystalnet import build_deposited, build_microcrystalnet
from napari_rocks2net.models.network import GlobalNetwork, RockNetwork
from napari_rocks2net.models.other_backbones import (
    DARKNET_FEATURES,
    EFFICIENTNET_FEATURES,
    SHUFFLENET_FEATURES,
    VGG16_FEATURES,
    darknet_features,
    efficientnet_features,
    shufflenet_features,
    vgg16_features,
)
from napari_rocks2net.models.rocks2net import EvidenceNetwork, SiameseNetwork


def _one_stream(
    make_backbone: Callable[..., nn.Module], features: int, num_classes: int, *, pretrained: bool = False
) -> RockNetwork:
    return GlobalNetwork(num_classes, make_backbone(pretrained=pretrained), features)


def _localizing(
    dilation: int,
    num_classes: int | Sequence[int],
    *,
    localization: str = "gap",
    translation: str = "bounded",
    pretrained: bool = False,
) -> RockNetwork:
    if localization == "evidence":
        return EvidenceNetwork(num_classes, dilation=dilation, pretrained=pretrained)
    if localization != "gap":
        raise ValueError(f"The localization {localization!r} is unknown; choose 'gap' or 'evidence'.")
    return SiameseNetwork(
        num_classes,
        dilation=dilation,
        localization=localization,
        translation=translation,
        pretrained=pretrained,
    )


densenet121 = partial(_one_stream, partial(dense_features, 1), FEATURES)
gdnet = partial(_one_stream, partial(dense_features, 2), FEATURES)
vgg16 = partial(_one_stream, vgg16_features, VGG16_FEATURES)
efficientnet_b0 = partial(_one_stream, efficientnet_features, EFFICIENTNET_FEATURES)
shufflenet_v2 = partial(_one_stream, shufflenet_features, SHUFFLENET_FEATURES)
darknet53 = partial(_one_stream, darknet_features, DARKNET_FEATURES)
dcnet = partial(SiameseNetwork, dilation=2, localization="centre")
s2dnet = partial(_localizing, 1)
rocks2net = rocks2net_joint = partial(_localizing, 2)
dsan = DsanNetwork
microcrystalnet = build_microcrystalnet
microcrystalnet_deposited = build_deposited
