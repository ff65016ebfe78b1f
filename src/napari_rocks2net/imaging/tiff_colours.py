"""Colours of TIFF pages, as their tags say: photometric interpretation, inks, opacity and white."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import tifffile
from tifffile import PHOTOMETRIC

from napari_rocks2net.imaging.brightness import scaled
from napari_rocks2net.imaging.colour import StoredPicture, opacity_of
from napari_rocks2net.imaging.colour_models import (
    LUMA,
    cmyk_to_rgb,
    lab_to_rgb,
    palette_to_rgb,
    ycbcr_to_rgb,
)
from napari_rocks2net.imaging.errors import ImageError

# A number that stands for no pixel, as GDAL writes it.
NODATA = 42113
ORIENTATION, ICC_PROFILE, INK_SET = 274, 34675, 332
DOT_RANGE, YCBCR_COEFFICIENTS, REFERENCE_BLACK_WHITE = 336, 529, 532
# Aperio's first one holds YCbCr, whatever the page says of its colours; OpenSlide, openslide-decode-jp2k.
JPEG_2000_YCBCR = 33003
JPEG_2000 = (JPEG_2000_YCBCR, 33004, 33005, 34712)
# ExtraSamples: opacity that the colours were not yet multiplied with.
UNASSOCIATED: Final = 2
GREY_MODELS = (PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.MASK)
LAB_MODELS = (PHOTOMETRIC.CIELAB, PHOTOMETRIC.ICCLAB)
COLOUR_SAMPLES: dict[int, int] = {
    PHOTOMETRIC.RGB: 3,
    PHOTOMETRIC.PALETTE: 1,
    PHOTOMETRIC.SEPARATED: 4,
    PHOTOMETRIC.YCBCR: 3,
    PHOTOMETRIC.CIELAB: 3,
    PHOTOMETRIC.ICCLAB: 3,
}


def orientation_of(key: tifffile.TiffPage) -> int:
    """Return how a page lies, 1 to 8."""
    return int(key.tags.valueof(ORIENTATION, default=1))


def in_colours(key: tifffile.TiffPage, samples: npt.NDArray[Any]) -> StoredPicture:
    """Resolve samples by the photometric interpretation of their page.

    Parameters
    ----------
    key : tifffile.TiffPage
        The page's tags, see `keyframe_of`.
    samples : numpy.ndarray
        (Y, X, S) integers or floats.

    Returns
    -------
    StoredPicture
        Grey or RGB, with what the page says of white, opacity, profile and orientation.

    Raises
    ------
    ImageError
        When the colour model is not known.
    """
    model = _stored_model(key)
    used = _colour_samples(key, samples.shape[2], model)
    picture = _colours(key, samples[..., :used], model)
    return replace(picture, opacity=_opacity(key, samples, used), orientation=orientation_of(key))


def _stored_model(key: tifffile.TiffPage) -> int:
    """Return the colour model of the samples as tifffile gives them: its decoders of JPEG convert them."""
    if key.compression in JPEG_2000:
        mixed = key.compression == JPEG_2000_YCBCR and key.photometric == PHOTOMETRIC.RGB
        return PHOTOMETRIC.YCBCR if mixed else key.photometric
    converted = key.photometric == PHOTOMETRIC.YCBCR and key.compression in tifffile.TIFF.IMAGE_COMPRESSIONS
    return PHOTOMETRIC.RGB if converted else key.photometric


def _colours(key: tifffile.TiffPage, samples: npt.NDArray[Any], model: int) -> StoredPicture:
    profile = key.tags.valueof(ICC_PROFILE)
    profile = profile if isinstance(profile, bytes) else None
    if model == PHOTOMETRIC.SEPARATED:
        return StoredPicture(cmyk_to_rgb(_inks(key, samples), profile))
    if model == PHOTOMETRIC.YCBCR:
        luma = _fractions(key.tags.valueof(YCBCR_COEFFICIENTS)) or LUMA
        reference = _fractions(key.tags.valueof(REFERENCE_BLACK_WHITE))
        return StoredPicture(ycbcr_to_rgb(samples, _white(key), luma, reference), profile=profile)
    if model in LAB_MODELS:
        if samples.dtype not in (np.uint8, np.uint16):
            raise ImageError(f"it holds L*a*b* in {key.bitspersample} bits: save it as RGB.")
        return StoredPicture(lab_to_rgb(samples, signed=model == PHOTOMETRIC.CIELAB))
    if model == PHOTOMETRIC.PALETTE:
        if key.colormap is None:
            raise ImageError("it has a palette and no colour map: the file is damaged.")
        return StoredPicture(palette_to_rgb(samples, np.asarray(key.colormap).T), profile=profile)
    white = packed_white(key)
    if zero := stored_zero(key):
        # Numbers of 16 bits, as those that they stand for.
        samples = (samples.astype(np.int32) - zero).astype(np.int16)
    samples = _without_nodata(key, samples)
    if limits := _limits_of_rgb(key, samples, model):
        samples, white = scaled(samples, limits), None
    return StoredPicture(samples, white, inverted=model == PHOTOMETRIC.MINISWHITE, profile=profile)


def _inks(key: tifffile.TiffPage, samples: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return the shares of four inks in 0..255; TIFF 6.0, section 16: none and full may be any numbers."""
    full = _white(key)
    stated = key.tags.valueof(DOT_RANGE)
    stated = stated if isinstance(stated, tuple) and len(stated) in (2, 2 * samples.shape[2]) else (0, full)
    # Programs that deepen a picture forget to deepen what they say of it.
    factor = full / 255 if max(stated) <= 255 < full else 1
    ranges = np.resize(np.multiply(stated, factor), (4, 2)).astype(float)
    inks = [
        scaled(samples[..., at], (none, whole)) if none < whole else ~scaled(samples[..., at], (whole, none))
        for at, (none, whole) in enumerate(ranges.tolist())
    ]
    return np.stack(inks, axis=-1)


