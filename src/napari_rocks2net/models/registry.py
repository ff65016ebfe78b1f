"""Networks by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

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
from napari_rocks2net.models.output import class_counts
from napari_rocks2net.models.rocks2net import EvidenceNetwork, SiameseNetwork
from napari_rocks2net.rock_properties import JOINT_MODELS

Builder = Callable[..., RockNetwork]
_BUILDERS: dict[str, Builder] = {}


def register_model(name: str) -> Callable[[Builder], Builder]:
    """Decorate a function ``build(num_classes, **arguments)`` so that `create_model` finds it.

    Parameters
    ----------
    name : str
        What the network is called; those of `JOINT_MODELS` take a number of classes for each property.

    Returns
    -------
    callable
        The decorator; it returns the function as it is.

    Raises
    ------
    ValueError
        If the name is taken.
    """

    def register(builder: Builder) -> Builder:
        """Add a builder under the name."""
        if name in _BUILDERS:
            raise ValueError(f"A model named {name!r} is registered already; choose another name.")
        _BUILDERS[name] = builder
        return builder

    return register


def list_models() -> tuple[str, ...]:
    """Return the names that `create_model` knows, sorted."""
    return tuple(sorted(_BUILDERS))


def create_model(name: str, num_classes: int | Sequence[int], **arguments: Any) -> RockNetwork:
    """Build a network with new weights.

    Parameters
    ----------
    name : str
        One of `list_models`.
    num_classes : int or sequence of int
        Number of classes, at least 2; for rocks2net_joint that of each property.
    **arguments
        ``pretrained`` (bool, default False): start from torchvision's ImageNet weights.
        For rocks2net, rocks2net_joint and s2dnet also ``localization`` ("gap", the paper's, or
        "evidence") and ``translation`` ("bounded" or "clip").

    Returns
    -------
    RockNetwork
        A torch module: ``network(images) -> ModelOutput`` with images (B, 3, S, S), float32.

    Raises
    ------
    ValueError
        If the name, the number of classes or an argument is unknown.
    PretrainedWeightsError
        If ImageNet weights are asked for and cannot be had.
    """
    if name not in _BUILDERS:
        raise ValueError(f"There is no model named {name!r}; choose one of {', '.join(list_models())}.")
    counts = class_counts(num_classes)
    if min(counts, default=0) < 2:
        raise ValueError(f"A classifier needs at least 2 classes, not {min(counts, default=0)}.")
    if len(counts) > 1 and name not in JOINT_MODELS:
        joint = ", ".join(sorted(JOINT_MODELS))
        raise ValueError(f"The model {name!r} names one property, not {len(counts)}; choose {joint}.")
    try:
        network = _BUILDERS[name](counts if name in JOINT_MODELS else counts[0], **arguments)
    except TypeError as error:
        raise ValueError(f"The model {name!r} does not take these arguments: {error}.") from error
    network.name = name
    return network


@register_model("densenet121")
def _densenet121(num_classes: int, *, pretrained: bool = False) -> RockNetwork:
    return GlobalNetwork(num_classes, dense_features(1, pretrained=pretrained), FEATURES)


@register_model("gdnet")
def _gdnet(num_classes: int, *, pretrained: bool = False) -> RockNetwork:
    return GlobalNetwork(num_classes, dense_features(2, pretrained=pretrained), FEATURES)


@register_model("dcnet")
def _dcnet(num_classes: int, *, pretrained: bool = False) -> RockNetwork:
    return SiameseNetwork(num_classes, dilation=2, localization="centre", pretrained=pretrained)


def _localizing(
    num_classes: int | Sequence[int], dilation: int, localization: str, translation: str, pretrained: bool
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


@register_model("s2dnet")
def _s2dnet(
    num_classes: int,
    *,
    localization: str = "gap",
    translation: str = "bounded",
    pretrained: bool = False,
) -> RockNetwork:
    return _localizing(num_classes, 1, localization, translation, pretrained)


@register_model("rocks2net")
def _rocks2net(
    num_classes: int,
    *,
    localization: str = "gap",
    translation: str = "bounded",
    pretrained: bool = False,
) -> RockNetwork:
    return _localizing(num_classes, 2, localization, translation, pretrained)


@register_model("rocks2net_joint")
def _rocks2net_joint(
    num_classes: Sequence[int],
    *,
    localization: str = "gap",
    translation: str = "bounded",
    pretrained: bool = False,
) -> RockNetwork:
    return _localizing(num_classes, 2, localization, translation, pretrained)


@register_model("vgg16")
def _vgg16(num_classes: int, *, pretrained: bool = False) -> RockNetwork:
    return GlobalNetwork(num_classes, vgg16_features(pretrained=pretrained), VGG16_FEATURES)


@register_model("efficientnet_b0")
def _efficientnet_b0(num_classes: int, *, pretrained: bool = False) -> RockNetwork:
    return GlobalNetwork(num_classes, efficientnet_features(pretrained=pretrained), EFFICIENTNET_FEATURES)


@register_model("shufflenet_v2")
def _shufflenet_v2(num_classes: int, *, pretrained: bool = False) -> RockNetwork:
    return GlobalNetwork(num_classes, shufflenet_features(pretrained=pretrained), SHUFFLENET_FEATURES)


@register_model("darknet53")
def _darknet53(num_classes: int, *, pretrained: bool = False) -> RockNetwork:
    return GlobalNetwork(num_classes, darknet_features(pretrained=pretrained), DARKNET_FEATURES)


@register_model("dsan")
def _dsan(num_classes: int, *, pretrained: bool = False) -> RockNetwork:
    return DsanNetwork(num_classes, pretrained=pretrained)


register_model("microcrystalnet")(build_microcrystalnet)
register_model("microcrystalnet_deposited")(build_deposited)
