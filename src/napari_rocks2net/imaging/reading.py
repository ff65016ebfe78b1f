"""Image files and planes of stacks as (Y, X, 3) uint8 RGB."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.file_version import FileVersion, file_version
from napari_rocks2net.imaging.brightness import Levels, black_and_white
from napari_rocks2net.imaging.colour import LYING, StoredPicture, as_rgb, upright
from napari_rocks2net.imaging.errors import CHANGED_NUMBERS, ImageError
from napari_rocks2net.imaging.file_errors import image_file_errors
from napari_rocks2net.imaging.formats import is_tiff, open_picture
from napari_rocks2net.imaging.pillow_pictures import from_pillow, numbers_of
from napari_rocks2net.imaging.pillow_pictures import orientation_of as exif_orientation
from napari_rocks2net.imaging.tiff import (
    Plane,
    find_picture,
    levels_of_stacks,
    list_pictures,
    open_tiff,
    read_raw,
    whole_plane,
)
from napari_rocks2net.imaging.tiff_colours import has_nodata, orientation_of, packed_white, stored_zero

ARRAY_SUFFIX = ".npy"
PlaneReader = Callable[[Plane], npt.NDArray[np.uint8]]


def read_image(path: str | Path) -> npt.NDArray[np.uint8]:
    """Read a photograph.

    Parameters
    ----------
    path : str or pathlib.Path
        A file in JPEG, PNG, TIFF, BMP or another of the formats of `open_picture`: grey, RGB, YCbCr,
        L*a*b*, CMYK or palette, of any depth. Of several pages or planes the first is read: `count_pages`
        says how many there are, and `read_plane` reads the others.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8, upright, in sRGB where Pillow has Little CMS; see `black_and_white` for how deep
        and float values are scaled.

    Raises
    ------
    ImageError
        When the file is missing, empty, truncated or not an image.
    """
    return read_plane(path, ())


def read_plane(path: str | Path, plane: Plane) -> npt.NDArray[np.uint8]:
    """Read one picture of a stack.

    Parameters
    ----------
    path : str or pathlib.Path
        A TIFF of several pages, planes or series, an animation, or an array saved by numpy (.npy); any
        image for an empty `plane`.
    plane : tuple of int
        One of `list_planes`, or a position along all leading axes of the file, channels among them.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8; all planes of a file have one black and one white.

    Raises
    ------
    ImageError
        When the file cannot be read, or has no such plane.
    """
    path = Path(path)
    with image_file_errors(path, plane):
        if plane and path.suffix.lower() == ARRAY_SUFFIX:
            stack = np.load(path, mmap_mode="r", allow_pickle=False)
            return as_rgb(
                np.asarray(stack[plane]), levels=_levels_of_array(path, file_version(path), len(plane))
            )
        return _in_rgb(*_stored(path, plane), path)


@contextmanager
def open_planes(path: str | Path) -> Iterator[tuple[tuple[Plane, ...], PlaneReader]]:
    """Open a file to read its pictures one after the other: to open a long stack for each takes long.

    Parameters
    ----------
    path : str or pathlib.Path
        Any image file.

    Yields
    ------
    tuple
        What `list_planes` says, and a function that reads one of them like `read_plane`.

    Raises
    ------
    ImageError
        When the file cannot be read.
    """
    path = Path(path)
    planes = list_planes(path)
    if len(planes) == 1 or not is_tiff(path):
        yield planes, partial(read_plane, path)
        return
    with open_tiff(path) as file:

        def read(plane: Plane) -> npt.NDArray[np.uint8]:
            """Return one of the planes as RGB."""
            with image_file_errors(path, plane):
                stack, place = find_picture(file, plane)
                return _in_rgb(stack.picture(place), False, path)

        yield planes, read


def list_planes(path: str | Path) -> tuple[Plane, ...]:
    """List the pictures of a file.

    Returns
    -------
    tuple of tuple of int
        What `read_plane` takes; one empty tuple where the file holds one picture. Red, green and blue in
        three pages of an OME or ImageJ file are one picture; thumbnails and smaller copies are none.

    Raises
    ------
    ImageError
        When the file cannot be read.
    """
    path = Path(path)
    with image_file_errors(path):
        if is_tiff(path):
            with open_tiff(path) as file:
                return list_pictures(file)
        with open_picture(path) as image:
            frames = getattr(image, "n_frames", 1)
    return tuple((frame,) for frame in range(frames)) if frames > 1 else ((),)


def count_pages(path: str | Path) -> int:
    """Return how many pictures a file holds: pages, planes or frames; 1 for a photograph.

    Raises
    ------
    ImageError
        When the file cannot be read.
    """
    return len(list_planes(path))


def picture_size(path: str | Path, plane: Plane = ()) -> tuple[int, int]:
    """Return the height and width that `read_plane` gives, from the head of the file.

    Parameters
    ----------
    path : str or pathlib.Path
        An image file.
    plane : tuple of int
        One of `list_planes`; the first by default.

    Raises
    ------
    ImageError
        When the file cannot be read.
    """
    path = Path(path)
    with image_file_errors(path, plane):
        if path.suffix.lower() == ARRAY_SUFFIX:
            return np.load(path, mmap_mode="r", allow_pickle=False)[plane].shape[:2]
        if is_tiff(path):
            with open_tiff(path) as file:
                stack = find_picture(file, plane)[0]
                size, orientation = stack.size, orientation_of(stack.page)
        else:
            with open_picture(path) as image:
                size, orientation = (image.height, image.width), exif_orientation(image)
    return size[::-1] if orientation in LYING else size


def read_intensities(path: str | Path) -> npt.NDArray[Any]:
    """Read an image, or the first page, for measuring: grey values of any depth stay as in the file.

    Returns
    -------
    numpy.ndarray
        (Y, X) of the file's own type for grey, the brighter the larger; (Y, X, 3) uint8 for colours.

    Raises
    ------
    ImageError
        When the file cannot be read.
    """
    path = Path(path)
    with image_file_errors(path):
        picture, _ = _stored(path, ())
        if picture.values.shape[2] == 3 or picture.opacity is not None:
            return picture.rgb()
        values = upright(picture.values[..., 0], picture.orientation)
        return np.nanmax(values) - values if picture.inverted else values


def read_numbers(path: str | Path) -> npt.NDArray[Any]:
    """Read the numbers that a file stores for the pixels of its first page, as label images need them.

    Returns
    -------
    numpy.ndarray
        (Y, X) or (Y, X, S), upright: colour tables give their indices, few bits their small numbers.

    Raises
    ------
    ImageError
        When the file cannot be read, or its compression changes numbers.
    """
    path = Path(path)
    with image_file_errors(path):
        if is_tiff(path):
            with open_tiff(path) as file:
                values, orientation = read_raw(file)
        else:
            with open_picture(path) as image:
                if image.format in ("JPEG", "MPO"):
                    raise ImageError(CHANGED_NUMBERS)
                values, orientation = numbers_of(image, path), exif_orientation(image)
    values = values[..., 0] if values.ndim == 3 and values.shape[2] == 1 else values
    return upright(values, orientation)


def read_levels(path: str | Path, plane: Plane = ()) -> Levels | None:
    """Return the black and white of a deep picture in the numbers that its file stores.

    Parameters
    ----------
    path : str or pathlib.Path
        An image file.
    plane : tuple of int
        As for `read_plane`.

    Returns
    -------
    tuple of float or None
        None where the file says nothing of its numbers, so that `black_and_white` looks at them alone.

    Raises
    ------
    ImageError
        When the file cannot be read.
    """
    path, zero = Path(path), 0
    with image_file_errors(path, plane):
        if is_tiff(path):
            with open_tiff(path) as file:
                stack = find_picture(file, plane)[0]
            zero = stored_zero(stack.page)
            stated = zero or stack.stated or packed_white(stack.page) or has_nodata(stack.page)
            if not stated:
                return None
        picture, alone = _stored(path, plane)
        if picture.white is not None:
            return 0.0, picture.white
        if picture.stated is None and not is_tiff(path):
            return None
        black, white = _levels_of(picture, alone, path)
        return black + zero, white + zero


def _stored(path: Path, plane: Plane) -> tuple[StoredPicture, bool]:
    """Return a picture, and whether it is the only one of its file."""
    if is_tiff(path):
        with open_tiff(path) as file:
            stack, place = find_picture(file, plane)
            return stack.picture(place), not plane and len(list_pictures(file)) == 1
    with open_picture(path) as image:
        frames = getattr(image, "n_frames", 1)
        if len(plane) > 1 or (plane and not 0 <= plane[0] < frames):
            raise ImageError("it has no such plane; stacks are TIFF or npy files.")
        image.seek(plane[0] if plane else 0)
        return from_pillow(image, path), frames == 1


def _in_rgb(picture: StoredPicture, alone: bool, path: Path) -> npt.NDArray[np.uint8]:
    """Return a picture with the black and white of its file."""
    deep = picture.white is None and picture.values.dtype != np.uint8
    return picture.rgb(_levels_of(picture, alone, path) if deep else None)


def _levels_of(picture: StoredPicture, alone: bool, path: Path) -> Levels:
    """Return black and white of a picture: of its own where it is the only one of its file."""
    if alone:
        return black_and_white([picture.values], picture.stated)
    return _levels_of_file(path, file_version(path), picture.values.dtype.str)


@lru_cache(maxsize=256)
def _levels_of_file(path: Path, version: FileVersion, kind: str) -> Levels:
    """Return the levels of the pictures of one type of number: pages of others have their own white."""
    with open_tiff(path) as file:
        return levels_of_stacks(file, kind, whole_plane)


@lru_cache(maxsize=256)
def _levels_of_array(path: Path, version: FileVersion, leading: int) -> Levels:
    stack = np.load(path, mmap_mode="r", allow_pickle=False)
    return black_and_white(np.asarray(stack[index]) for index in np.ndindex(*stack.shape[:leading]))
