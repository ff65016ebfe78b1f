"""ICC profiles: colours of other spaces brought to sRGB by Little CMS."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

# XYZ of the white of ICC profiles.
D50_WHITE = (0.96422, 1.0, 0.82521)
Bytes = npt.NDArray[np.uint8]

# A profile is sRGB where no colour changes by more, of 255.
SAME_COLOUR = 3


def in_srgb(rgb: npt.NDArray[Any], profile: bytes) -> Bytes:
    """Bring grey or RGB of another colour space to sRGB.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 1 | 3) uint8 or uint16.
    profile : bytes
        Its ICC profile.

    Returns
    -------
    numpy.ndarray
        (Y, X, 1 | 3) uint8; as it is where the profile changes nothing or cannot be used.
    """
    if rgb.dtype == np.uint16:
        return _deep_in_srgb(rgb, profile)
    image = Image.fromarray(rgb[..., 0] if rgb.shape[2] == 1 else rgb)
    transform = transform_to_srgb(profile, image.mode)
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
    if (transform := transform_to_srgb(profile, mode)) is None:
        return False
    greys = Image.fromarray(np.arange(256, dtype=np.uint8)[None]).convert(mode)
    return bool(np.diff(np.asarray(transform.apply(greys)).astype(int), axis=1).max() > SAME_COLOUR)


@lru_cache(maxsize=16)
def transform_to_srgb(profile: bytes, mode: str) -> Any:
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
