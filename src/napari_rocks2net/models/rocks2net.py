"""The RockS²Net family: one and two streams over one (dilated) DenseNet-121."""

from __future__ import annotations

import torch
from torch import Tensor, nn
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
from napari_rocks2net.models.output import ModelOutput, fuse


class RockNetwork(nn.Module):
    """What the whole family shares: the backbone, the normalised average pool and the head.

    Parameters
    ----------
    num_classes : int
    dilation : int
        Of the 3x3 convolutions in the dense blocks.
    pretrained : bool
        Start from ImageNet weights.
    """

    name: str

    def __init__(self, num_classes: int, *, dilation: int, pretrained: bool = False) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.backbone = dense_features(dilation, pretrained=pretrained)
        self.global_norm = feature_norm(FEATURES)
        self.head = Head(num_classes)

    def feature_map(self, images: Tensor) -> Tensor:
        """Return the rectified features (B, 1024, S/32, S/32) of images (B, 3, S, S)."""
        return F.relu(self.backbone(images))

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify images.

        Parameters
        ----------
        images : Tensor, shape (B, 3, S, S), float32
            Normalised as the model's preprocessing says.
        critical_area : Tensor, shape (B, 4), optional
            Boxes (y0, x0, y1, x1) in the unit square to look at instead of the network's own.
        """
        raise NotImplementedError


class GlobalNetwork(RockNetwork):
    """One stream over the whole image: densenet121 (dilation 1) and gdnet (dilation 2)."""

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify images; a one-stream network has no critical area, so none can be given."""
        if critical_area is not None:
            raise ValueError("A one-stream model looks at the whole image; it takes no critical area.")
        pooled = self.feature_map(images).mean(dim=(2, 3))
        logits = self.head(self.global_norm(pooled))
        return ModelOutput(logits.float().log_softmax(dim=1))


class SiameseNetwork(RockNetwork):
    """Two streams, the image and its critical area, through one backbone in one call.

    Parameters
    ----------
    localization : {"gap", "centre"}
        The paper's localisation network, or always the centre.
    translation : {"bounded", "clip"}
        See `LocalizationNetwork`.
    scale : float
        Side of the critical area as a share of the image's.
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
        super().__init__(num_classes, dilation=dilation, pretrained=pretrained)
        self.scale = scale
        self.local_norm = feature_norm(FEATURES)
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
        pooled = self.feature_map(torch.cat([images, local_images])).mean(dim=(2, 3))
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
        super().__init__(num_classes, dilation=dilation, pretrained=pretrained)
        self.scale = scale
        self.local_norm = feature_norm(FEATURES)

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify images; see `RockNetwork.forward`."""
        features = self.feature_map(images)
        global_logits = self.head(self.global_norm(features.mean(dim=(2, 3))))
        evidence = self._evidence(features.detach(), global_logits.argmax(dim=1))
        boxes = critical_area
        if boxes is None:
            boxes = boxes_from_translation(centre_of_evidence(evidence, self.scale), self.scale)
        local_features = self.feature_map(crop_critical_area(images, boxes)).mean(dim=(2, 3))
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
