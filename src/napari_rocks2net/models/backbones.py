"""Backbones by name: what the catalogue lists, made."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from napari_rocks2net.models.backbone import dense_features
from napari_rocks2net.models.backbone_catalog import TIMM
from napari_rocks2net.models.catalog import backbone_spec
from napari_rocks2net.models.efficientnet_lite import efficientnet_lite0_moments
from napari_rocks2net.models.other_backbones import efficientnet_features, shufflenet_features, vgg16_features
from napari_rocks2net.models.timm_backbones import timm_features

_DILATED: dict[str, Callable[..., nn.Module]] = {
    "densenet121": dense_features,
    "efficientnet_lite0": efficientnet_lite0_moments,
}
_PLAIN: dict[str, Callable[..., nn.Module]] = {
    "vgg16": vgg16_features,
    "efficientnet_b0": efficientnet_features,
    "shufflenet_v2": shufflenet_features,
}


def make_backbone(name: str, dilation: int = 1, *, pretrained: bool = False) -> tuple[nn.Module, int]:
    """Return a backbone (B, 3, S, S) -> (B, F, S/32, S/32) and its F.

    Parameters
    ----------
    name : str
        A name of the catalogue, or "timm/NAME".
    dilation : int
        2 for the GD block; only backbones for which one is defined are dilated, see `dense_features` and
        `EfficientNetLite0Stages`. Those of timm are taken as they are.
    pretrained : bool
        Start from ImageNet weights.

    Raises
    ------
    ValueError, MissingExtraError
        See `backbone_spec`.
    PretrainedWeightsError
        If ImageNet weights are asked for and cannot be had.
    """
    spec = backbone_spec(name)
    if name in _DILATED:
        return _DILATED[name](dilation, pretrained=pretrained), spec.features
    if name in _PLAIN:
        return _PLAIN[name](pretrained=pretrained), spec.features
    return timm_features(name.removeprefix(TIMM), pretrained=pretrained), spec.features
