"""Any picture array as (Y, X, 3) uint8 RGB."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging.errors import ImageError

# Bit depths that cameras deliver inside wider integers: 8, 10, 12, 14, 16.
CAMERA_WHITE_LEVELS = (255, 1023, 4095, 16383, 65535)


def as_rgb(array: Any, *, contrast_limits: tuple[float, float] | None = None) -> npt.NDArray[np.uint8]:
    """Turn any picture array into the (Y, X, 3) uint8 RGB that a network is fed from.

    Parameters
    ----------
    array : array_like
        (Y, X), (Y, X, 1), (Y, X, 3) or (Y, X, 4) of booleans, integers or floats; numpy, dask or
        anything that `numpy.asarray` computes. Leading axes of length one are dropped.
    contrast_limits : tuple of float, optional
        The values shown as black and white. Without them:

        * uint8 stays as it is, booleans become 0 and 255;
        * other integers without negative values are divided by the white level of the smallest
          camera depth (8, 10, 12, 14 or 16 bits) that holds the brightest value, so a 12-bit photo
          in a 16-bit file is not black;
        * floats within 0..1 are multiplied by 255, whole-numbered floats within 0..255 stay;
        * all else runs from its smallest to its largest finite value.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8. Not-a-number is black; transparent pixels are blended over black.

    Raises
    ------
    ImageError
        When the array is empty, has another shape or type, or holds no finite value.
    """
    channels = _channels_last(array)
    alpha = _alpha(channels)
    colour = channels[..., :3] if channels.shape[2] >= 3 else channels
    shown = _to_uint8(colour, contrast_limits)
    if alpha is not None:
        shown = np.rint(shown * alpha).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(shown, (*shown.shape[:2], 3)))


def _channels_last(array: Any) -> npt.NDArray[Any]:
    """Return (Y, X, 1 | 3 | 4), or say why not before anything lazy is computed."""
    shape = tuple(int(length) for length in np.shape(array))
    if 0 in shape:
        raise ImageError(f"The image is empty (shape {shape}): it needs at least one pixel a side.")
    lead = _leading_ones(shape)
    kept = shape[lead:]
    if len(kept) not in (2, 3) or (len(kept) == 3 and kept[2] not in (1, 3, 4)):
        raise ImageError(
            f"The image has shape {shape}: pass (Y, X), or (Y, X, channels) with 1, 3 or 4 channels last."
        )
    values = np.asarray(array)
    if values.dtype.kind not in "buif":
        raise ImageError(f"The image holds {values.dtype} values: pass integers or floats.")
    return values.reshape(*kept[:2], -1)


def _leading_ones(shape: tuple[int, ...]) -> int:
    """Count the leading axes of length one that are no part of a (Y, X[, channels]) picture."""
    lead = 0
    while len(shape) - lead > 2 and shape[lead] == 1 and not _is_picture(shape[lead:]):
        lead += 1
    return lead


def _is_picture(shape: tuple[int, ...]) -> bool:
    return len(shape) == 3 and shape[2] in (1, 3, 4)


def _alpha(channels: npt.NDArray[Any]) -> npt.NDArray[np.float32] | None:
    """Return the opacity (Y, X, 1) in 0..1 of an RGBA picture that is not opaque throughout."""
    if channels.shape[2] != 4:
        return None
    alpha = channels[..., 3:]
    full = np.iinfo(alpha.dtype).max if alpha.dtype.kind in "ui" else 1
    opacity = np.clip(np.nan_to_num(alpha), 0, full).astype(np.float32) / np.float32(full)
    return None if opacity.min() == 1 else opacity


def _to_uint8(values: npt.NDArray[Any], limits: tuple[float, float] | None) -> npt.NDArray[np.uint8]:
    if limits is None and values.dtype == np.uint8:
        return values
    black, white = _finite_range(values) if limits is None else _checked(limits)
    if limits is None:
        black, white = _default_limits(values, black, white)
    # Halves, because the range of two huge floats overflows.
    half_range = white / 2 - black / 2
    if half_range <= 0:
        return np.zeros(values.shape, np.uint8)
    # Single precision holds 16-bit values exactly, at half the memory.
    precise: npt.NDArray[Any] = values.astype(np.float32 if values.dtype.itemsize <= 2 else np.float64)
    scaled = (np.clip(precise, black, white) / 2 - black / 2) / half_range * 255
    return np.rint(np.clip(np.nan_to_num(scaled), 0, 255)).astype(np.uint8)


def _finite_range(values: npt.NDArray[Any]) -> tuple[float, float]:
    """Return the smallest and largest finite value."""
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if finite.size == 0:
        raise ImageError("The image holds no finite value (all are NaN or infinite): check how it was made.")
    return float(finite.min()), float(finite.max())


def _checked(limits: tuple[float, float]) -> tuple[float, float]:
    black, white = float(limits[0]), float(limits[1])
    if not (np.isfinite(black) and np.isfinite(white) and black < white):
        raise ImageError(f"The contrast limits are ({black:g}, {white:g}): pass two rising finite numbers.")
    return black, white


def _default_limits(values: npt.NDArray[Any], lowest: float, highest: float) -> tuple[float, float]:
    """Choose the values that become black and white from the type and the range."""
    if lowest < 0:
        return lowest, highest
    if values.dtype.kind == "f" or values.dtype.kind == "b":
        return _float_limits(values, lowest, highest)
    for white in CAMERA_WHITE_LEVELS:
        if highest <= white:
            return 0.0, float(white)
    return lowest, highest


def _float_limits(values: npt.NDArray[Any], lowest: float, highest: float) -> tuple[float, float]:
    if highest <= 1:
        return 0.0, 1.0
    finite = values[np.isfinite(values)]
    # An 8-bit photo that some filter returned as floats must look as it did.
    if highest <= 255 and bool(np.all(finite == np.rint(finite))):
        return 0.0, 255.0
    return lowest, highest
