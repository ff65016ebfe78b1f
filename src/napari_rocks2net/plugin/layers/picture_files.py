"""Pictures in files: written whole, and read for the viewer and for the table."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import ExifTags, Image, ImageOps

from napari_rocks2net.annotation import ImageKey, read_plane
from napari_rocks2net.atomic_write import atomic_write

TIFF_SUFFIXES = (".tif", ".tiff")
# From this orientation on, height and width of the stored picture change places.
SIDEWAYS = 5


def write_picture(path: Path, pixels: np.ndarray, colours: bool) -> None:
    """Write an array as PNG or TIFF, as the file's ending says.

    Parameters
    ----------
    path : Path
    pixels : numpy.ndarray
        Leading axes, Y, X and, if `colours`, 1, 3 or 4 channels; PNG takes one picture of uint8.
    colours : bool
        Whether the last axis holds colours.
    """
    buffer = io.BytesIO()
    values, colours = _storable(pixels, colours)
    if path.suffix == ".png":
        Image.fromarray(values).save(buffer, "PNG")
    else:
        photometric = "rgb" if colours else "minisblack"
        tifffile.imwrite(buffer, values, photometric=photometric, metadata=None)
    atomic_write(path, buffer.getvalue())


def holds_picture(path: Path, pixels: np.ndarray, colours: bool) -> bool:
    """Return whether a file that `write_picture` made holds these very values."""
    try:
        there = np.asarray(Image.open(path)) if path.suffix == ".png" else tifffile.imread(path)
    # Whatever else has this name is left alone.
    except Exception:
        return False
    values, _ = _storable(pixels, colours)
    # Axes of length one are not told apart in a TIFF.
    pair = (there.squeeze(), values.squeeze())
    return there.dtype == values.dtype and np.array_equal(*pair, equal_nan=values.dtype.kind == "f")


def planes_in_file(file: Path) -> tuple[ImageKey, ...]:
    """Return one key for each picture of an image file: one, or all planes of a TIFF stack.

    A file that cannot be read counts as one picture; what is wrong with it is said when it is shown.
    """
    shape = _leading_shape(file) if file.suffix.lower() in TIFF_SUFFIXES else ()
    return tuple(ImageKey.of(file, plane) for plane in np.ndindex(*shape))


def read_picture(key: ImageKey) -> np.ndarray:
    """Read an image of a collection as (Y, X, 3) uint8."""
    return read_plane(key.file, key.plane)


def lazy_picture(key: ImageKey) -> Any:
    """Return an image of a collection as a dask array, (Y, X, 3) uint8, read each time it is looked at.

    Raises
    ------
    ImageError
        When not even its size can be read.
    """
    from dask.array import from_delayed
    from dask.delayed import delayed

    return from_delayed(delayed(read_picture)(key), (*picture_size(key), 3), np.uint8)


def picture_size(key: ImageKey) -> tuple[int, int]:
    """Return the height and width that `read_picture` gives, from the head of the file where it tells.

    Raises
    ------
    ImageError
        When the file cannot be read.
    """
    try:
        size = _tiff_size(key) if key.file.suffix.lower() in TIFF_SUFFIXES else upright_size(key.file)
    # A decoder meets a damaged file with any error it likes; reading all of it says what is wrong.
    except Exception:
        size = None
    return size or read_picture(key).shape[:2]


def upright_size(path: Path) -> tuple[int, int]:
    """Return the height and width of a picture that Pillow reads, turned as its camera was."""
    with Image.open(path) as image:
        turned = image.getexif().get(ExifTags.Base.Orientation, 1) >= SIDEWAYS
        width, height = image.size
    return (width, height) if turned else (height, width)


def read_preview(key: ImageKey, side: int) -> np.ndarray:
    """Read an image of a collection as (Y, X, 3) uint8 with at most `side` pixels a side."""
    quick = None if key.plane else quick_jpeg(key.file, side)
    return shrunk(read_picture(key), side) if quick is None else quick


def _leading_shape(file: Path) -> tuple[int, ...]:
    try:
        with tifffile.TiffFile(file) as tiff:
            series = tiff.series[0]
            axes, shape = series.axes, series.shape
    except Exception:
        return ()
    # Samples of a pixel come last or, in planar files, before Y and X; neither are planes.
    planar = 3 if axes.endswith("S") or axes[-3:-2] == "S" else 2
    return tuple(int(length) for length in shape[: max(0, len(shape) - planar)])


def _tiff_size(key: ImageKey) -> tuple[int, int]:
    with tifffile.TiffFile(key.file) as tiff:
        page = tiff.series[0].keyframe if key.plane else tiff.pages.first
        orientation = page.tags.valueof(ExifTags.Base.Orientation, default=1)
        # Planes of stacks are read as they lie in the file.
        if orientation >= SIDEWAYS and not key.plane:
            return page.imagewidth, page.imagelength
        return page.imagelength, page.imagewidth


def _storable(pixels: np.ndarray, colours: bool) -> tuple[np.ndarray, bool]:
    """Return the values as they are stored: one channel has no axis, one bit is read by few programs."""
    single = colours and pixels.shape[-1] == 1
    values = pixels[..., 0] if single else pixels
    if values.dtype == bool:
        values = values.astype(np.uint8) * 255
    return values, colours and not single


def shrunk(picture: np.ndarray, side: int) -> np.ndarray:
    """Return a (Y, X, 3) uint8 picture no larger than `side` on either side."""
    image = Image.fromarray(picture)
    image.thumbnail((side, side), Image.Resampling.BOX)
    return np.asarray(image)


def quick_jpeg(path: Path, side: int) -> np.ndarray | None:
    """Return a preview of a JPEG without decoding all of it; None for other files.

    The format stores blocks of 8 x 8 pixels whose means come first, so an eighth of the size is quick.
    """
    if path.suffix.lower() not in (".jpg", ".jpeg"):
        return None
    with Image.open(path) as image:
        image.draft("RGB", (2 * side, 2 * side))
        return shrunk(np.asarray(ImageOps.exif_transpose(image).convert("RGB")), side)
