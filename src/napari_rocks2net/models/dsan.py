"""DSAN, the Deep Subdomain Adaptation Network.

Source: Zhu et al. 2020, IEEE TNNLS, doi 10.1109/TNNLS.2020.2988928.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import ResNet50_Weights, resnet50

from napari_rocks2net.models.imagenet import imagenet_network
from napari_rocks2net.models.network import RockNetwork, refuse_critical_area
from napari_rocks2net.models.output import ModelOutput

RESNET_FEATURES = 2048
BOTTLENECK = 256
KERNELS = 5


class DsanNetwork(RockNetwork):
    """ResNet-50, a linear bottleneck of 256 features, and a linear classifier on them.

    Trained with labelled images of one microscope and unlabelled ones of another: the bottleneck features
    of both are drawn together class by class, see `local_maximum_mean_discrepancy`.

    Parameters
    ----------
    num_classes : int
    pretrained : bool
        Start from ImageNet weights.
    """

    def __init__(self, num_classes: int, *, pretrained: bool = False) -> None:
        super().__init__(num_classes, _resnet_features(pretrained=pretrained))
        self.bottleneck = nn.Linear(RESNET_FEATURES, BOTTLENECK)
        self.head = nn.Linear(BOTTLENECK, num_classes)

    def bottleneck_features(self, images: Tensor) -> Tensor:
        """Return the features (B, 256) of images (B, 3, S, S)."""
        features: Tensor = self.bottleneck(self.backbone(images).mean(dim=(2, 3)))
        return features

    def classified(self, features: Tensor) -> ModelOutput:
        """Return the answer to bottleneck features (B, 256)."""
        return ModelOutput(self.head(features).float().log_softmax(dim=1), features=features)

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify images; a one-stream network has no critical area, so none can be given."""
        refuse_critical_area(critical_area)
        return self.classified(self.bottleneck_features(images))


def _resnet_features(*, pretrained: bool = False) -> nn.Module:
    """Return torchvision's ResNet-50 up to its last block: (B, 3, S, S) -> (B, 2048, S/32, S/32)."""
    weights = ResNet50_Weights.IMAGENET1K_V2 if pretrained else None
    network = cast("nn.Module", imagenet_network(resnet50, weights))
    return nn.Sequential(*list(network.children())[:-2])


def local_maximum_mean_discrepancy(
    source: Tensor, source_labels: Tensor, target: Tensor, target_probabilities: Tensor
) -> Tensor:
    """Return how far the features of two batches lie apart, class by class (LMMD, equation 6 of the source).

    Parameters
    ----------
    source, target : Tensor, shape (B, D)
        Features of labelled and of unlabelled images.
    source_labels : Tensor, shape (B,), int64
        Classes of the labelled images.
    target_probabilities : Tensor, shape (B, C)
        What the network says about the unlabelled ones; its gradient is not followed.

    Returns
    -------
    Tensor
        A scalar, at least 0 up to rounding; 0 where no class occurs in both batches.
    """
    target_probabilities = target_probabilities.detach()
    classes = target_probabilities.shape[1]
    truth = F.one_hot(source_labels, classes).to(source.dtype)
    shared = truth.any(dim=0) & F.one_hot(target_probabilities.argmax(dim=1), classes).any(dim=0)
    if not shared.any():
        return source.sum() * 0
    weights = torch.cat([_class_weights(truth, shared), -_class_weights(target_probabilities, shared)])
    kernel = _gaussian_kernels(torch.cat([source, target]))
    # The three sums of the definition are the blocks of one quadratic form.
    return torch.einsum("ic,ij,jc->", weights, kernel, weights) / shared.sum()


def _class_weights(memberships: Tensor, shared: Tensor) -> Tensor:
    chosen = memberships[:, shared]
    return chosen / chosen.sum(dim=0)


def _gaussian_kernels(features: Tensor) -> Tensor:
    distances = (features[:, None] - features[None]).square().sum(dim=2)
    count = len(features)
    width = distances.detach().sum() / (count * (count - 1))
    if width == 0:
        return torch.full_like(distances, KERNELS)
    powers = torch.arange(-2, KERNELS - 2, dtype=features.dtype, device=features.device)
    widths = width * 2.0**powers
    return torch.exp(-distances[None] / widths[:, None, None]).sum(dim=0)


def adaptation_weight(epoch: int, epochs: int) -> float:
    """Return the weight 0.5 lambda of the discrepancy in the loss, lambda = 2 / (1 + exp(-10 e / E)) - 1.

    Parameters
    ----------
    epoch : int
        The epoch, from 0.
    epochs : int
        How many there are.
    """
    return float(torch.sigmoid(torch.tensor(10.0 * epoch / epochs))) - 0.5
