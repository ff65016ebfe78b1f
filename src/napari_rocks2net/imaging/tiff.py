"""The first page of a TIFF file, as microscopes and scanners write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile
from PIL import Image, UnidentifiedImageError

from napari_rocks2net.imaging.errors import ImageError

ORIENTATION_TAG = 274
# Modes of Pillow whose array is grey, RGB or RGBA as it stands.
ARRAY_MODES = frozenset({"1", "L", "I", "I;16", "I;16B", "I;16L", "F", "RGB", "RGBA"})


def read_tiff(path: Path) -> npt.NDArray[Any]:
    """Read the first page of a TIFF.

    Parameters
    ----------
    path : pathlib.Path
        The file; any bit depth, planar or interleaved, palette and CMYK too.

    Returns
    -------
    numpy.ndarray
        (Y, X), (Y, X, 3) or (Y, X, 4) with the file's own values, upright.

    Raises
    ------
    ImageError
        When the page is no picture.
    """
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        if not isinstance(page, tifffile.TiffPage):
            raise ImageError("The first page of the TIFF cannot be read: export it again.")
        try:
            values = _interleaved(page)
        except ValueError as error:
            # LZW, JPEG and the like need a package of their own in tifffile; Pillow brings them along.
            if "imagecodecs" not in str(error):
                raise
            return _read_with_pillow(path)
        orientation = int(page.tags.valueof(ORIENTATION_TAG, default=1))
        return _upright(_plain_colours(values, page), orientation)


def _read_with_pillow(path: Path) -> npt.NDArray[Any]:
    try:
        with Image.open(path) as image:
            return np.asarray(image if image.mode in ARRAY_MODES else image.convert("RGB"))
    except UnidentifiedImageError as error:
        raise ImageError("its compression is not supported: save it uncompressed.") from error


def _interleaved(page: tifffile.TiffPage) -> npt.NDArray[Any]:
    """Return the page with its samples last."""
    values = np.asarray(page.asarray())
    if page.axes.startswith("S") and values.ndim == 3:
        return np.moveaxis(values, 0, -1)
    return values


def _plain_colours(values: npt.NDArray[Any], page: tifffile.TiffPage) -> npt.NDArray[Any]:
    """Resolve palettes, inverted grey and printing inks into grey or RGB."""
    photometric = tifffile.PHOTOMETRIC
    if page.photometric == photometric.PALETTE and page.colormap is not None:
        return np.moveaxis(np.asarray(page.colormap), 0, -1)[values]
    if page.photometric == photometric.MINISWHITE:
        return _white_level(values) - values
    if page.photometric == photometric.SEPARATED and values.shape[-1] == 4:
        return _from_inks(values)
    # Samples beyond grey or RGB are opacity only when the file says so.
    if values.ndim == 3 and values.shape[-1] in (2, 4) and not page.extrasamples:
        return values[..., : values.shape[-1] - 1]
    return values[..., 0] if values.ndim == 3 and values.shape[-1] == 2 else values


def _white_level(values: npt.NDArray[Any]) -> Any:
    return np.iinfo(values.dtype).max if values.dtype.kind in "ui" else np.nanmax(values)


def _from_inks(cmyk: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Mix cyan, magenta, yellow and black into RGB floats in 0..1, without a colour profile."""
    inks = cmyk.astype(np.float32) / _white_level(cmyk)
    return (1 - inks[..., :3]) * (1 - inks[..., 3:])


def _upright(values: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """Turn a page as its orientation tag (1 to 8) says; TIFF 6.0, section 8."""
    if orientation in (5, 6, 7, 8):
        values = np.swapaxes(values, 0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    return values
