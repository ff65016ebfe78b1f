"""Pictures that Pillow opens, in colours and without losing bits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from napari_rocks2net.imaging.bit_field_bitmap import BitFieldBitmap
from napari_rocks2net.imaging.colour import StoredPicture, opacity_of
from napari_rocks2net.imaging.colour_models import cmyk_to_rgb
from napari_rocks2net.imaging.deep_jpeg import DeepJpeg
from napari_rocks2net.imaging.png_calibration import (
    adobe_rgb_profile,
    calibration_profile,
    chunk_of,
    profile_of_code_points,
)
from napari_rocks2net.imaging.stated_depth import white_of_png

# Modes whose array is grey or RGB as it stands; those of more than 8 bits cannot be blended by Pillow.
SHALLOW_MODES = frozenset({"1", "L", "RGB"})
DEEP_MODES = frozenset({"I", "I;16", "I;16B", "I;16L", "F"})
GREY_MODES = frozenset({"1", "L", "LA"}) | DEEP_MODES
# How Pillow names 16-bit colours of PNG, of which it keeps the upper 8 bits.
CUT_IN_PNG = frozenset({"RGB;16B", "RGBA;16B", "LA;16B"})
WHITE_OF_DEEP_PPM = 65535.0
# Where a JPEG 2000 begins, and from there on how many bits its first channel has; ITU-T T.800, A.5.1.
CODESTREAM, BITS_AT = b"\xff\x4f\xff\x51", 42
# Pillow spreads grey of 2 and 4 bits over 0 to 255.
SPREAD = {"L;2": 85, "L;4": 17}


def from_pillow(image: Image.Image, path: str | Path | None = None) -> StoredPicture:
    """Take the values of an open picture of Pillow.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode; the frame at which it stands.
    path : str or pathlib.Path, optional
        Its file, which is needed for PNG of 16-bit colours.

    Returns
    -------
    StoredPicture
        With all its bits.

    Raises
    ------
    OSError
        When its data are damaged.
    """
    # Asking for EXIF data may load the picture, and there ends what is known of the numbers in the file.
    cut = path is not None and image.format == "PNG" and _raw_mode(image) in CUT_IN_PNG
    _spread_key(image)
    profile, orientation = _profile_of(image, path), orientation_of(image)
    if image.mode == "CMYK":
        return StoredPicture(cmyk_to_rgb(np.asarray(image), profile), orientation=orientation)
    values, white = _deep_values(image, path, cut) or (_shallow_values(image), None)
    values = values.reshape(*values.shape[:2], -1)
    colours = values.shape[2] - (values.shape[2] in (2, 4))
    opacity = opacity_of(values[..., colours:], white) if values.shape[2] > colours else None
    if image.mode in DEEP_MODES and isinstance(key := image.info.get("transparency"), int):
        opacity = opacity_of((values != key).astype(np.uint8), 1.0)
    values, stated = values[..., :colours], None
    if image.format == "PNG" and path is not None and white is None and values.dtype != np.uint8:
        white, stated = white_of_png(chunk_of(path, b"sBIT")[:colours], values)
    return StoredPicture(values, white, stated, False, opacity, profile, orientation).whole()


def _deep_values(
    image: Image.Image, path: str | Path | None, cut: bool
) -> tuple[npt.NDArray[Any], float | None] | None:
    """Return values that Pillow would cut or misread, and their white where it is known; else None."""
    if isinstance(image, DeepJpeg):
        return image.samples, 2.0**image.sample_bits - 1
    if isinstance(image, BitFieldBitmap):
        return image.samples, image.white
    if path is not None and cut:
        import imagecodecs

        return imagecodecs.png_decode(Path(path).read_bytes()), None
    if path is not None and image.format == "JPEG2000":
        return _jpeg_2000(Path(path))
    if image.mode in DEEP_MODES:
        return np.asarray(image), WHITE_OF_DEEP_PPM if image.format == "PPM" and image.mode == "I" else None
    return None


def _shallow_values(image: Image.Image) -> npt.NDArray[Any]:
    # A palette or a key colour may mark pixels as transparent.
    if image.has_transparency_data:
        return np.asarray(image.convert("RGBA"))
    return np.asarray(image if image.mode in SHALLOW_MODES else image.convert("RGB"))


def _profile_of(image: Image.Image, path: str | Path | None) -> bytes | None:
    """Return the ICC profile of a picture, or one for what a PNG says of its colours instead."""
    profile, gamma = image.info.get("icc_profile"), image.info.get("gamma")
    if not profile and _is_adobe_rgb(image):
        return adobe_rgb_profile()
    if image.format != "PNG" or path is None:
        return profile
    grey = image.mode in GREY_MODES
    if code := chunk_of(path, b"cICP"):
        return profile_of_code_points(code, grey=grey)
    if profile or gamma is None or "srgb" in image.info:
        return profile
    try:
        return calibration_profile(gamma, image.info.get("chromaticity"), grey=grey)
    # Numbers that calibrate nothing are passed over, as other programs do.
    except ValueError:
        return None


def _is_adobe_rgb(image: Image.Image) -> bool:
    """Return whether a camera was set to Adobe RGB; DCF 2.0 says so by the index R03, without a profile."""
    if image.mode != "RGB":
        return False
    index = image.getexif().get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex, "")
    return str(index).strip("\0 ") == "R03"


def orientation_of(image: Image.Image) -> int:
    """Return how a picture lies by its EXIF data, 1 to 8."""
    return int(image.getexif().get(ExifTags.Base.Orientation, 1))


def numbers_of(image: Image.Image, path: Path) -> npt.NDArray[Any]:
    """Return the numbers that a picture stores for its pixels.

    Parameters
    ----------
    image : PIL.Image.Image
        The open picture.
    path : pathlib.Path
        Its file.

    Returns
    -------
    numpy.ndarray
        (Y, X) or (Y, X, S); palettes as indices.
    """
    if image.format == "JPEG2000" and image.mode != "P":
        return _jpeg_2000(path)[0]
    spread = SPREAD.get(_raw_mode(image), 1)
    return np.asarray(image) // np.uint8(spread) if spread > 1 else np.asarray(image)


def _spread_key(image: Image.Image) -> None:
    """Spread the grey that a PNG calls transparent as Pillow spreads the pixels."""
    key, spread = image.info.get("transparency"), SPREAD.get(_raw_mode(image), 1)
    if isinstance(key, int):
        image.info["transparency"] = key * spread


def _jpeg_2000(path: Path) -> tuple[npt.NDArray[Any], float | None]:
    """Return the values of a JPEG 2000 and their white: Pillow knows neither its profile nor its channels."""
    import imagecodecs

    content = path.read_bytes()
    values = np.asarray(imagecodecs.jpeg2k_decode(content))
    at = content.find(CODESTREAM) + BITS_AT
    bits = (content[at] & 0x7F) + 1 if BITS_AT <= at < len(content) else 16
    # In 16 bits a camera may use fewer.
    return values, 2.0**bits - 1 if values.dtype.kind == "u" and bits not in (8, 16) else None


def _raw_mode(image: Image.Image) -> str:
    """Return Pillow's name of the numbers in the file, before they are loaded."""
    args = getattr(image, "tile", None) and image.tile[0].args  # type: ignore[attr-defined]
    return str(args[0] if isinstance(args, tuple) else args)
