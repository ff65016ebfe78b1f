"""TIFF pages in colours: what their tags say of their samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import tifffile
from tifffile import COMPRESSION, PHOTOMETRIC

from napari_rocks2net.imaging.colour import (
    LUMA,
    StoredPicture,
    from_cmyk,
    from_lab,
    from_palette,
    from_ycbcr,
    with_profile,
)
from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.memory import LargeTiff, check_memory
from napari_rocks2net.imaging.pillow_pictures import from_pillow
from napari_rocks2net.imaging.rgb import opacity_of
from napari_rocks2net.imaging.tiff_segments import PLAIN_BITS, Page, is_decodable, keyframe_of, read_segments

ORIENTATION, ICC_PROFILE, INK_SET, YCBCR_COEFFICIENTS, REFERENCE_BLACK_WHITE = 274, 34675, 332, 529, 532
# What Pillow and the libtiff in it decode as pictures: fax and JPEG.
BY_PILLOW = (
    COMPRESSION.CCITTRLE,
    COMPRESSION.CCITT_T4,
    COMPRESSION.CCITT_T6,
    COMPRESSION.OJPEG,
    COMPRESSION.JPEG,
)
# Their decoders return RGB whatever colour model they store.
RGB_CODECS = (6, 7, 34892, 33007, 33003, 33004, 33005, 34712, 50001, 34927, 34934, 22610, 50002, 52546)
# ExtraSamples: opacity that the colours were not yet multiplied with.
UNASSOCIATED: Final = 2
RAW_SENSOR = (PHOTOMETRIC.CFA, PHOTOMETRIC.LINEAR_RAW)
GREY_MODELS = (PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.MASK)
COLOUR_SAMPLES: dict[int, int] = {
    PHOTOMETRIC.RGB: 3,
    PHOTOMETRIC.PALETTE: 1,
    PHOTOMETRIC.SEPARATED: 4,
    PHOTOMETRIC.YCBCR: 3,
    PHOTOMETRIC.CIELAB: 3,
    PHOTOMETRIC.ICCLAB: 3,
}


def read_page(page: Page) -> StoredPicture:
    """Read a page in colours, as its tags say.

    Parameters
    ----------
    page : tifffile.TiffPage or tifffile.TiffFrame
        Of an open file.

    Raises
    ------
    ImageError
        When its compression or its colours are not known, or it is damaged.
    """
    key = keyframe_of(page)
    check_page_memory(key)
    if key.photometric in RAW_SENSOR:
        raise ImageError("it holds raw values of a camera's sensor: develop it and save it as TIFF or JPEG.")
    try:
        if is_decodable(key):
            return in_colours(key, read_segments(page), key.photometric)
        if key.compression in BY_PILLOW and isinstance(page.index, int):
            return _by_pillow(page, page.index)
    except (OSError, SyntaxError, KeyError):
        # JPEG of 12 bits and lossless: imagecodecs reads them; Pillow may be built without zstd.
        if key.compression not in (*BY_PILLOW, COMPRESSION.ZSTD):
            raise
    return _by_tifffile(page)


def _by_pillow(page: Page, number: int) -> StoredPicture:
    with Path(page.parent.filehandle.path).open("rb") as file, LargeTiff(file) as image:
        image.seek(number)
        image.load()
        return from_pillow(image)


def _by_tifffile(page: Page) -> StoredPicture:
    key = keyframe_of(page)
    try:
        values = samples_last(np.asarray(page.asarray()), key)
    except (ValueError, NotImplementedError, ImportError) as error:
        if "imagecodecs" not in str(error) and not isinstance(error, ImportError):
            raise
        raise ImageError(
            f"its compression or type of number ({_word(key.compression)}, {key.bitspersample} bits) needs "
            "imagecodecs, which is not installed: pip install 'napari-rocks2net[codecs]', or save it "
            "uncompressed."
        ) from error
    in_rgb = key.compression in RGB_CODECS and key.photometric == PHOTOMETRIC.YCBCR
    return in_colours(key, values, PHOTOMETRIC.RGB if in_rgb else key.photometric)


def check_page_memory(key: tifffile.TiffPage) -> None:
    """Refuse a page that the memory cannot hold, before it is read."""
    check_memory(key.imagelength, key.imagewidth, key.samplesperpixel * max(1, _bits(key) / 8))


def samples_last(values: npt.NDArray[Any], key: tifffile.TiffPage) -> npt.NDArray[Any]:
    """Return the pixels of a page as (Y, X, S)."""
    if key.samplesperpixel == 1:
        return values.reshape(*values.shape[-2:], 1)
    return np.moveaxis(values, 0, -1) if key.axes.startswith("S") else values


def in_colours(key: tifffile.TiffPage, samples: npt.NDArray[Any], model: int) -> StoredPicture:
    """Resolve (Y, X, S) samples by the photometric interpretation of their page."""
    profile = key.tags.valueof(ICC_PROFILE)
    profile = profile if isinstance(profile, bytes) else None
    used = _colour_samples(key, samples.shape[2], model)
    if samples.dtype.kind not in "buif":
        raise ImageError(f"it holds {samples.dtype} values: save it with integers or floats.")
    picture = with_profile(_colours(key, samples[..., :used], model, profile), _profile_left(model, profile))
    return replace(
        picture,
        opacity=_opacity(key, samples, used),
        orientation=int(key.tags.valueof(ORIENTATION, default=1)),
    )


def _colours(
    key: tifffile.TiffPage, samples: npt.NDArray[Any], model: int, profile: bytes | None
) -> StoredPicture:
    white = _white(key, samples)
    if model == PHOTOMETRIC.PALETTE:
        if key.colormap is None:
            raise ImageError("it has a palette and no colour map: the file is damaged.")
        return from_palette(samples, np.asarray(key.colormap).T)
    if model == PHOTOMETRIC.SEPARATED:
        return from_cmyk(samples, white, profile)
    if model == PHOTOMETRIC.YCBCR:
        return from_ycbcr(
            samples,
            white,
            _fractions(key.tags.valueof(YCBCR_COEFFICIENTS)) or LUMA,
            _fractions(key.tags.valueof(REFERENCE_BLACK_WHITE)),
        )
    if model in (PHOTOMETRIC.CIELAB, PHOTOMETRIC.ICCLAB):
        if samples.dtype.kind != "u" or key.bitspersample not in (8, 16):
            raise ImageError(f"it holds L*a*b* in {key.bitspersample} bits: save it as RGB.")
        return from_lab(samples, int(key.bitspersample), signed=model == PHOTOMETRIC.CIELAB)
    # In 8, 16, 32 and 64 bits a camera may use fewer; packed numbers are as deep as the file says.
    packed = samples.dtype.kind in "bu" and _bits(key) not in PLAIN_BITS
    return StoredPicture(samples, white if packed else None, inverted=model == PHOTOMETRIC.MINISWHITE)


def _colour_samples(key: tifffile.TiffPage, count: int, model: int) -> int:
    """Return how many samples of a pixel are colours; those beyond are opacity or something else."""
    if model in GREY_MODELS:
        # Programs of science store RGB as three samples of grey.
        needed = 3 if count >= 3 else 1
        known = count <= 4
    else:
        needed = COLOUR_SAMPLES.get(model, 0)
        known = count >= needed > 0 and (model != PHOTOMETRIC.SEPARATED or _is_cmyk(key))
    if not known:
        raise ImageError(
            f"its colour model ({_word(model)} with {count} samples a pixel) is not known: save it as RGB."
        )
    return needed


def _is_cmyk(key: tifffile.TiffPage) -> bool:
    return int(key.tags.valueof(INK_SET, default=1)) == 1


def _profile_left(model: int, profile: bytes | None) -> bytes | None:
    """Return the ICC profile unless the colours were converted already."""
    return profile if model in (PHOTOMETRIC.RGB, PHOTOMETRIC.PALETTE, *GREY_MODELS) else None


def _opacity(key: tifffile.TiffPage, samples: npt.NDArray[Any], used: int) -> npt.NDArray[np.float32] | None:
    extra = [int(kind) for kind in key.extrasamples][-(samples.shape[2] - used) :]
    if samples.shape[2] == used or UNASSOCIATED not in extra:
        return None
    at = used + extra.index(UNASSOCIATED)
    full = _white(key, samples) if samples.dtype.kind == "u" else None
    return opacity_of(samples[..., at : at + 1], full)


def _bits(key: tifffile.TiffPage) -> int:
    bits = key.bitspersample
    return int(bits if isinstance(bits, int) else max(bits))


def _white(key: tifffile.TiffPage, samples: npt.NDArray[Any]) -> float:
    """Return the largest number that the page's bits can hold."""
    if samples.dtype.kind == "f":
        return 1.0
    plain = not isinstance(key.bitspersample, int)
    return float(2 ** (samples.dtype.itemsize * 8 if plain else key.bitspersample) - 1)


def _fractions(value: Any) -> tuple[float, ...] | None:
    """Turn the numbers of a tag of fractions into floats."""
    if not isinstance(value, tuple) or len(value) < 6:
        return None
    tops, bottoms = np.array(value[::2], float), np.array(value[1::2], float)
    return tuple((tops / bottoms).tolist()) if bottoms.all() else None


def _word(value: int) -> str:
    return getattr(value, "name", None) or f"number {int(value)}"
