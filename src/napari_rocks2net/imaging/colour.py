"""Colour models as RGB: grey, palette, YCbCr, CIELab and CMYK, opacity and ICC profiles."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.imaging.brightness import Levels, black_and_white, scaled
from napari_rocks2net.imaging.errors import ImageError

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

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
ROWS = 256
# Orientations of EXIF and TIFF whose rows are columns of the upright picture.
LYING = (5, 6, 7, 8)


@dataclass(frozen=True, eq=False)
class StoredPicture:
    """One picture as its file stores it, with what the file says about its values.

    Parameters
    ----------
    values : numpy.ndarray
        (Y, X, 1 | 3) grey or RGB: booleans, integers or floats.
    white : float, optional
        The value of white, where its numbers reach from black to it; else `black_and_white` finds it.
    stated : float, optional
        The largest value that the camera can give, where the file says that it is not all of the numbers'.
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
    stated: float | None = None
    inverted: bool = False
    opacity: Floats | None = None
    profile: bytes | None = None
    orientation: int = 1

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
        rgb = _in_srgb(rgb, self.profile) if self.profile else rgb
        if self.opacity is not None:
            rgb = np.rint(rgb * self.opacity).astype(np.uint8)
        rgb = upright(rgb, self.orientation)
        return np.ascontiguousarray(np.broadcast_to(rgb, (*rgb.shape[:2], 3)))

    @property
    def _mode(self) -> str:
        colours = self.profile is not None and colour_space(self.profile) == "RGB"
        return "L" if self.values.shape[2] == 1 and not colours else "RGB"


def as_rgb(array: Any, *, levels: Levels | None = None) -> Bytes:
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
    opacity = opacity_of(channels[..., 3:]) if channels.shape[2] == 4 else None
    return StoredPicture(channels[..., :3], opacity=opacity).rgb(levels)


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
        xyz = np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29)) * D50_WHITE
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
    transform = _to_srgb(profile, "CMYK") if profile else None
    return np.asarray(transform.apply(image) if transform else image.convert("RGB"))


def _by_rows(values: npt.NDArray[Any], convert: Callable[[npt.NDArray[Any]], Floats]) -> Bytes:
    """Convert some rows at a time, so that a large scan needs no second copy in floats."""
    rgb = np.empty((*values.shape[:2], 3), np.uint8)
    for first in range(0, len(values), ROWS):
        rgb[first : first + ROWS] = np.rint(np.clip(convert(values[first : first + ROWS]), 0, 255))
    return rgb


def _in_srgb(rgb: npt.NDArray[Any], profile: bytes) -> Bytes:
    """Bring (Y, X, 1 | 3) grey or RGB of another colour space, uint8 or uint16, to sRGB."""
    if rgb.dtype == np.uint16:
        return _deep_in_srgb(rgb, profile)
    image = Image.fromarray(rgb[..., 0] if rgb.shape[2] == 1 else rgb)
    transform = _to_srgb(profile, image.mode)
    return np.asarray(transform.apply(image)) if transform else rgb


def _deep_in_srgb(rgb: npt.NDArray[np.uint16], profile: bytes) -> Bytes:
    """Do the same without cutting the values to 8 bits first; Pillow has no such transform."""
    import imagecodecs
    from PIL import ImageCms

    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    values, model = (rgb[..., 0], "gray") if rgb.shape[2] == 1 else (rgb, "rgb")
    # Else Little CMS puts a table of few values in place of the steep curve of a grey profile.
    exactly = imagecodecs.CMS.FLAGS.NOOPTIMIZE
    return np.asarray(
        imagecodecs.cms_transform(
            values, profile, srgb, colorspace=model, outcolorspace="rgb", outdtype=np.uint8, flags=exactly
        )
    )


def colour_space(profile: bytes) -> str:
    """Return what an ICC profile is a profile of, such as "GRAY" or "RGB"; ICC.1:2022, section 7.2."""
    return profile[16:20].decode("latin-1").strip()


@lru_cache(maxsize=16)
def is_steep(profile: bytes, mode: str) -> bool:
    """Tell whether neighbours of 256 values become clearly different colours, as those of linear light do.

    Parameters
    ----------
    profile : bytes
        The ICC profile.
    mode : str
        "L" or "RGB".
    """
    if (transform := _to_srgb(profile, mode)) is None:
        return False
    greys = Image.fromarray(np.arange(256, dtype=np.uint8)[None]).convert(mode)
    return bool(np.diff(np.asarray(transform.apply(greys)).astype(int), axis=1).max() > SAME_COLOUR)


@lru_cache(maxsize=16)
def _to_srgb(profile: bytes, mode: str) -> Any:
    """Return Pillow's transform to sRGB; None where it changes nothing, is broken, or of another model."""
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != {"L": "GRAY"}.get(mode, mode):
            return None
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    # Pillow may be built without Little CMS.
    except (ImportError, ImageCms.PyCMSError, OSError, ValueError):
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
