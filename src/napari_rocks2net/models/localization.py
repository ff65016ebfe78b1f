"""Localisation network, and localisation by evidence."""

from __future__ import annotations

from typing import get_args

import torch
from torch import Tensor, nn

from napari_rocks2net.models.backbone import feature_norm
from napari_rocks2net.models.catalog import TRANSLATION, Translation
from napari_rocks2net.models.critical_area import SCALE
from napari_rocks2net.models.fields import Images, mean_over_views, pixels_of

SHARPNESS = 3.0


class LocalizationNetwork(nn.Module):
    """The paper's localisation network: image (B, 3, S, S) -> translation (B, 2).

    Parameters
    ----------
    translation : {"bounded", "clip"}
        "bounded" gives (1 - s) tanh(z); "clip" the authors' tanh(z) clamped to +-(1 - s).
        Either way the crop never leaves the image.
    scale : float
        Side of the critical area as a share of the image's, the s of equation 4.

    Notes
    -----
    The last layer starts at zero, so training starts from the centre crop.
    """

    def __init__(self, translation: str = TRANSLATION, scale: float = SCALE) -> None:
        super().__init__()
        if translation not in get_args(Translation):
            choices = " or ".join(map(repr, get_args(Translation)))
            raise ValueError(f"The translation {translation!r} is unknown; choose {choices}.")
        self.translation = translation
        self.limit = 1 - scale
        self.features = nn.Sequential(
            *_convolution(3, 16, 7), *_convolution(16, 32, 5), *_convolution(32, 64, 3)
        )
        self.norm = feature_norm(64)
        self.dropout = nn.Dropout(0.5)
        self.linear = nn.Linear(64, 2)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, images: Images) -> Tensor:
        """Return (tx, ty) of every image, or of every field by all of its views, within +-(1 - s)."""
        pooled = self.features(pixels_of(images)).mean(dim=(2, 3))
        return self.translation_of(mean_over_views(pooled, images))

    def translation_of(self, pooled: Tensor) -> Tensor:
        """Return (tx, ty) for pooled features (B, 64) of the three convolutions."""
        direction = self.linear(self.dropout(self.norm(pooled))).tanh()
        if self.translation == "bounded":
            return direction * self.limit
        return direction.clamp(-self.limit, self.limit)


def _convolution(channels_in: int, channels_out: int, size: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(channels_in, channels_out, size), nn.ReLU(), nn.MaxPool2d(2)


class CentreLocalization(nn.Module):
    """Always the centre crop: translation 0."""

    def forward(self, images: Images) -> Tensor:
        """Return zeros of shape (B, 2)."""
        return pixels_of(images).new_zeros(len(images), 2)


def standardised(evidence: Tensor) -> Tensor:
    """Return maps (B, h, w) with mean 0 and standard deviation 1; a flat map stays flat."""
    centred = evidence - evidence.mean(dim=(1, 2), keepdim=True)
    return centred / (evidence.std(dim=(1, 2), keepdim=True, correction=0) + 1e-3)


def centre_of_evidence(evidence: Tensor, scale: float = SCALE) -> Tensor:
    """Return the centre of mass (B, 2: tx, ty) of softmax(3 x evidence), clamped to +-(1 - s).

    Parameters
    ----------
    evidence : Tensor, shape (B, h, w)
        Standardised evidence for the predicted class.
    scale : float
        The s of the critical area.
    """
    count, height, width = evidence.shape
    mass = (SHARPNESS * evidence).flatten(1).softmax(dim=1).view(count, height, width)
    ty = mass.sum(dim=2) @ _centres(height, mass)
    tx = mass.sum(dim=1) @ _centres(width, mass)
    return torch.stack([tx, ty], dim=1).clamp(scale - 1, 1 - scale)


def _centres(count: int, like: Tensor) -> Tensor:
    index = torch.arange(count, dtype=like.dtype, device=like.device)
    return (2 * index + 1) / count - 1
