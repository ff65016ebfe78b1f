"""Catalogue of networks: what each one is, does and needs. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from napari_rocks2net.models.backbone_catalog import (
    BACKBONES,
    LIGHT_BACKBONE,
    PAPER_BACKBONE,
    TIMM,
    BackboneSpec,
)

if TYPE_CHECKING:
    from napari_rocks2net.models.network import RockNetwork


Localization = Literal["gap", "evidence"]
"""How a network finds its critical area: by the paper's pooled features, or by its evidence map."""
Translation = Literal["bounded", "clip"]
"""How the critical area is kept inside the image; see `LocalizationNetwork`."""
LOCALIZATION: Localization = "gap"
TRANSLATION: Translation = "bounded"


@dataclass(frozen=True)
class ModelSpec:
    """Specification of a network: what it is, does and needs."""

    name: str
    title: str
    """See `BackboneSpec`."""
    purpose: str
    """What it is for, in a few words."""
    activation_megabytes: int = 354
    """What autograd keeps of one image of 256 px for the backward pass, as float32 and without parameters, in
    MB of 10^6 bytes, on its usual backbone; it grows with the area. The default is that of the heaviest
    network here."""
    streams: Literal[1, 2] = 1
    """The whole image, or the whole image and its critical area."""
    localizes: bool = False
    """Whether it looks for the critical area itself; it then takes ``localization`` and ``translation``."""
    joint: bool = False
    """Whether it names several properties in one pass; it then takes a number of classes for each."""
    adapts: bool = False
    """Whether it adapts to a ``target``, unlabelled images of another microscope."""
    views: bool = False
    """Whether samples may be fields of several lights; it then takes ``lights`` and ``turned``."""
    fitted: bool = False
    """Whether it is fitted to descriptors of the photos in one go, rather than trained over epochs."""
    backbones: tuple[str, ...] = ()
    """What it can be built on, its usual one first; "timm/" stands for all of timm's. With several it takes a
    ``backbone`` and a light one is the default of a training."""
    images: Literal["sections", "crystals"] = "sections"
    """Photos of thin sections, or crops of single crystals of SEM images."""
    imagenet: bool = True
    """Whether there are ImageNet weights to start from."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `TrainingConfig` for which it wants other values than the usual ones."""
    builder: Callable[..., RockNetwork] | None = None
    """``build(num_classes, *, pretrained=False, ...)`` returns the network with new weights; without ImageNet
    weights it takes no ``pretrained``. By default the function of the same name in
    `napari_rocks2net.models.builders`."""

    def uses(self, setting: str) -> bool:
        """Return whether a field of `TrainingConfig` has a meaning for it."""
        if self.fitted:
            return setting in _FITTED_SETTINGS
        of_trait = {
            **{"backbone": len(self.backbones) > 1, "target": self.adapts},
            **{"localization": self.localizes, "translation": self.localizes, "other_magnifications": False},
        }
        return of_trait.get(setting, True)

    def check_backbone(self, backbone: str) -> None:
        """Refuse a backbone that the network is not built on with a ValueError."""
        if not any(
            backbone == each or (each == TIMM and backbone.startswith(TIMM)) for each in self.backbones
        ):
            choices = (
                " or ".join(each + "NAME" if each == TIMM else each for each in self.backbones) or "none"
            )
            raise ValueError(f"The network {self.name!r} has no backbone {backbone!r}; its own: {choices}.")

    def activations_on(self, backbone: str) -> int:
        """Return the ``activation_megabytes`` on a backbone; one of timm's counts as the usual one."""
        if backbone not in BACKBONES or backbone == self.backbones[0]:
            return self.activation_megabytes
        usual, other = (BACKBONES[name].activation_megabytes for name in (self.backbones[0], backbone))
        return self.activation_megabytes + self.streams * (other - usual)


