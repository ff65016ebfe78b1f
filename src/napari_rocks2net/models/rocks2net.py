"""Two-stream networks over one (dilated) backbone: dcnet, s2dnet, rocks2net, rocks2net_joint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_rocks2net.models.backbone import feature_norm, make_head
from napari_rocks2net.models.backbone_catalog import PAPER_BACKBONE
from napari_rocks2net.models.backbones import make_backbone
from napari_rocks2net.models.catalog import TRANSLATION
from napari_rocks2net.models.critical_area import (
    SCALE,
    boxes_from_translation,
    crop_critical_area,
    translation_from_boxes,
)
from napari_rocks2net.models.fields import Images, field_layout, of_each_view, pool_views
from napari_rocks2net.models.localization import (
    CentreLocalization,
    LocalizationNetwork,
    centre_of_evidence,
    standardised,
)
from napari_rocks2net.models.network import RockNetwork
from napari_rocks2net.models.output import ModelOutput, fuse


class TwoStreamNetwork(RockNetwork):
    """Two streams, the image and its critical area, through one (dilated) backbone and one head.

    Parameters
    ----------
    num_classes : int or sequence of int
        Of the one property that it names, or of each: all share the streams, each has a head of its own.
    dilation : int
        See `make_backbone`.
    backbone : str
        A name of the catalogue; the paper's is DenseNet-121.
    scale : float
        Side of the critical area as a share of the image's.
    pretrained : bool
        Start from ImageNet weights.
    lights, turned : str
        Of a network of fields the lights that it wants, joined by "+", and those of which it also takes the
        spread over the stage angles; empty for photos. All views of a field go through the same backbone;
        they share the critical area.
    """

    def __init__(
        self,
        num_classes: int | Sequence[int],
        *,
        dilation: int,
        backbone: str = PAPER_BACKBONE,
        scale: float = SCALE,
        pretrained: bool = False,
        lights: str = "",
        turned: str = "",
    ) -> None:
        module, features = make_backbone(backbone, dilation, pretrained=pretrained)
        super().__init__(num_classes, module, field_layout(lights, turned))
        self.scale = scale
        self.global_norm = feature_norm(features, self.layout)
        self.local_norm = feature_norm(features, self.layout)
        self.head = make_head(self.classes_per_property, features * self.layout.blocks)

    def output(self, global_pooled: Tensor, local_pooled: Tensor, boxes: Tensor) -> ModelOutput:
        """Return the answer to what both streams were pooled to.

        Parameters
        ----------
        global_pooled, local_pooled : Tensor, shape (B, F)
            Features of the images and of their critical areas.
        boxes : Tensor, shape (B, 4)
            The critical areas y0, x0, y1, x1 in the unit square.
        """
        return self._output(global_pooled, self.head(self.global_norm(global_pooled)), local_pooled, boxes)

    def _boxes(self, critical_area: Tensor | None, translation: Tensor) -> Tensor:
        """Return boxes (B, 4): those given, and the network's own where none is, or NaN."""
        own = boxes_from_translation(translation, self.scale)
        return own if critical_area is None else torch.where(critical_area.isnan(), own, critical_area)

    def _output(
        self,
        global_pooled: Tensor,
        global_logits: Tensor,
        local_pooled: Tensor,
        boxes: Tensor,
        evidence: Tensor | None = None,
    ) -> ModelOutput:
        local_logits = self.head(self.local_norm(local_pooled))
        streams = fuse(global_logits, local_logits, self.classes_per_property)
        place = translation_from_boxes(boxes)
        return ModelOutput(*streams, place, boxes, evidence, features=global_pooled)


class SiameseNetwork(TwoStreamNetwork):
    """Both streams through the backbone in one call; a localisation network, or always the centre.

    Parameters
    ----------
    num_classes, scale
        See `TwoStreamNetwork`.
    localization : {"gap", "centre"}
        The paper's localisation network, or always the centre.
    translation : {"bounded", "clip"}
        See `LocalizationNetwork`.
    **arguments
        Others of `TwoStreamNetwork`.
    """

    def __init__(
        self,
        num_classes: int | Sequence[int],
        *,
        localization: str,
        translation: str = TRANSLATION,
        scale: float = SCALE,
        **arguments: Any,
    ) -> None:
        super().__init__(num_classes, scale=scale, **arguments)
        self.localization = (
            LocalizationNetwork(translation, scale) if localization == "gap" else CentreLocalization()
        )

    def forward(self, images: Images, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify images; see `RockNetwork.forward`."""
        pixels = self.pixels(images)
        boxes = self._boxes(critical_area, self.localization(images))
        local_pixels = crop_critical_area(pixels, of_each_view(boxes, images))
        # One call for both streams: batch normalisation pools its statistics over them.
        pooled = self.backbone(torch.cat([pixels, local_pixels])).mean(dim=(2, 3))
        global_pooled, local_pooled = (pool_views(each, images, self.layout) for each in pooled.chunk(2))
        return self.output(global_pooled, local_pooled, boxes)


class EvidenceNetwork(TwoStreamNetwork):
    """The critical area lies where the global stream finds its evidence.

    The shared head is applied at every position of the global feature map, which shows where the
    predicted class is supported; of several properties, where those of all are supported on average.
    No localisation network, no gradient through the position.
    """

    def forward(self, images: Images, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify images; see `RockNetwork.forward`."""
        pixels = self.pixels(images)
        features = self.backbone(pixels)
        global_pooled = pool_views(features.mean(dim=(2, 3)), images, self.layout)
        global_logits = self.head(self.global_norm(global_pooled))
        positions = pool_views(features.detach(), images, self.layout)
        evidence = self.evidence(self.logits_at(positions), global_logits)
        boxes = self._boxes(critical_area, centre_of_evidence(evidence, self.scale))
        local_pixels = crop_critical_area(pixels, of_each_view(boxes, images))
        local_pooled = pool_views(self.backbone(local_pixels).mean(dim=(2, 3)), images, self.layout)
        return self._output(global_pooled, global_logits, local_pooled, boxes, evidence)

    @torch.no_grad()
    def logits_at(self, features: Tensor) -> Tensor:
        """Return the logits (B, h, w, C) of the head at every position of features (B, F, h, w)."""
        norm = self.global_norm
        # Running statistics also in training: those of a batch belong to pooled features.
        positions = F.batch_norm(
            features, norm.running_mean, norm.running_var, norm.weight, norm.bias, False, 0.0, norm.eps
        )
        if self.layout.lights:
            positions = positions.nan_to_num(0.0)
        logits: Tensor = self.head(positions.movedim(1, -1)).float()
        return logits

    @torch.no_grad()
    def evidence(self, logits: Tensor, global_logits: Tensor) -> Tensor:
        """Return the standardised evidence (B, h, w) for the answer of the whole.

        Parameters
        ----------
        logits : Tensor, shape (B, h, w, C)
            Of every position, see `logits_at`.
        global_logits : Tensor, shape (B, C)
            Of the whole.
        """
        maps = zip(
            logits.split(self.classes_per_property, dim=-1),
            global_logits.split(self.classes_per_property, dim=1),
            strict=True,
        )
        return torch.stack([_evidence_for(part, scores.argmax(dim=1)) for part, scores in maps]).mean(dim=0)


def _evidence_for(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the standardised map (B, h, w) of the classes `labels` (B,) among logits (B, h, w, C)."""
    index = labels.view(-1, 1, 1, 1).expand(*logits.shape[:3], 1)
    return standardised(logits.gather(-1, index).squeeze(-1))
