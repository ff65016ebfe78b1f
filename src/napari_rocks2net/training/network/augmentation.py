"""Augmentation: flips, quarter turns and mild colour changes."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torchvision.transforms import v2

QUARTER_TURNS = 4


class QuarterTurn(torch.nn.Module):
    """Turn a square image by a random multiple of 90 degrees: no pixel is interpolated."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Turn an image (..., S, S) of any dtype."""
        turns = int(torch.randint(QUARTER_TURNS, ()))
        return torch.rot90(image, turns, dims=(-2, -1))


def augmentation() -> Callable[[torch.Tensor], torch.Tensor]:
    """Return flips, quarter turns and mild colour changes for one uint8 image (3, S, S).

    A section lies on the stage in any orientation, and lamps and cameras differ in colour; but the size of
    a grain is a class, so nothing zooms. All randomness comes from torch's generator.
    """
    colours = v2.ColorJitter(brightness=0.15, contrast=0.15, saturation=0.15, hue=0.02)
    return v2.Compose([v2.RandomHorizontalFlip(), v2.RandomVerticalFlip(), QuarterTurn(), colours])
