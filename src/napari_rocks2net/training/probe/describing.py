"""Descriptors of photos as a probe takes them, computed once a photo."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from napari_rocks2net.features import KINDS, DescriptorCache, Descriptors
from napari_rocks2net.models.early_stages import EarlyStages

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
