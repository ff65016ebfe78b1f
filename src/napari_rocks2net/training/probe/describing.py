"""Descriptors of photos as a probe takes them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from napari_rocks2net.features import KINDS, Descriptors, describe
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.models.probe import EarlyStages

PREPROCESSING = Preprocessing(size=640, resize="native", normalisation="unit")


class PhotoDescriber:
    """Describes photos at their own scale.

    Raises
    ------
    PretrainedWeightsError
        When the backbone's weights are missing or damaged.
    """

    def __init__(self) -> None:
        self._stages = EarlyStages(pretrained=True).eval()

    def __call__(self, rgb: npt.NDArray[np.uint8]) -> Descriptors:
        """Return the descriptors of all kinds of a photo (Y, X, 3) uint8; threads may share a describer.

        Raises
        ------
        ImageError
            When it is no such photo.
        """
        photo = PREPROCESSING.resized(rgb).permute(1, 2, 0).numpy()
        with torch.inference_mode():
            return describe(photo, KINDS, stages=self._stages)
