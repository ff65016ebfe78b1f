"""Colour models as RGB: palette, YCbCr, CIELab and CMYK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.icc_profiles import D50_WHITE, transform_to_srgb

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

# ITU-R BT.601, the coefficients of YCbCr where a file names none; TIFF 6.0, section 21.
LUMA = (0.299, 0.587, 0.114)
# XYZ under D50 to linear sRGB; Bradford adaptation, brucelindbloom.com.
D50 = np.array(D50_WHITE, np.float32)
D50_TO_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ],
    np.float32,
)
ROWS = 256


def palette_to_rgb(indices: npt.NDArray[Any], colours: npt.NDArray[np.uint16]) -> Bytes:
    """Resolve a colour map.

    Parameters
    ----------
    indices : numpy.ndarray
        (Y, X, 1) booleans or unsigned integers.
    colours : numpy.ndarray
        (N, 3) uint16; values up to 255 throughout are taken for 8 bits, as libtiff does.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8.

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
    return bytes_of_map.astype(np.uint8)[indices[..., 0].astype(np.intp)]


def ycbcr_to_rgb(
    ycbcr: npt.NDArray[Any],
    white: float,
    luma: tuple[float, ...] = LUMA,
    reference: tuple[float, ...] | None = None,
) -> Bytes:
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

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8.
    """
    middle = (white + 1) / 2
    black, full = np.reshape(reference or (0, white, middle, white, middle, white), (3, 2)).T
    red, green, blue = luma

    def mixed(block: npt.NDArray[Any]) -> Floats:
        """Return rows of luma and colour differences as red, green and blue."""
        scaled = (
            (block - np.float32(black)) / np.float32(full - black) * np.array((255, 127, 127), np.float32)
        )
        y, cb, cr = np.moveaxis(scaled, -1, 0)
        r, b = y + cr * (2 - 2 * red), y + cb * (2 - 2 * blue)
        return np.stack([r, (y - blue * b - red * r) / green, b], axis=-1)

    return _by_rows(ycbcr, mixed)


def lab_to_rgb(lab: npt.NDArray[Any], signed: bool) -> Bytes:
    """Turn L*a*b* under D50 into sRGB; CIE 15:2004 and IEC 61966-2-1.

    Parameters
    ----------
    lab : numpy.ndarray
        (Y, X, 3) uint8 or uint16.
    signed : bool
        Whether a* and b* are two's complements (CIELab of TIFF 6.0, section 23) or have their zero in the
        middle (ICCLab).

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8.
    """
    bits = 8 * lab.dtype.itemsize
    unit = 1 if bits == 8 else 256
    white = 255.0 if bits == 8 else 65535.0 if signed else 65280.0

    def mixed(block: npt.NDArray[Any]) -> Floats:
        """Return rows of lightness and opponent colours as sRGB."""
        ab = block[..., 1:].astype(np.int32)
        ab -= (ab >> (bits - 1)) << bits if signed else 1 << (bits - 1)
        y = (block[..., 0].astype(np.float32) / white * 100 + 16) / 116
        a, b = np.moveaxis(ab.astype(np.float32) / unit, -1, 0)
        roots = np.stack([y + a / 500, y, y - b / 200], axis=-1)
        xyz = np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29)) * D50
        linear = np.clip(xyz @ D50_TO_SRGB.T, 0, 1)
        return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255

    return _by_rows(lab, mixed)


def cmyk_to_rgb(inks: Bytes, profile: bytes | None = None) -> Bytes:
    """Mix cyan, magenta, yellow and black.

    Parameters
    ----------
    inks : numpy.ndarray
        (Y, X, 4) uint8; 0 is no ink, 255 full ink.
    profile : bytes, optional
        The ICC profile of the inks; without it they are taken for ideal.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8.
    """
    image = Image.frombytes("CMYK", inks.shape[1::-1], inks.tobytes())
    transform = transform_to_srgb(profile, "CMYK") if profile else None
    return np.asarray(transform.apply(image) if transform else image.convert("RGB"))


def _by_rows(values: npt.NDArray[Any], convert: Callable[[npt.NDArray[Any]], Floats]) -> Bytes:
    """Convert some rows at a time, so that a large scan needs no second copy in floats."""
    rgb = np.empty((*values.shape[:2], 3), np.uint8)
    for first in range(0, len(values), ROWS):
        rgb[first : first + ROWS] = np.rint(np.clip(convert(values[first : first + ROWS]), 0, 255))
    return rgb
