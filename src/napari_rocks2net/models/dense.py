"""Dense answers: a network's maps over a picture, and its answers for windows of it by the maps' means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from napari_rocks2net.models.critical_area import boxes_from_translation, crop_critical_area
from napari_rocks2net.models.localization import LocalizationNetwork, centre_of_evidence
from napari_rocks2net.models.network import GlobalNetwork, RockNetwork
from napari_rocks2net.models.output import ModelOutput
from napari_rocks2net.models.rocks2net import EvidenceNetwork, SiameseNetwork

STRIDE = 32
# Of the localisation network's three poolings.
PLACE_STRIDE = 8


@dataclass(frozen=True, eq=False)
class PictureMaps:
    """Maps of one picture of (Y, X) pixels at the scale of a network's input."""

    whole: Tensor  # (Y / 32, X / 32, F). The backbone's features.
    # (Y / 32 s, X / 32 s, F). The same of the picture enlarged by 1 / s, as the local stream sees it.
    local: Tensor | None = None
    # (Y / 32, X / 32, C). Of the head at every position, by which evidence is sought.
    logits: Tensor | None = None
    # (Y / 8, X / 8, 64). Of the localisation network, whose convolutions have no padding: the last 30 pixels
    # have no position.
    place: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Pooled:
    """Pooled features of N windows, as the head of a network takes them, by either way."""

    whole: Tensor  # (N, F). Means of the backbone's features.
    boxes: Tensor | None = None  # (N, 4). Critical areas y0, x0, y1, x1 in the unit square of the window.
    local: Tensor | None = None  # (N, F). Means within them.
    logits: Tensor | None = None  # (N, n, n, C). See `PictureMaps`, with n = S / 32.


class DenseNetwork:
    """A network whose windows can share the maps of the picture that they lie in.

    The means are not those of a window by itself: that is padded with zeros in every layer, a part of a
    picture is not.

    Parameters
    ----------
    network : RockNetwork
        See `dense_obstacle`.
    backbone : callable, optional
        Runs in the place of the network's own.
    """

    def __init__(
        self,
        network: GlobalNetwork | SiameseNetwork | EvidenceNetwork,
        backbone: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        self.network, self.backbone = network, backbone or network.backbone

    @property
    def scale(self) -> float:
        """Side of the critical area as a share of the window's; 1 for networks of one stream."""
        return 1.0 if isinstance(self.network, GlobalNetwork) else self.network.scale

    @property
    def alignment(self) -> int:
        """Pixels of which the sides of a picture are multiples, so that both streams have whole positions."""
        return STRIDE * Fraction(self.scale).limit_denominator(64).numerator

    @torch.inference_mode()
    def maps(self, images: Tensor) -> PictureMaps:
        """Return the maps of one normalised picture (1, 3, Y, X), its sides multiples of `alignment`."""
        whole = self.backbone(images)
        if isinstance(self.network, GlobalNetwork):
            return PictureMaps(_channels_last(whole))
        enlarged = F.interpolate(
            images, size=self._enlarged(images), mode="bilinear", align_corners=False
        )  # fmt: skip
        local = _channels_last(self.backbone(enlarged))
        if isinstance(self.network, EvidenceNetwork):
            return PictureMaps(_channels_last(whole), local, self.network.logits_at(whole)[0])
        localization = self.network.localization
        if isinstance(localization, LocalizationNetwork):
            return PictureMaps(
                _channels_last(whole), local, place=_channels_last(localization.features(images))
            )
        return PictureMaps(_channels_last(whole), local)

    @torch.inference_mode()
    def pooled(self, images: Tensor) -> Pooled:
        """Return what the head takes of normalised windows (N, 3, S, S) that are run by themselves."""
        features = self.backbone(images)
        whole = features.mean(dim=(2, 3))
        if isinstance(self.network, GlobalNetwork):
            return Pooled(whole)
        logits = self.network.logits_at(features) if isinstance(self.network, EvidenceNetwork) else None
        localization = getattr(self.network, "localization", None)
        place = None
        if isinstance(localization, LocalizationNetwork):
            place = localization.features(images).mean(dim=(2, 3))
        boxes = self.boxes(whole, logits, place)
        local = self.backbone(crop_critical_area(images, boxes)).mean(dim=(2, 3))
        return Pooled(whole, boxes, local, logits)

    @torch.inference_mode()
    def boxes(self, whole: Tensor, logits: Tensor | None = None, place: Tensor | None = None) -> Tensor:
        """Return the critical areas (N, 4) of windows, y0, x0, y1, x1 in the unit square of each.

        Parameters
        ----------
        whole : Tensor, shape (N, F)
            Means of their features.
        logits : Tensor, shape (N, n, n, C), optional
            Of the positions in them, for networks that go by evidence.
        place : Tensor, shape (N, 64), optional
            Means of the localisation network's map, for networks that have one.
        """
        network = self.network
        assert not isinstance(network, GlobalNetwork)
        translation = whole.new_zeros(len(whole), 2)
        if isinstance(network, EvidenceNetwork) and logits is not None:
            evidence = network.evidence(logits, network.head(network.global_norm(whole)))
            translation = centre_of_evidence(evidence, self.scale)
        elif isinstance(network, SiameseNetwork) and isinstance(network.localization, LocalizationNetwork):
            assert place is not None
            translation = network.localization.translation_of(place)
        return boxes_from_translation(translation, self.scale)

    @torch.inference_mode()
    def output(self, pooled: Pooled) -> ModelOutput:
        """Return the answer of the heads to what windows are pooled to."""
        if isinstance(self.network, GlobalNetwork):
            return self.network.output(pooled.whole)
        assert pooled.local is not None
        assert pooled.boxes is not None
        return self.network.output(pooled.whole, pooled.local, pooled.boxes)

    def _enlarged(self, images: Tensor) -> tuple[int, int]:
        height, width = images.shape[2:]
        return round(height / self.scale), round(width / self.scale)


def dense_obstacle(network: RockNetwork) -> str | None:
    """Return why the windows of a network cannot share maps, None where they can."""
    if not isinstance(network, GlobalNetwork | SiameseNetwork | EvidenceNetwork):
        return "the network does not answer by the means of its backbone's map"
    modules = list(network.backbone.modules())
    # Squeeze-and-excitation weighs the channels by the whole of what it sees; timm's networks may, too.
    pools = any(isinstance(each, nn.AdaptiveAvgPool2d) for each in modules)
    if pools or any(type(each).__module__.startswith("timm.") for each in modules):
        return "its backbone may look at the whole picture in its middle layers"
    return None


def places_in(side: int) -> int:
    """Return how many positions a side the localisation network has in a window of a side in pixels."""
    for kernel in (7, 5, 3):
        side = (side - kernel + 1) // 2
    return side


def _channels_last(maps: Tensor) -> Tensor:
    return maps[0].movedim(0, -1)
