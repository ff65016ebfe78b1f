"""Image files of a collection: planes, pixels, previews; and lossless writing of a layer's pixels."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.image import ImageKey
from napari_rocks2net.atomic_write import atomic_write_png, written_whole
from napari_rocks2net.imaging import (
    ImageError,
    is_tiff,
    list_planes,
    open_picture,
    picture_size,
    read_numbers,
    read_plane,
)
from napari_rocks2net.imaging.formats import check_memory
from napari_rocks2net.imaging.pillow_pictures import from_pillow

STRIP_ROWS = 64
# What places of four bytes reach, with room for the tags.
MOST_BYTES_OF_TIFF = 2**32 - 2**25
# What a name may not hold on one of the usual systems.
FORBIDDEN = '<>:"/\\|?*'
# A larger picture is written as a TIFF, strip by strip.
LARGEST_PNG = 100_000_000


@dataclass(frozen=True, eq=False)
class StoredPixels:
    """Pixels as they are stored in a file, some rows at a time, so that a scan need not be held."""

    shape: tuple[int, ...]  # Leading axes, Y, X and, if `colours`, 1, 3 or 4 channels.
    dtype: np.dtype[Any]  # Of booleans, integers or floats.
    colours: bool  # Whether the last axis holds colours.
    # Takes a position along the leading axes and yields that plane in parts (rows, X[, channels]) from the
    # top.
    strips: Callable[[tuple[int, ...]], Iterator[np.ndarray]]

    @property
    def leading(self) -> tuple[int, ...]:
        """Lengths of the axes before Y and X."""
        return self.shape[: len(self.shape) - (3 if self.colours else 2)]

    @property
    def has_channels(self) -> bool:
        """Whether colours are stored: one channel has no axis."""
        return self.colours and self.shape[-1] > 1

    @property
    def stored_shape(self) -> tuple[int, ...]:
        """The shape in the file."""
        return self.shape[:-1] if self.colours and not self.has_channels else self.shape

    @property
    def stored_dtype(self) -> np.dtype[Any]:
        """The type in the file: one bit is read by few programs."""
        return np.dtype(np.uint8) if self.dtype == bool else self.dtype

    def stored_strips(self, index: tuple[int, ...]) -> Iterator[np.ndarray]:
        """Yield the values of a plane as they are stored."""
        for strip in self.strips(index):
            values = strip.astype(np.uint8) * 255 if strip.dtype == bool else strip
            yield values[..., 0] if self.colours and not self.has_channels else values


def _write_pixels(path: Path, pixels: StoredPixels) -> None:
    """Write pixels as PNG or, a strip at a time, as TIFF; missing folders are made, a file is replaced."""
    if path.suffix == ".png":
        atomic_write_png(path, np.concatenate(list(pixels.stored_strips(()))))
        return
    with written_whole(path) as partial:
        tifffile.imwrite(
            partial,
            _equal_strips(pixels),
            shape=pixels.stored_shape,
            dtype=pixels.stored_dtype,
            rowsperstrip=STRIP_ROWS,
            photometric="rgb" if pixels.has_channels else "minisblack",
            metadata=None,
            bigtiff=math.prod(pixels.shape) * pixels.dtype.itemsize > MOST_BYTES_OF_TIFF,
        )


def check_room(name: str, shape: tuple[int, ...], leading: int, itemsize: int, folder: Path) -> None:
    """Refuse pixels that cannot be saved, before they are read.

    Parameters
    ----------
    name : str
        What they are called.
    shape : tuple of int
        Leading axes, Y, X and perhaps colours.
    leading : int
        The number of leading axes.
    itemsize : int
        Bytes of a value.
    folder : Path
        Where they are to be saved; the folder that it is in is made if missing.

    Raises
    ------
    CollectionError
        When the memory could not hold a plane when it is read again, or the disk has no room.
    """
    height, width = shape[leading : leading + 2]
    size = math.prod(shape) * itemsize
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        check_memory(height, width, size / math.prod(shape[: leading + 2]))
        if size > (free := shutil.disk_usage(folder.parent).free):
            raise ImageError(
                f"it needs {size / 1e9:,.1f} GB, of which {free / 1e9:,.1f} GB are free on disk."
            )
    except ImageError as error:
        raise CollectionError(f"The layer {name!r} cannot be saved with the collection: {error}") from None


def save_pixels(pixels: StoredPixels, folder: Path, name: str) -> Path:
    """Write pixels, every one with its own value, as a new file of a folder.

    Parameters
    ----------
    pixels : StoredPixels
        What is written.
    folder : Path
        Made if missing.
    name : str
        What they are called; letters that no file name may hold are replaced.

    Returns
    -------
    Path
        A PNG for a photo of 8 bits, a TIFF where it is large and for all others. No file is replaced; one of
        this name that holds these pixels already is returned as it is.
    """
    size = math.prod(pixels.shape) * pixels.dtype.itemsize
    photo = pixels.dtype == np.uint8 and not pixels.leading and size <= LARGEST_PNG
    folder.mkdir(parents=True, exist_ok=True)
    for path in _file_names(folder, name, ".png" if photo else ".tif"):
        if not path.exists():
            _write_pixels(path, pixels)
            return path
        if _holds_pixels(path, pixels):
            return path
    raise AssertionError("the names are endless")


def _file_names(folder: Path, name: str, suffix: str) -> Iterator[Path]:
    """Yield file names, without end, for a layer: "name.png", "name 2.png", ..."""
    clean = "".join("_" if letter in FORBIDDEN or not letter.isprintable() else letter for letter in name)
    stem = clean.strip(" .") or "image"
    yield folder / f"{stem}{suffix}"
    for number in count(2):
        yield folder / f"{stem} {number}{suffix}"


def _holds_pixels(path: Path, pixels: StoredPixels) -> bool:
    """Return whether a file that `_write_pixels` made is there and holds these very values."""
    try:
        stored = read_numbers(path) if path.suffix == ".png" else tifffile.memmap(path, mode="r")
    # Whatever else has this name is left alone.
    except Exception:
        return False
    # Axes of length one are not told apart in a TIFF.
    if stored.dtype != pixels.stored_dtype or stored.size != math.prod(pixels.shape):
        return False
    stored, at = stored.reshape(-1, *pixels.stored_shape[len(pixels.leading) + 1 :]), 0
    for index in np.ndindex(*pixels.leading):
        for strip in pixels.stored_strips(index):
            same = np.array_equal(stored[at : at + len(strip)], strip, equal_nan=strip.dtype.kind == "f")
            if not same:
                return False
            at += len(strip)
    return True


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


def _equal_strips(pixels: StoredPixels) -> Iterator[np.ndarray]:
    """Yield all planes in strips of `STRIP_ROWS` rows, the last of a plane what is left."""
    for index in np.ndindex(*pixels.leading):
        rest = np.empty((0, *pixels.stored_shape[len(pixels.leading) + 1 :]), pixels.stored_dtype)
        for strip in pixels.stored_strips(index):
            missing = -len(rest) % STRIP_ROWS
            rest, strip = np.concatenate([rest, strip[:missing]]), strip[missing:]
            if len(rest) == STRIP_ROWS:
                yield rest
                rest = rest[:0]
            whole = len(strip) - len(strip) % STRIP_ROWS
            yield from (strip[first : first + STRIP_ROWS] for first in range(0, whole, STRIP_ROWS))
            rest = np.concatenate([rest, strip[whole:]])
        if len(rest):
            yield rest


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
    # What cannot be read is refused by name when it is read whole.
    with suppress(ImageError, OSError), open_picture(path) as image:
        if image.format == "JPEG":
            image.draft(None, (2 * side, 2 * side))
            return _shrunk(from_pillow(image).rgb(), side)
    return None
