"""Image files of a collection: planes, pixels, previews; and lossless writing of a layer's pixels."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image, ImageOps

from napari_rocks2net.annotation.image import ImageKey
from napari_rocks2net.atomic_write import atomic_write, atomic_write_png
from napari_rocks2net.imaging import (
    ImageError,
    is_tiff,
    list_planes,
    open_picture,
    picture_size,
    read_numbers,
    read_plane,
)


def write_pixels(path: Path, pixels: np.ndarray, colours: bool) -> None:
    """Write an array as PNG or TIFF, as the file's ending says.

    Parameters
    ----------
    path : Path
        Ends in .png, else it becomes a TIFF; missing folders are made, an existing file is replaced.
    pixels : numpy.ndarray
        Leading axes, Y, X and, if `colours`, 1, 3 or 4 channels; PNG takes one image of uint8.
    colours : bool
        Whether the last axis holds colours.
    """
    values, colours = _storable(pixels, colours)
    if path.suffix == ".png":
        atomic_write_png(path, values)
        return
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values, photometric="rgb" if colours else "minisblack", metadata=None)
    atomic_write(path, buffer.getvalue())


def holds_pixels(path: Path, pixels: np.ndarray, colours: bool) -> bool:
    """Return whether a file that `write_pixels` made holds these very values.

    Parameters
    ----------
    path : Path
        A file that is missing or cannot be read holds other values.
    pixels, colours
        As `write_pixels` takes them.
    """
    try:
        stored = read_numbers(path) if path.suffix == ".png" else tifffile.imread(path)
    # Whatever else has this name is left alone.
    except Exception:
        return False
    values, _ = _storable(pixels, colours)
    # Axes of length one are not told apart in a TIFF.
    pair = (stored.squeeze(), values.squeeze())
    return stored.dtype == values.dtype and np.array_equal(*pair, equal_nan=values.dtype.kind == "f")


def planes_in_file(file: Path) -> tuple[ImageKey, ...]:
    """Return one key for each image in a file: one, or all planes of a TIFF stack.

    A file that cannot be read counts as one image; what is wrong with it is told when it is shown.
    """
    try:
        planes = list_planes(file) if is_tiff(file) else ((),)
    except (ImageError, OSError):
        planes = ((),)
    return tuple(ImageKey.of(file, plane) for plane in planes)


def read_pixels(key: ImageKey) -> np.ndarray:
    """Read an image of a collection as (Y, X, 3) uint8."""
    return read_plane(key.file, key.plane)


def lazy_pixels(key: ImageKey) -> Any:
    """Return an image of a collection as a dask array, (Y, X, 3) uint8, read each time it is looked at.

    Raises
    ------
    ImageError
        When not even its size can be read.
    """
    from dask.array import from_delayed
    from dask.delayed import delayed

    return from_delayed(delayed(read_pixels)(key), (*picture_size(key.file, key.plane), 3), np.uint8)


def read_preview(key: ImageKey, side: int) -> np.ndarray:
    """Return an image of a collection as (Y, X, 3) uint8 with at most `side` pixels a side.

    Parameters
    ----------
    key : ImageKey
        The image; it keeps its aspect ratio and is never enlarged.
    side : int
        In pixels, 1 or more.

    Raises
    ------
    ImageError
        When the file cannot be read.
    """
    preview = None if key.plane else _jpeg_preview(key.file, side)
    return _shrunk(read_pixels(key), side) if preview is None else preview


def _storable(pixels: np.ndarray, colours: bool) -> tuple[np.ndarray, bool]:
    """Return the values as they are stored: one channel has no axis, one bit is read by few programs."""
    single = colours and pixels.shape[-1] == 1
    values = pixels[..., 0] if single else pixels
    if values.dtype == bool:
        values = values.astype(np.uint8) * 255
    return values, colours and not single


def _shrunk(pixels: np.ndarray, side: int) -> np.ndarray:
    """Return a (Y, X, 3) uint8 image no larger than `side` on either side."""
    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.BOX)
    return np.asarray(image)


def _jpeg_preview(path: Path, side: int) -> np.ndarray | None:
    """Return a preview of a JPEG without decoding all of it; None for other files.

    The format stores blocks of 8 x 8 pixels whose means come first, so an eighth of the size is quick.
    """
    if path.suffix.lower() not in (".jpg", ".jpeg"):
        return None
    with open_picture(path) as image:
        image.draft("RGB", (2 * side, 2 * side))
        return _shrunk(np.asarray(ImageOps.exif_transpose(image).convert("RGB")), side)
