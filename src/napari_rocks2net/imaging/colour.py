"""Pictures as their files store them, and as upright RGB: grey, colours, opacity and ICC profiles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging.brightness import Levels, black_and_white, scaled
from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.icc_profiles import colour_space, in_srgb, is_steep

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

# Orientations of EXIF and TIFF whose rows are columns of the upright picture.
LYING = (5, 6, 7, 8)


@dataclass(frozen=True, eq=False)
class StoredPicture:
    """One picture as its file stores it, with what the file says about its values."""

    values: npt.NDArray[Any]
    """(Y, X, 1 | 3) grey or RGB: booleans, integers or floats."""
    white: float | None = None
    """The value of white, where its numbers reach from black to it; else `black_and_white` finds it."""
    stated: float | None = None
    """The largest value that the camera can give, where the file says that it is not all of the numbers'."""
    inverted: bool = False
    """Whether the smallest value is white."""
    opacity: Floats | None = None
    """(Y, X, 1) in 0..1; None where all is opaque."""
    profile: bytes | None = None
    """The ICC profile of the values."""
    orientation: int = 1
    """1 to 8, as in EXIF and TIFF."""

    def rgb(self, levels: Levels | None = None) -> Bytes:
        """Return the picture as (Y, X, 3) uint8, upright, transparent pixels over black.

        Parameters
        ----------
        levels : tuple of float, optional
            Black and white of the stack it is a plane of; not needed where the file says what is white.

        Raises
        ------
        ImageError
            When no value is finite.
        """
        limits = None if self.white is None else (0.0, self.white)
        deep = self.values.dtype != np.uint8 and self.profile and is_steep(self.profile, self._mode)
        kind: type[np.unsignedinteger[Any]] = np.uint16 if deep else np.uint8
        rgb = scaled(self.values, limits or levels or black_and_white([self.values], self.stated), kind)
        rgb = ~rgb if self.inverted else rgb
        # A grey picture keeps the profile of the colours that it was made of.
        if self.profile and rgb.shape[2] == 1 and colour_space(self.profile) == "RGB":
            rgb = rgb.repeat(3, axis=2)
        rgb = in_srgb(rgb, self.profile) if self.profile else rgb
        if self.opacity is not None:
            rgb = np.rint(rgb * self.opacity).astype(np.uint8)
        rgb = upright(rgb, self.orientation)
        return np.ascontiguousarray(np.broadcast_to(rgb, (*rgb.shape[:2], 3)))

    def whole(self) -> StoredPicture:
        """Return a whole picture: where no pixel of it would be seen, its colours are meant all the same.

        Programs leave the fourth channel empty and call it opacity. A part of a picture may be transparent.
        """
        empty = self.opacity is not None and not self.opacity.any()
        return replace(self, opacity=None) if empty else self

    @property
    def _mode(self) -> str:
        colours = self.profile is not None and colour_space(self.profile) == "RGB"
        return "L" if self.values.shape[2] == 1 and not colours else "RGB"


def as_rgb(array: Any, *, levels: Levels | None = None) -> Bytes:
    """Turn any whole picture array into the (Y, X, 3) uint8 RGB that a network is fed from.

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
        (Y, X, 3) uint8. Not-a-number is black; transparent pixels are blended over black, unless all are.

    Raises
    ------
    ImageError
        When the array is empty, has another shape or type, or holds no finite value.
    """
    return _stored(array).whole().rgb(levels)


def part_as_rgb(array: Any, levels: Levels) -> Bytes:
    """Turn a part of a picture into RGB: all of it may be transparent, and is black then.

    Parameters
    ----------
    array, levels
        See `as_rgb`.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8.
    """
    return _stored(array).rgb(levels)


def _stored(array: Any) -> StoredPicture:
    channels = channels_last(array)
    opacity = opacity_of(channels[..., 3:]) if channels.shape[2] == 4 else None
    return StoredPicture(channels[..., :3], opacity=opacity)


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
    picture = shape
    while len(picture) > 2 and picture[0] == 1 and not (len(picture) == 3 and picture[2] in (1, 3, 4)):
        picture = picture[1:]
    if len(picture) not in (2, 3) or (len(picture) == 3 and picture[2] not in (1, 3, 4)):
        raise ImageError(
            f"The image has shape {shape}: pass (Y, X), or (Y, X, channels) with 1, 3 or 4 channels last."
        )
    values = np.asarray(array)
    if values.dtype.kind not in "buif":
        raise ImageError(f"The image holds {values.dtype} values: pass integers or floats.")
    return values.reshape(*picture[:2], -1)


def upright(values: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """Turn a picture as its orientation (1 to 8) says; TIFF 6.0, section 8.

    Parameters
    ----------
    values : numpy.ndarray
        (Y, X, ...).
    orientation : int
        Other numbers count as 1.

    Returns
    -------
    numpy.ndarray
        (Y, X, ...), a view.
    """
    if orientation in LYING:
        values = np.swapaxes(values, 0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    return values


def opacity_of(alpha: npt.NDArray[Any], full: float | None = None) -> Floats | None:
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
