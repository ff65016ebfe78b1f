"""Choices of preprocessing: how images are resized and their values scaled; see `Preprocessing`."""

from __future__ import annotations

from typing import Literal

TrainedResize = Literal["stretch", "pad"]
"""How images are made square for a training."""
Resize = Literal[TrainedResize, "native"]
Interpolation = Literal["bilinear", "nearest"]
Normalisation = Literal["imagenet", "samplewise_center", "unit", "signed"]
