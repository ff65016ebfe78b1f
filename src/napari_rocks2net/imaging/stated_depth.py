"""Depth of a camera in a file of deeper numbers, as TIFF tags, OME, Micro-Manager and PNG state it."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from napari_rocks2net.imaging.channel_colours import ome_pixels

# MaxSampleValue and SMaxSampleValue, one number or one a sample; TIFF 6.0, sections 8 and 19.
BRIGHTEST = (281, 341)
MICRO_MANAGER = 51123


def stated_white(series: tifffile.TiffPageSeries, page: tifffile.TiffPage) -> float | None:
    """Return the largest value that the camera of a TIFF can give.

    Parameters
    ----------
    series : tifffile.TiffPageSeries
        The pictures.
    page : tifffile.TiffPage
        Its tags, see `keyframe_of`.

    Returns
    -------
    float or None
        None where nothing is said, or only what the type of number can hold: programs write that for want of
        better knowledge.
    """
    dtype = page.dtype
    if dtype is None or dtype.kind not in "uif" or dtype.itemsize == 1:
        return None
    full = math.inf if dtype.kind == "f" else float(np.iinfo(dtype).max)
    depths = [_ome_bits(series), _micro_manager_bits(page)]
    whites = [2.0**bits - 1 for bits in depths if bits is not None]
    whites += [max(values) for tag in BRIGHTEST if (values := _numbers(page.tags.valueof(tag)))]
    return next((white for white in whites if 0 < white < full), None)


def white_of_png(content: bytes, values: npt.NDArray[Any]) -> tuple[float | None, float | None]:
    """Return the white of a PNG of 16 bits whose chunk sBIT says that fewer are significant.

    Parameters
    ----------
    content : bytes
        The chunk, one byte for each channel; empty for none.
    values : numpy.ndarray
        The colours as they are stored.

    Returns
    -------
    tuple of float or None
        White where all the range is used, as PNG, third edition, section 12.4 has it; and the largest value
        of the camera where its numbers were stored as they came.
    """
    bits = max(content, default=16)
    if not 8 <= bits < 16 or int(values.min()) < 0:
        return None, None
    top = values.astype(np.int64) >> (16 - bits)
    left, spread = top << (16 - bits), np.rint(top * (65535 / (2**bits - 1))).astype(np.int64)
    repeated = left | (top >> (2 * bits - 16))
    if any(np.array_equal(values, each) for each in (left, spread, repeated)):
        return 65535.0, None
    return None, 2.0**bits - 1


def _ome_bits(series: tifffile.TiffPageSeries) -> int | None:
    """Return SignificantBits of an OME image."""
    bits = re.search(r"\bSignificantBits=[\"'](\d{1,2})[\"']", ome_pixels(series).partition(">")[0])
    return int(bits[1]) if bits else None


def _micro_manager_bits(page: tifffile.TiffPage) -> int | None:
    metadata = page.tags.valueof(MICRO_MANAGER)
    bits = str(metadata.get("BitDepth")) if isinstance(metadata, dict) else ""
    return int(bits) if re.fullmatch(r"\d{1,2}", bits) else None


def _numbers(value: Any) -> list[float]:
    values = value if isinstance(value, tuple) else (value,)
    return [float(each) for each in values if isinstance(each, (int, float)) and math.isfinite(each)]
