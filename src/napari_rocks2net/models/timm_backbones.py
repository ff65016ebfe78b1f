"""Convolutional networks of timm as backbones."""

from __future__ import annotations

from types import ModuleType

import torch
from torch import nn

from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.models.backbone_catalog import BACKBONES, PAPER_BACKBONE, TIMM, BackboneSpec
from napari_rocks2net.models.errors import not_downloaded
from napari_rocks2net.wording import first_line

SMALLEST = 64


def timm_spec(name: str) -> BackboneSpec:
    """Return what a network of timm is, its features counted without making its weights.

    Raises
    ------
    ValueError
        If timm has no network of that name, or it gives no map (B, F, h, w).
    MissingExtraError
        If timm is not installed.
    """
    timm = _timm(TIMM + name)
    # A name with a prefix such as "hf-hub:" would make timm fetch what a stranger's model file names.
    if not timm.is_model(name) or ":" in name:
        raise ValueError(f"timm has no network {name!r}; timm.list_models() names those that it has.")
    pretrained = timm.get_pretrained_cfg(name)
    signed = pretrained is not None and tuple(pretrained.mean) == (0.5, 0.5, 0.5)
    return BackboneSpec(
        TIMM + name,
        f"timm's {name}",
        _features(timm, name),
        BACKBONES[PAPER_BACKBONE].activation_megabytes,
        "timm",
        "signed" if signed else "imagenet",
    )


def timm_features(name: str, *, pretrained: bool = False) -> nn.Module:
    """Return a network of timm without pool and classifier: (B, 3, S, S) -> (B, F, h, w).

    Parameters
    ----------
    name : str
        Such as "resnet18".
    pretrained : bool
        Start from its weights, downloaded once by timm.

    Raises
    ------
    MissingExtraError
        If timm is not installed.
    PretrainedWeightsError
        If its weights are asked for and cannot be had.
    """
    timm = _timm(TIMM + name)
    if not pretrained:
        return timm.create_model(name, num_classes=0, global_pool="")
    # Offline the libraries below timm raise errors of several kinds, some of which are no OSError.
    try:
        return timm.create_model(name, pretrained=True, num_classes=0, global_pool="")
    except Exception as error:
        raise not_downloaded(name, first_line(error)[:200]) from error


def _timm(purpose: str) -> ModuleType:
    try:
        import timm
    except ImportError as error:
        raise MissingExtraError(purpose, "timm", "zoo") from error
    return timm


def _features(timm: ModuleType, name: str) -> int:
    try:
        with torch.device("meta"):
            network = timm.create_model(name, num_classes=0, global_pool="").eval()
            maps = network(torch.zeros(1, 3, SMALLEST, SMALLEST))
    # What is no convolutional network fails on such a size in ways of its own.
    except Exception as error:
        raise _no_map(name) from error
    if maps.ndim != 4 or maps.shape[1] != network.num_features:
        raise _no_map(name)
    return int(maps.shape[1])


def _no_map(name: str) -> ValueError:
    return ValueError(
        f"timm's {name} gives no map (B, F, h, w) of an image of {SMALLEST} px; choose a convolutional "
        "network such as timm/resnet18."
    )
