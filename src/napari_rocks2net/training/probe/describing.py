"""Descriptors of photos as a probe takes them, computed once a photo."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL.Image import Resampling

from napari_rocks2net.features import KINDS, DescriptorCache, Descriptors, working_image
from napari_rocks2net.imaging import resampled
from napari_rocks2net.models.early_stages import EarlyStages

Pixels = npt.NDArray[np.uint8]

BACKBONE = "efficientnet_lite0, stages of 24, 40 and 112 channels, ImageNet"


class PhotoDescriber:
    """Describes photos at their own scale, from the cache where they are in it.

    Parameters
    ----------
    cache : DescriptorCache, optional
        By default that in the user's folder of caches.

    Raises
    ------
    PretrainedWeightsError
        When the backbone's weights are missing or damaged.
    """

    def __init__(self, cache: DescriptorCache | None = None) -> None:
        self.cache = DescriptorCache() if cache is None else cache
        self._stages = EarlyStages(pretrained=True).eval()

    def __call__(self, rgb: npt.NDArray[np.uint8]) -> Descriptors:
        """Return the descriptors of all kinds of a photo (Y, X, 3) uint8; threads may share a describer.

        Raises
        ------
        ImageError
            When it is no such photo.
        """
        with torch.inference_mode():
            return self.cache.describe(rgb, KINDS, stages=self._stages, backbone=BACKBONE)


class OtherMagnifications(NamedTuple):
    """What weaker and stronger objectives leave of a photo once it is brought to its scale."""

    half: Pixels  # (Y, X, 3) uint8, at half its resolution and enlarged again.
    double: Pixels  # Half as high and wide, its middle.

    @classmethod
    def of(cls, rgb: Pixels) -> OtherMagnifications:
        """Return those of a photo (Y, X, 3) uint8, at the scale at which it is described."""
        rgb = working_image(rgb)
        height, width = rgb.shape[:2]
        reduced = resampled(rgb, (max(1, height // 2), max(1, width // 2)))
        top, left = height // 4, width // 4
        return cls(
            resampled(reduced, (height, width), Resampling.LANCZOS),
            rgb[top : height - top, left : width - left],
        )
