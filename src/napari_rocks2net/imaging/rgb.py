"""Any picture array as (Y, X, 3) uint8 RGB."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging.brightness import Levels, black_and_white, to_uint8
from napari_rocks2net.imaging.errors import ImageError


def as_rgb(array: Any, *, levels: Levels | None = None) -> npt.NDArray[np.uint8]:
    """Turn any picture array into the (Y, X, 3) uint8 RGB that a network is fed from.

    Parameters
    ----------
    array : array_like
        (Y, X), (Y, X, 1), (Y, X, 3) or (Y, X, 4) of booleans, integers or floats; numpy, dask or
        anything that `numpy.asarray` computes. Leading axes of length one are dropped.
    levels : tuple of float, optional
        Black and white of the stack that the picture is a plane of; by default those of the picture alone,
        by the rule of `black_and_white`.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8. Not-a-number is black; transparent pixels are blended over black.

    Raises
    ------
    ImageError
        When the array is empty, has another shape or type, or holds no finite value.
    """
    channels = channels_last(array)
    colour = channels[..., :3] if channels.shape[2] >= 3 else channels
    shown = to_uint8(colour, levels or black_and_white([colour]))
    return over_black(shown, opacity_of(channels[..., 3:]) if channels.shape[2] == 4 else None)


def channels_last(array: Any) -> npt.NDArray[Any]:
    """Return a picture array as (Y, X, 1 | 3 | 4), or say why not before anything lazy is computed.

    Raises
    ------
    ImageError
        When the array is empty or has another shape or type.
    """
    shape = tuple(int(length) for length in np.shape(array))
    if 0 in shape:
        raise ImageError(f"The image is empty (shape {shape}): it needs at least one pixel a side.")
    picture = shape[_leading_ones(shape) :]
    if len(picture) not in (2, 3) or (len(picture) == 3 and picture[2] not in (1, 3, 4)):
        raise ImageError(
            f"The image has shape {shape}: pass (Y, X), or (Y, X, channels) with 1, 3 or 4 channels last."
        )
    values = np.asarray(array)
    if values.dtype.kind not in "buif":
        raise ImageError(f"The image holds {values.dtype} values: pass integers or floats.")
    return values.reshape(*picture[:2], -1)


def opacity_of(alpha: npt.NDArray[Any], full: float | None = None) -> npt.NDArray[np.float32] | None:
    """Turn an alpha channel into opacity.

    Parameters
    ----------
    alpha : numpy.ndarray
        (Y, X, 1) integers or floats.
    full : float, optional
        Its value where the picture is opaque; by default the largest of an integer type, 1 of floats.

    Returns
    -------
    numpy.ndarray or None
        (Y, X, 1) float32 in 0..1; None where all is opaque.
    """
    if full is None:
        full = float(np.iinfo(alpha.dtype).max) if alpha.dtype.kind in "ui" else 1.0
    if alpha.min() >= full:
        return None
    opacity = np.clip(np.nan_to_num(alpha), 0, full).astype(np.float32) / np.float32(full)
    return None if opacity.min() == 1 else opacity


def over_black(
    values: npt.NDArray[np.uint8], opacity: npt.NDArray[np.float32] | None
) -> npt.NDArray[np.uint8]:
    """Blend a picture over black.

    Parameters
    ----------
    values : numpy.ndarray
        (Y, X, 1 | 3) uint8.
    opacity : numpy.ndarray or None
        (Y, X, 1) in 0..1.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8.
    """
    if opacity is not None:
        values = np.rint(values * opacity).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(values, (*values.shape[:2], 3)))


def _leading_ones(shape: tuple[int, ...]) -> int:
    """Count the leading axes of length one that are no part of a (Y, X[, channels]) picture."""
    lead = 0
    while len(shape) - lead > 2 and shape[lead] == 1 and not _is_picture(shape[lead:]):
        lead += 1
    return lead


def _is_picture(shape: tuple[int, ...]) -> bool:
    return len(shape) == 3 and shape[2] in (1, 3, 4)
