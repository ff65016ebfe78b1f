"""Catalogue of backbones: what each one is and needs. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class BackboneSpec:
    """Specification of a backbone: what it is and needs."""

    name: str
    """By which `create_model`, the command line, forms and files call it."""
    title: str
    """By which the literature calls it."""
    features: int
    """F, the channels of its map (B, F, S/32, S/32)."""
    activation_megabytes: int
    """What autograd keeps of one image of 256 px, see `ModelSpec`."""
    weights: Literal["installed", "torchvision", "timm"] = "torchvision"
    """Where its ImageNet weights come from: with this package, or downloaded once by that library."""
    normalisation: Literal["imagenet", "signed"] = "imagenet"
    """What its ImageNet weights were trained with, see `napari_rocks2net.imaging.Preprocessing`."""


BACKBONES: dict[str, BackboneSpec] = {
    spec.name: spec
    for spec in (
        BackboneSpec("densenet121", "DenseNet-121", 1024, 171),
        BackboneSpec("efficientnet_lite0", "EfficientNet-Lite0", 944, 107, "installed", "signed"),
        BackboneSpec("resnet50", "ResNet-50", 2048, 112),
        BackboneSpec("darknet53", "DarkNet-53", 1024, 122, "timm"),
        BackboneSpec("efficientnet_b0", "EfficientNet-B0", 1280, 115),
        BackboneSpec("shufflenet_v2", "ShuffleNet v2", 1024, 27),
        BackboneSpec("vgg16", "VGG-16", 512, 95),
    )
}
LIGHT_BACKBONE, PAPER_BACKBONE = "efficientnet_lite0", "densenet121"
BACKBONE_CHOICES = {
    name: f"{BACKBONES[name].title} ({reason})"
    for name, reason in ((LIGHT_BACKBONE, "light"), (PAPER_BACKBONE, "paper"))
}
"""Those that a form offers, and what it calls them."""
# Followed by the name of any convolutional network of timm.
TIMM = "timm/"