# All that a network which is fitted in one go takes of `TrainingConfig`.
_FITTED_SETTINGS = frozenset(
    ("model", "output", "validation", "test", "seed", "resume", "crop", "data", "other_magnifications")
)
_FAMILY = (PAPER_BACKBONE, LIGHT_BACKBONE, TIMM)
_LIGHT, _B0 = (LIGHT_BACKBONE,), ("efficientnet_b0",)
_LOCALIZING: dict[str, Any] = {"streams": 2, "localizes": True, "backbones": _FAMILY, "views": True}
_CRYSTALS: dict[str, Any] = {
    "images": "crystals",
    "imagenet": False,
    # Crops of single crystals are small; they are looked at whole, and grey as they are.
    "settings": {"size": 64, "batch_size": 16, "resize": "pad", "normalisation": "unit"},
}
# name, title, purpose, activation_megabytes; tests/training/duration/test_sizing.py counts the latter again
# (with each image of dsan comes an unlabelled one). In the order in which they are offered.
# fmt: off
_BUILT_IN = (
    ModelSpec("rocks2net", "Rocks2Net", "critical area", 354, **_LOCALIZING),
    ModelSpec("s2dnet", "S2DNet", "critical area", 354, **_LOCALIZING),
    ModelSpec("dcnet", "DCNet", "whole and centre", 341, streams=2, backbones=_FAMILY, views=True),
    ModelSpec("gdnet", "GDNet", "one stream", 171, backbones=_FAMILY, views=True),
    ModelSpec("densenet121", "DenseNet-121", "one stream", 171, backbones=("densenet121",), views=True),
    ModelSpec(LIGHT_BACKBONE, "EfficientNet-Lite0", "one stream", 107, views=True, backbones=_LIGHT),
    ModelSpec("rocks2net_joint", "Joint Rocks2Net", "several properties", 354, joint=True, **_LOCALIZING),
    ModelSpec("probe", "Probe", "few photos, in seconds", 1, streams=2, fitted=True, views=True),
    ModelSpec("dsan", "DSAN", "another microscope", 224, adapts=True, backbones=("resnet50",)),
    ModelSpec("microcrystalnet", "MicroCrystalNet", "SEM crystals", 44, **_CRYSTALS),
    ModelSpec("microcrystalnet_deposited", "MicroCrystalNet, code", "SEM crystals", 34, **_CRYSTALS),
    ModelSpec("darknet53", "DarkNet-53", "one stream", 122, backbones=("darknet53",), views=True),
    ModelSpec("efficientnet_b0", "EfficientNet-B0", "one stream", 115, views=True, backbones=_B0),
    ModelSpec("shufflenet_v2", "ShuffleNet v2", "one stream", 27, backbones=("shufflenet_v2",), views=True),
    ModelSpec("vgg16", "VGG-16", "one stream", 95, backbones=("vgg16",), views=True),
)
# fmt: on
DEFAULT_CRYSTAL_MODEL = "microcrystalnet"
# Labelled photos below which a network that is fitted in one go does better than one trained over epochs.
FEW_PHOTOS = 300
MODELS: dict[str, ModelSpec] = {spec.name: spec for spec in _BUILT_IN}


def list_models() -> tuple[str, ...]:
    """Return the names of all networks, in the order in which they are offered."""
    return tuple(MODELS)


def model_spec(name: str) -> ModelSpec:
    """Return what a network is.

    Raises
    ------
    ValueError
        If there is no network of that name.
    """
    if name not in MODELS:
        raise ValueError(f"There is no network {name!r}; choose one of {', '.join(MODELS)}.")
    return MODELS[name]


def model_for(photos: int) -> str:
    """Return the name of the network to begin with for so many labelled photos of thin sections."""
    few = photos < FEW_PHOTOS
    return next(spec.name for spec in MODELS.values() if spec.fitted == few and spec.images == "sections")


def backbone_spec(name: str) -> BackboneSpec:
    """Return what a backbone is; of timm's, which tells it, timm must be installed.

    Raises
    ------
    ValueError
        If there is no backbone of that name.
    MissingExtraError
        If it is one of timm's and timm is not installed.
    """
    # A run folder of others may name anything.
    if isinstance(name, str) and name.startswith(TIMM):
        from napari_rocks2net.models.timm_backbones import timm_spec

        return timm_spec(name.removeprefix(TIMM))
    if not isinstance(name, str) or name not in BACKBONES:
        raise ValueError(
            f"There is no backbone {name!r:.80}; choose one of {', '.join(BACKBONES)}, timm/NAME."
        )
    return BACKBONES[name]


def models_that(trait: Literal["localizes", "joint", "adapts", "fitted"]) -> str:
    """Return the names of the networks with a trait as a sentence lists them: "rocks2net, dcnet or dsan"."""
    names = [spec.name for spec in MODELS.values() if getattr(spec, trait)]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def networks_by_purpose() -> str:
    """Return what each network is for, as a help lists it: "critical area: rocks2net, s2dnet; ..."."""
    names: dict[str, list[str]] = {}
    for spec in MODELS.values():
        names.setdefault(spec.purpose, []).append(spec.name)
    return "; ".join(f"{purpose}: {', '.join(own)}" for purpose, own in names.items())


def register_model(spec: ModelSpec) -> None:
    """Add a network, so that `create_model`, the command line, forms and the benchmark know it.

    Raises
    ------
    ValueError
        If the name is taken.
    """
    if spec.name in MODELS:
        raise ValueError(f"A network named {spec.name!r} is registered already; choose another name.")
    MODELS[spec.name] = spec
