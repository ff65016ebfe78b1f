"""TIFF pages: their samples as they are stored, and in colours."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile
from tifffile import COMPRESSION, PHOTOMETRIC

from napari_rocks2net.imaging.colour import StoredPicture
from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.formats import LargeTiff, check_memory
from napari_rocks2net.imaging.pillow_pictures import from_pillow
from napari_rocks2net.imaging.tiff_colours import JPEG_2000, in_colours, word_of

Page = tifffile.TiffPage | tifffile.TiffFrame

PHOTOMETRIC_TAG = 262
FAX_AND_OLD_JPEG = (COMPRESSION.CCITTRLE, COMPRESSION.CCITT_T4, COMPRESSION.CCITT_T6, COMPRESSION.OJPEG)
RAW_SENSOR = (PHOTOMETRIC.CFA, PHOTOMETRIC.LINEAR_RAW)


def read_page(page: Page) -> StoredPicture:
    """Read a page of an open file in colours, as its tags say.

    Raises
    ------
    ImageError
        When its compression or its colours are not known, or it is damaged.
    """
    key = keyframe_of(page)
    if key.photometric in RAW_SENSOR:
        raise ImageError("it holds raw values of a camera's sensor: develop it and save it as TIFF or JPEG.")
    if not is_left_to_libtiff(key):
        return in_colours(key, read_samples(page))
    if key.is_subsampled and not key.is_tiled and key.compression not in FAX_AND_OLD_JPEG:
        # Some programs store Cb and Cr for each pixel all the same.
        stated, key.subsampling = key.subsampling, (1, 1)
        try:
            return in_colours(key, read_samples(page))
        except (tifffile.TiffFileError, ImageError):
            key.subsampling = stated
    check_memory(key.imagelength, key.imagewidth, key.samplesperpixel)
    with Path(page.parent.filehandle.path).open("rb") as file, LargeTiff(file) as image:
        image.seek(int(page.index))
        image.load()
        return from_pillow(image)


def read_samples(page: Page) -> npt.NDArray[Any]:
    """Read the samples of a page as they are stored, but JPEG in RGB.

    Returns
    -------
    numpy.ndarray
        (Y, X, S) of integers or floats; single bits as 0 and 1.

    Raises
    ------
    ImageError
        When tifffile has no such type of number, or strips or tiles are missing or cut short.
    """
    key = keyframe_of(page)
    check_numbers(key)
    check_memory(key.imagelength, key.imagewidth, bytes_per_pixel(key))
    check_extent(page, key)
    values = samples_last(np.asarray(page.asarray()), key)
    return values.view(np.uint8) if values.dtype == bool else values


def check_numbers(key: tifffile.TiffPage) -> None:
    """Refuse a page whose type of number tifffile has not, or reads wrong; raises ImageError."""
    if key.dtype is None or key.dtype.kind not in "buif" or _is_misread(key, key.dtype):
        kind = (
            f"{word_of(key.sampleformat)} of {key.bitspersample} bits, compression {word_of(key.compression)}"
        )
        raise ImageError(f"its type of number ({kind}) cannot be read: save it in 8 or 16 bits.")


def check_extent(page: Page, key: tifffile.TiffPage) -> None:
    """Refuse a page whose strips or tiles are not all in the file: tifffile leaves them black.

    Parameters
    ----------
    page : tifffile.TiffPage or tifffile.TiffFrame
        The page.
    key : tifffile.TiffPage
        Its tags, see `keyframe_of`.

    Raises
    ------
    ImageError
        When the file is damaged or cut short.
    """
    expected, sizes = math.prod(key.chunked), page.databytecounts
    if len(page.dataoffsets) < expected:
        raise ImageError(
            f"{expected} strips or tiles are expected and {len(page.dataoffsets)} are listed: the file is "
            "damaged, copy it again."
        )
    ends = [start + size for start, size in zip(page.dataoffsets, sizes, strict=True)]
    # Only sparse tiles may be empty.
    empty = 0 in sizes and not key.is_tiled
    short = key.compression == COMPRESSION.NONE and key.is_contiguous and sum(sizes) < key.nbytes
    if empty or short or max(ends) > page.parent.filehandle.size:
        raise ImageError("the file ends before its pixels do: it is cut short, copy it again.")


def _is_misread(key: tifffile.TiffPage, dtype: np.dtype[Any]) -> bool:
    """Tell what is read wrong without a word: deep JPEG 2000, big-endian 24 bits or 5, 6 and 5."""
    if key.compression in JPEG_2000:
        return dtype.itemsize > 2
    unequal = not isinstance(key.bitspersample, int)
    return (key.bitspersample == 24 or unequal) and dtype.kind == "u" and key.parent.byteorder == ">"


def is_left_to_libtiff(key: tifffile.TiffPage) -> bool:
    """Tell whether Pillow reads a page: fax, JPEG of the old kind, and Cb and Cr that pixels share."""
    shared = key.is_subsampled and key.compression not in tifffile.TIFF.IMAGE_COMPRESSIONS
    return shared or key.compression in FAX_AND_OLD_JPEG


def keyframe_of(page: Page | tifffile.TiffPageSeries) -> tifffile.TiffPage:
    """Return the page whose tags hold for a page or series; a damaged file may have none."""
    if page.keyframe is None:
        raise ImageError("a page has no tags: the file is damaged, copy it again.")
    key = page.keyframe
    if PHOTOMETRIC_TAG not in key.tags:
        # tifffile takes the smallest value for white then, libtiff (`TIFFRGBAImageBegin`) as here.
        key.photometric = PHOTOMETRIC.RGB if key.samplesperpixel >= 3 else PHOTOMETRIC.MINISBLACK
    if key.compression in JPEG_2000:
        # The shares of Cb and Cr are told by the data themselves.
        key.subsampling = (1, 1)
    return key


def samples_last(values: npt.NDArray[Any], key: tifffile.TiffPage) -> npt.NDArray[Any]:
    """Return the pixels of a page as (Y, X, S).

    Parameters
    ----------
    values : numpy.ndarray
        (Y, X), (Y, X, S) or in planar files (S, Y, X), as tifffile reads them.
    key : tifffile.TiffPage
        The page's tags, see `keyframe_of`.

    Returns
    -------
    numpy.ndarray
        A view where it can be.
    """
    if key.samplesperpixel == 1:
        return values.reshape(*values.shape[-2:], 1)
    return np.moveaxis(values, 0, -1) if key.axes.startswith("S") else values


def bytes_per_pixel(key: tifffile.TiffPage) -> int:
    """Return how many bytes the samples of a pixel take in memory."""
    return key.samplesperpixel * (key.dtype.itemsize if key.dtype else 1)
