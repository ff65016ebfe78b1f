"""Pictures that Pillow reads, in colours and without losing bits."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageFile

from napari_rocks2net.imaging.colour import StoredPicture, from_cmyk
from napari_rocks2net.imaging.rgb import opacity_of

# Modes whose array is grey or RGB as it stands.
ARRAY_MODES = frozenset({"1", "L", "I", "I;16", "I;16B", "I;16L", "F", "RGB"})
# How Pillow names 16-bit colours of PNG, and the same bytes read for the low half of each number. Of grey
# with opacity it keeps the high half alone; four bytes a pixel are read as four channels instead.
LOW_HALVES = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
GREY_AND_OPACITY = "LA;16B"
WHITE_OF_DEEP_PPM = 65535.0


def from_pillow(image: Image.Image) -> StoredPicture:
    """Take the values of an open picture of Pillow.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode; the frame at which it stands.

    Raises
    ------
    OSError
        When its data are damaged.
    """
    profile = image.info.get("icc_profile")
    orientation = int(image.getexif().get(ExifTags.Base.Orientation, 1))
    if image.mode == "CMYK":
        picture = from_cmyk(np.asarray(image), 255.0, profile)
        return StoredPicture(picture.values, orientation=orientation)
    # A palette or a key colour may mark pixels as transparent; 16-bit files cannot be blended by Pillow.
    deep = image.mode in ARRAY_MODES and image.mode not in ("1", "L", "RGB")
    if image.has_transparency_data and not deep:
        values = np.asarray(image.convert("RGBA"))
        opacity = opacity_of(values[..., 3:])
        return StoredPicture(values[..., :3], None, False, opacity, profile, orientation)
    values = np.asarray(image if image.mode in ARRAY_MODES else image.convert("RGB"))
    values = values if values.ndim == 3 else values[..., None]
    white = WHITE_OF_DEEP_PPM if image.format == "PPM" and image.mode == "I" else None
    return StoredPicture(values, white, profile=profile, orientation=orientation)


def numbers_of(image: Image.Image) -> np.ndarray:
    """Return the numbers that a picture stores for its pixels.

    Parameters
    ----------
    image : PIL.Image.Image
        Opened and not yet loaded.

    Returns
    -------
    numpy.ndarray
        (Y, X) or (Y, X, S); palettes as indices.
    """
    # Pillow spreads grey of 2 and 4 bits over 0 to 255.
    spread = {"L;2": 85, "L;4": 17}.get(_raw_mode(image), 1)
    return np.asarray(image) // np.uint8(spread) if spread > 1 else np.asarray(image)


def is_deep_png(image: Image.Image) -> bool:
    """Tell whether a picture is a PNG whose 16-bit colours Pillow would cut to 8 bits.

    Parameters
    ----------
    image : PIL.Image.Image
        Opened and not yet loaded.
    """
    return image.format == "PNG" and _raw_mode(image) in (*LOW_HALVES, GREY_AND_OPACITY)


def read_deep_png(content: bytes | Path) -> StoredPicture:
    """Read a PNG of 16-bit colours with all its bits.

    Parameters
    ----------
    content : bytes or pathlib.Path
        The file.

    Raises
    ------
    OSError
        When its data are damaged.
    """
    from PIL.PngImagePlugin import PngImageFile

    def opened() -> PngImageFile:
        return PngImageFile(io.BytesIO(content) if isinstance(content, bytes) else content)

    with opened() as image:
        raw_mode = _raw_mode(image)
        if raw_mode == GREY_AND_OPACITY:
            deep = np.ascontiguousarray(_loaded_as(image, "RGBA")).view(">u2")
        else:
            with opened() as again:
                low = _loaded_as(again, LOW_HALVES[raw_mode])
            deep = _loaded_as(image, raw_mode).astype(np.uint16) << 8 | low
        deep = deep.astype(np.uint16)
        colours = 3 if deep.shape[2] >= 3 else 1
        opacity = opacity_of(deep[..., colours:]) if deep.shape[2] > colours else _key_colour(image, deep)
        orientation = int(image.getexif().get(ExifTags.Base.Orientation, 1))
        return StoredPicture(
            deep[..., :colours], None, False, opacity, image.info.get("icc_profile"), orientation
        )


def _key_colour(image: Image.Image, deep: np.ndarray) -> np.ndarray | None:
    """Return the opacity of a picture one of whose colours means transparent."""
    key = image.info.get("transparency")
    if not isinstance(key, tuple):
        return None
    return (~np.all(deep == np.array(key), axis=2, keepdims=True)).astype(np.float32)


def _raw_mode(image: Image.Image) -> str:
    args = getattr(image, "tile", None) and image.tile[0].args  # type: ignore[attr-defined]
    return str(args[0] if isinstance(args, tuple) else args)


def _loaded_as(image: ImageFile.ImageFile, raw_mode: str) -> np.ndarray:
    image.tile = [tile._replace(args=raw_mode) for tile in image.tile]
    return np.asarray(image)
