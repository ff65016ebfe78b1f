"""Builders of the networks: one for each row of the catalogue, under the network's name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, get_args

from napari_rocks2net.models.backbones import make_backbone
from napari_rocks2net.models.catalog import LOCALIZATION, TRANSLATION, Localization
from napari_rocks2net.models.dsan import DsanNetwork
from napari_rocks2net.models.fields import field_layout
from napari_rocks2net.models.microcrystalnet import build_deposited, build_microcrystalnet
from napari_rocks2net.models.network import GlobalNetwork, RockNetwork
from napari_rocks2net.models.probe import Probe
from napari_rocks2net.models.rocks2net import EvidenceNetwork, SiameseNetwork


def _one_stream(
    own_backbone: str,
    dilation: int,
    num_classes: int,
    *,
    backbone: str | None = None,
    pretrained: bool = False,
    lights: str = "",
    turned: str = "",
) -> RockNetwork:
    layout = field_layout(lights, turned)
    module, features = make_backbone(backbone or own_backbone, dilation, pretrained=pretrained)
    return GlobalNetwork(num_classes, module, features, layout)


def _localizing(
    dilation: int,
    num_classes: int | Sequence[int],
    *,
    localization: str = LOCALIZATION,
    translation: str = TRANSLATION,
    **arguments: Any,
) -> RockNetwork:
    if localization == "evidence":
        return EvidenceNetwork(num_classes, dilation=dilation, **arguments)
    if localization not in get_args(Localization):
        choices = " or ".join(map(repr, get_args(Localization)))
        raise ValueError(f"The localization {localization!r} is unknown; choose {choices}.")
    return SiameseNetwork(
        num_classes, dilation=dilation, localization=localization, translation=translation, **arguments
    )


densenet121 = partial(_one_stream, "densenet121", 1)
gdnet = partial(_one_stream, "densenet121", 2)
efficientnet_lite0 = partial(_one_stream, "efficientnet_lite0", 1)
vgg16 = partial(_one_stream, "vgg16", 1)
efficientnet_b0 = partial(_one_stream, "efficientnet_b0", 1)
shufflenet_v2 = partial(_one_stream, "shufflenet_v2", 1)
darknet53 = partial(_one_stream, "darknet53", 1)
dcnet = partial(SiameseNetwork, dilation=2, localization="centre")
s2dnet = partial(_localizing, 1)
rocks2net = rocks2net_joint = partial(_localizing, 2)
probe = Probe
dsan = DsanNetwork
microcrystalnet = build_microcrystalnet
microcrystalnet_deposited = build_deposited
