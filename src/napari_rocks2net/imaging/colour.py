"""Colour models of image files: grey, palette, YCbCr, CIELab, CMYK and RGB, with opacity and ICC profiles."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.imaging.brightness import Levels, black_and_white, to_uint8
from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.rgb import over_black

Floats = npt.NDArray[np.float32]

# ITU-R BT.601, the coefficients of YCbCr where a file names none; TIFF 6.0, section 21.
LUMA = (0.299, 0.587, 0.114)
# XYZ under D50, the white of ICC profiles, to linear sRGB; Bradford adaptation, brucelindbloom.com.
D50_WHITE = np.array([0.96422, 1.0, 0.82521], np.float32)
D50_TO_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ],
    np.float32,
)
# A profile is sRGB where no colour changes by more, of 255.
SAME_COLOUR = 3
# Rows that are converted at once, so that a large scan needs no second copy in floats.
ROWS = 256


@dataclass(frozen=True, eq=False)
class StoredPicture:
    """One picture as its file stores it, with what the file says about its values.

    Parameters
    ----------
    values : numpy.ndarray
        (Y, X, 1 | 3) grey or RGB: booleans, integers or floats.
    white : float, optional
        The value of white, where the file says it; else `black_and_white` finds it.
    inverted : bool
        Whether the smallest value is white.
    opacity : numpy.ndarray, optional
        (Y, X, 1) in 0..1; None where all is opaque.
    profile : bytes, optional
        The ICC profile of the values.
    orientation : int
        1 to 8, as in EXIF and TIFF.
    """

    values: npt.NDArray[Any]
    white: float | None = None
    inverted: bool = False
    opacity: Floats | None = None
    profile: bytes | None = None
    orientation: int = 1

    def rgb(self, levels: Levels | None = None) -> npt.NDArray[np.uint8]:
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
        known = None if self.white is None else (0.0, self.white)
        shown = to_uint8(self.values, known or levels or black_and_white([self.values]))
        shown = 255 - shown if self.inverted else shown
        return np.ascontiguousarray(
            upright(over_black(_in_srgb(shown, self.profile), self.opacity), self.orientation)
        )


def upright(values: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """Turn a picture as its orientation (1 to 8) says; TIFF 6.0, section 8.

    Parameters
    ----------
    values : numpy.ndarray
        (Y, X, ...).
    orientation : int
        Other numbers count as 1.
    """
    if orientation in (5, 6, 7, 8):
        values = np.swapaxes(values, 0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    return values


def from_palette(indices: npt.NDArray[Any], colours: npt.NDArray[np.uint16]) -> StoredPicture:
    """Resolve a colour map.

    Parameters
    ----------
    indices : numpy.ndarray
        (Y, X, 1) unsigned integers.
    colours : numpy.ndarray
        (N, 3) uint16; values up to 255 throughout are taken for 8 bits, as libtiff does.

    Raises
    ------
    ImageError
        When an index lies beyond the map.
    """
    if int(indices.max()) >= len(colours):
        raise ImageError(
            f"a pixel has colour {int(indices.max())} of a map of {len(colours)}: the file is damaged."
        )
    bytes_of_map = colours if int(colours.max()) <= 255 else colours >> 8
    return StoredPicture(bytes_of_map.astype(np.uint8)[indices[..., 0].astype(np.intp)])


def from_ycbcr(
    ycbcr: npt.NDArray[Any],
    white: float,
    luma: tuple[float, ...] = LUMA,
    reference: tuple[float, ...] | None = None,
) -> StoredPicture:
    """Turn YCbCr into RGB; TIFF 6.0, section 21.

    Parameters
    ----------
    ycbcr : numpy.ndarray
        (Y, X, 3) unsigned integers.
    white : float
        Their largest possible value.
    luma : tuple of float
        Shares of red, green and blue in Y.
    reference : tuple of float, optional
        Black and white of Y, Cb and Cr, six numbers; by default the full range.
    """
    middle = (white + 1) / 2
    low_y, high_y, low_b, high_b, low_r, high_r = reference or (0, white, middle, white, middle, white)
    red, green, blue = luma

    def mixed(block: npt.NDArray[Any]) -> Floats:
        y, cb, cr = np.moveaxis(block.astype(np.float32), -1, 0)
        y = (y - low_y) / (high_y - low_y) * 255
        cb, cr = (cb - low_b) / (high_b - low_b) * 127, (cr - low_r) / (high_r - low_r) * 127
        r, b = y + cr * (2 - 2 * red), y + cb * (2 - 2 * blue)
        return np.stack([r, (y - blue * b - red * r) / green, b], axis=-1)

    return StoredPicture(_by_rows(ycbcr, mixed))


def from_lab(lab: npt.NDArray[Any], bits: int, signed: bool) -> StoredPicture:
    """Turn L*a*b* under D50 into sRGB.

    Parameters
    ----------
    lab : numpy.ndarray
        (Y, X, 3) uint8 or uint16.
    bits : int
        8 or 16.
    signed : bool
        Whether a* and b* are two's complements (CIELab of TIFF 6.0, section 23) or have their zero in the
        middle (ICCLab).
    """
    unit = 1 if bits == 8 else 256
    white = 255.0 if bits == 8 else 65535.0 if signed else 65280.0

    def mixed(block: npt.NDArray[Any]) -> Floats:
        lightness = block[..., 0].astype(np.float32) / white * 100
        if signed:
            a, b = np.moveaxis(np.ascontiguousarray(block[..., 1:]).view(f"i{bits // 8}"), -1, 0)
        else:
            a, b = np.moveaxis(block[..., 1:].astype(np.int32) - (1 << (bits - 1)), -1, 0)
        return _lab_to_srgb(lightness, a.astype(np.float32) / unit, b.astype(np.float32) / unit)

    return StoredPicture(_by_rows(lab, mixed))


def from_cmyk(cmyk: npt.NDArray[Any], white: float, profile: bytes | None = None) -> StoredPicture:
    """Mix cyan, magenta, yellow and black.

    Parameters
    ----------
    cmyk : numpy.ndarray
        (Y, X, 4); 0 is no ink.
    white : float
        The value of full ink.
    profile : bytes, optional
        The ICC profile of the inks; without it they are taken for ideal.
    """
    inks = to_uint8(cmyk, (0.0, white))
    mixed = _converted(_cmyk_image(inks), profile) if profile else None
    if mixed is None:
        free = 255 - inks.astype(np.uint16)
        mixed = ((free[..., :3] * free[..., 3:] + 127) // 255).astype(np.uint8)
    return StoredPicture(mixed)


def _cmyk_image(inks: npt.NDArray[np.uint8]) -> Image.Image:
    return Image.frombytes("CMYK", inks.shape[1::-1], inks.tobytes())


def with_profile(picture: StoredPicture, profile: bytes | None) -> StoredPicture:
    """Return a picture whose values have an ICC profile."""
    return replace(picture, profile=profile)


def _by_rows(values: npt.NDArray[Any], convert: Any) -> npt.NDArray[np.uint8]:
    rgb = np.empty((*values.shape[:2], 3), np.uint8)
    for first in range(0, len(values), ROWS):
        rgb[first : first + ROWS] = np.rint(np.clip(convert(values[first : first + ROWS]), 0, 255))
    return rgb


def _lab_to_srgb(lightness: Floats, a: Floats, b: Floats) -> Floats:
    """Return (..., 3) in 0..255; CIE 15:2004 and IEC 61966-2-1."""
    y = (lightness + 16) / 116
    roots = np.stack([y + a / 500, y, y - b / 200], axis=-1)
    xyz = np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29)) * D50_WHITE
    linear = np.clip(xyz @ D50_TO_SRGB.T, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255


def _in_srgb(shown: npt.NDArray[np.uint8], profile: bytes | None) -> npt.NDArray[np.uint8]:
    """Bring grey or RGB of another colour space to sRGB."""
    if not profile:
        return shown
    single = shown.shape[2] == 1
    converted = _converted(Image.fromarray(shown[..., 0] if single else shown), profile)
    return shown if converted is None else converted


def _converted(image: Image.Image, profile: bytes) -> npt.NDArray[np.uint8] | None:
    """Convert by an ICC profile; None where it changes nothing, is broken, or of another colour model."""
    transform = _to_srgb(profile, image.mode)
    if transform is None:
        return None
    return np.asarray(transform.apply(image))


@lru_cache(maxsize=16)
def _to_srgb(profile: bytes, mode: str) -> Any:
    """Return Pillow's transform to sRGB, None where there is none to be made."""
    try:
        from PIL import ImageCms
    # Pillow may be built without Little CMS.
    except ImportError:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != {"L": "GRAY"}.get(mode, mode):
            return None
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return transform if mode == "CMYK" or _changes(transform, mode) else None


def _changes(transform: Any, mode: str) -> bool:
    """Tell a profile from sRGB, which has many names and many roundings."""
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    if mode == "L":
        probe = steps[None].repeat(3, axis=0)
    else:
        probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(len(steps), -1, 3)
    converted = np.asarray(transform.apply(Image.fromarray(probe))).astype(int)
    return bool(np.abs(converted - probe.reshape(*probe.shape[:2], -1)).max() > SAME_COLOUR)