def _limits_of_rgb(
    key: tifffile.TiffPage, samples: npt.NDArray[Any], model: int
) -> tuple[float, float] | None:
    """Return black and white of an RGB page that are not all of its range; TIFF 6.0, section 20."""
    stated = _fractions(key.tags.valueof(REFERENCE_BLACK_WHITE))
    if model != PHOTOMETRIC.RGB or key.photometric != model or stated is None or samples.dtype.kind != "u":
        return None
    black, white = stated[:2]
    # Those of YCbCr, which differ, may have been left in the file.
    meant = stated == (black, white) * 3 and 0 <= black < white <= _white(key)
    return (black, white) if meant and (black, white) != (0, _white(key)) else None


def stored_zero(key: tifffile.TiffPage) -> int:
    """Return the number that stands for 0: ImageJ stores signed numbers as unsigned ones of 16 bits.

    Its calibration, a straight line, says so.
    """
    line = key.parent.imagej_metadata or {}
    half = 1 << 15
    signed = key.dtype == np.uint16 and [line.get(name) for name in ("cf", "c0", "c1")] == [0, -half, 1]
    return half if signed else 0


def has_nodata(key: tifffile.TiffPage) -> bool:
    """Tell whether a page names a number that stands for no pixel."""
    return isinstance(key.tags.valueof(NODATA), str)


def _without_nodata(key: tifffile.TiffPage, samples: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Make the pixels that a map has no data for not-a-number, so that no brightness is taken from them.

    In 8 bits, where brightness is not looked for, they stay as they are.
    """
    text = key.tags.valueof(NODATA)
    if not isinstance(text, str) or samples.dtype.itemsize == 1:
        return samples
    try:
        number = np.array(float(text.strip("\0 ").replace(",", "."))).astype(samples.dtype)
    except (ValueError, OverflowError):
        return samples
    blank = (samples == number).all(axis=2)
    values = samples.astype(np.float32 if samples.dtype.itemsize == 2 else np.float64)
    values[blank] = np.nan
    return values


def _colour_samples(key: tifffile.TiffPage, count: int, model: int) -> int:
    """Return how many samples of a pixel are colours; those beyond are opacity or something else."""
    if model in GREY_MODELS:
        # Programs of science store RGB as three samples of grey.
        needed, supported = 3 if count >= 3 else 1, count <= 4
    else:
        needed = COLOUR_SAMPLES.get(model, 0)
        cmyk = int(key.tags.valueof(INK_SET, default=1)) == 1
        supported = count >= needed > 0 and (model != PHOTOMETRIC.SEPARATED or cmyk)
    if not supported:
        raise ImageError(
            f"its colour model ({word_of(model)} with {count} samples a pixel) is not known: save it as RGB."
        )
    return needed


def _opacity(key: tifffile.TiffPage, samples: npt.NDArray[Any], used: int) -> npt.NDArray[np.float32] | None:
    extra = [int(kind) for kind in key.extrasamples][-(samples.shape[2] - used) :]
    if samples.shape[2] == used or UNASSOCIATED not in extra:
        return None
    at = used + extra.index(UNASSOCIATED)
    return opacity_of(samples[..., at : at + 1], _white(key) if samples.dtype.kind == "u" else None)


def _white(key: tifffile.TiffPage) -> float:
    """Return the largest number that the page's bits can hold."""
    if key.dtype is None or key.dtype.kind == "f":
        return 1.0
    # Samples of unequal bits, such as 5, 6 and 5, were spread over their type by tifffile.
    bits = key.bitspersample if isinstance(key.bitspersample, int) else key.dtype.itemsize * 8
    return float(2**bits - 1)


def packed_white(key: tifffile.TiffPage) -> float | None:
    """Return the white of packed numbers; of 8, 16, 32 and 64 bits a camera may use fewer."""
    packed = key.dtype is not None and key.dtype.kind in "ub" and key.bitspersample not in (8, 16, 32, 64)
    return _white(key) if packed else None


def _fractions(value: Any) -> tuple[float, ...] | None:
    """Turn the numbers of a tag of fractions into floats."""
    if not isinstance(value, tuple) or len(value) < 6:
        return None
    tops, bottoms = np.array(value[::2], float), np.array(value[1::2], float)
    return tuple((tops / bottoms).tolist()) if bottoms.all() else None


def word_of(value: int) -> str:
    """Return what a number of a tag is called."""
    return getattr(value, "name", None) or f"number {int(value)}"
