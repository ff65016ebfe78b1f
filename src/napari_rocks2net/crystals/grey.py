"""Grey values: SEM images of any kind as floats from 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.imaging.brightness import NOTHING_FINITE
from napari_rocks2net.imaging.colour_models import LUMA

SMALLEST_SIDE = 8
# Against division by zero in even images.
SMALLEST_RANGE = 1e-30
# What Pillow and most SEM software use for grey.
LUMINANCE = np.array(LUMA, np.float32)


def as_grey(image: Any) -> npt.NDArray[np.float32]:
    """Turn an image into grey values between 0 (its darkest pixel) and 1 (its brightest).

    Parameters
    ----------
    image : array_like
        (Y, X), (Y, X, 1), (Y, X, 3) or (Y, X, 4) booleans, integers or floats; opacity is left out.

    Returns
    -------
    numpy.ndarray
        (Y, X) float32; an even image is 0 throughout, pixels that are not finite are 0.

    Raises
    ------
    CrystalError
        When the array is no picture, smaller than eight pixels a side, or without a finite value.
    """
    values = np.asarray(image)
    _check(values)
    # Single precision holds 16-bit values exactly; wider ones are stretched first.
    grey = values.astype(np.float32 if values.dtype.itemsize <= 2 else np.float64)
    if grey.ndim == 3:
        grey = grey[..., 0] if grey.shape[2] == 1 else grey[..., :3] @ LUMINANCE.astype(grey.dtype)
    finite = np.isfinite(grey)
    if not finite.any():
        raise CrystalError(NOTHING_FINITE)
    darkest, brightest = grey[finite].min(), grey[finite].max()
    stretched = (np.where(finite, grey, darkest) - darkest) / max(brightest - darkest, SMALLEST_RANGE)
    return np.asarray(stretched, np.float32)


def _check(values: npt.NDArray[Any]) -> None:
    channels_last = values.ndim == 3 and values.shape[2] in (1, 3, 4)
    if not (values.ndim == 2 or channels_last) or values.dtype.kind not in "buif":
        raise CrystalError(
            f"The image has shape {values.shape} and type {values.dtype}: "
            "pass (Y, X) or (Y, X, channels) numbers with 1, 3 or 4 channels."
        )
    if min(values.shape[:2]) < SMALLEST_SIDE:
        raise CrystalError(
            f"The image has {values.shape[0]} x {values.shape[1]} pixels: "
            f"crystals need at least {SMALLEST_SIDE} a side."
        )
