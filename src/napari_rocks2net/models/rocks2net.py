"""The two-stream networks over one (dilated) DenseNet-121: dcnet, s2dnet, rocks2net."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_rocks2net.models.backbone import FEATURES, Head, dense_features, feature_norm
from napari_rocks2net.models.critical_area import (
    SCALE,
    boxes_from_translation,
    crop_critical_area,
    translation_from_boxes,
)
from napari_rocks2net.models.localization import (
    CentreLocalization,
    LocalizationNetwork,
    centre_of_evidence,
    standardised,
)
from napari_rocks2net.models.network import RockNetwork
from napari_rocks2net.models.output import ModelOutput, fuse


class SiameseNetwork(RockNetwork):
    """Two streams, the image and its critical area, through one backbone in one call.

    Parameters
    ----------
    num_classes : int
    dilation : int
        Of the 3x3 convolutions in the dense blocks.
    localization : {"gap", "centre"}
        The paper's localisation network, or always the centre.
    translation : {"bounded", "clip"}
        See `LocalizationNetwork`.
    scale : float
        Side of the critical area as a share of the image's.
    pretrained : bool
        Start from ImageNet weights.
    """

    def __init__(
        self,
        num_classes: int,
        *,
        dilation: int,
        localization: str,
        translation: str = "bounded",
        scale: float = SCALE,
        pretrained: bool = False,
    ) -> None:
        super().__init__(num_classes, dense_features(dilation, pretrained=pretrained))
        self.scale = scale
        self.global_norm = feature_norm(FEATURES)
        self.local_norm = feature_norm(FEATURES)
        self.head = Head(num_classes)
        self.localization = (
            LocalizationNetwork(translation, scale) if localization == "gap" else CentreLocalization()
        )

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify images; see `RockNetwork.forward`."""
        boxes = critical_area
        if boxes is None:
            boxes = boxes_from_translation(self.localization(images), self.scale)
        local_images = crop_critical_area(images, boxes)
        # One call for both streams: batch normalisation pools its statistics over them.
        pooled = self.backbone(torch.cat([images, local_images])).mean(dim=(2, 3))
        global_pooled, local_pooled = pooled.chunk(2)
        return _two_stream_output(
            self.head(self.global_norm(global_pooled)), self.head(self.local_norm(local_pooled)), boxes
        )


class EvidenceNetwork(RockNetwork):
    """Two streams; the critical area lies where the global stream finds its evidence.

    The shared head is applied at every position of the global feature map, which shows where the
    predicted class is supported. No localisation network, no gradient through the position.
    """

    def __init__(
        self, num_classes: int, *, dilation: int, scale: float = SCALE, pretrained: bool = False
    ) -> None:
        super().__init__(num_classes, dense_features(dilation, pretrained=pretrained))
        self.scale = scale
        self.global_norm = feature_norm(FEATURES)
        self.local_norm = feature_norm(FEATURES)
        self.head = Head(num_classes)

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify images; see `RockNetwork.forward`."""
        features = self.backbone(images)
        global_logits = self.head(self.global_norm(features.mean(dim=(2, 3))))
        evidence = self._evidence(features.detach(), global_logits.argmax(dim=1))
        boxes = critical_area
        if boxes is None:
            boxes = boxes_from_translation(centre_of_evidence(evidence, self.scale), self.scale)
        local_features = self.backbone(crop_critical_area(images, boxes)).mean(dim=(2, 3))
        local_logits = self.head(self.local_norm(local_features))
        return _two_stream_output(global_logits, local_logits, boxes, evidence)

    @torch.no_grad()
    def _evidence(self, features: Tensor, labels: Tensor) -> Tensor:
        """Return the standardised evidence (B, h, w) for `labels` (B,) in features (B, 1024, h, w)."""
        norm = self.global_norm
        # Running statistics also in training: those of a batch belong to pooled features.
        positions = F.batch_norm(
            features, norm.running_mean, norm.running_var, norm.weight, norm.bias, False, 0.0, norm.eps
        )
        logits = self.head(positions.movedim(1, -1)).float()
        index = labels.view(-1, 1, 1, 1).expand(*logits.shape[:3], 1)
        return standardised(logits.gather(-1, index).squeeze(-1))


def _two_stream_output(
    global_logits: Tensor, local_logits: Tensor, boxes: Tensor, evidence: Tensor | None = None
) -> ModelOutput:
    fused, global_log, local_log = fuse(global_logits, local_logits)
    return ModelOutput(fused, global_log, local_log, translation_from_boxes(boxes), boxes, evidence)
