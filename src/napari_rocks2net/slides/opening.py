"""Opening of slides: TIFF and its pyramids, OME-Zarr, arrays of numpy, and any photo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from napari_rocks2net.imaging import ImageError, black_and_white, is_tiff, read_image
from napari_rocks2net.imaging.brightness import Levels as Brightness
from napari_rocks2net.imaging.channel_colours import is_inverted
from napari_rocks2net.imaging.reading import ARRAY_SUFFIX
from napari_rocks2net.imaging.tiff import (
    Plane,
    TiffStack,
    find_picture,
    levels_of_stacks,
    open_tiff,
    whole_plane,
)
from napari_rocks2net.imaging.tiff_colours import orientation_of
from napari_rocks2net.imaging.tiff_pages import RAW_SENSOR, is_left_to_libtiff, keyframe_of
from napari_rocks2net.slides.levels import Level
from napari_rocks2net.slides.slide import Slide, block_values, name_of
from napari_rocks2net.slides.tiff_level import TiffLevel
from napari_rocks2net.slides.zarr_levels import is_zarr, open_zarr
from napari_rocks2net.wording import first_line

# The sides of levels are rounded; what differs by more is another picture.
SAME_PROPORTIONS = 0.02


def open_slide(path: str | Path, um_per_pixel: float | None = None) -> Slide:
    """Open a scan; its pixels are read where they are needed.

    Parameters
    ----------
    path : str or pathlib.Path
        A TIFF, BigTIFF or OME-TIFF, with or without a pyramid; a folder of OME-Zarr or a zarr array; an array
        saved by numpy (.npy); or any photo, which is read as a whole.
    um_per_pixel : float, optional
        Micrometres a pixel; by default those that the file states.

    Returns
    -------
    Slide
        Close it, or use it in a ``with`` statement.

    Raises
    ------
    ImageError
        When the file is missing, truncated or no picture.
    MissingExtraError
        When it is zarr, which needs the library of that name.
    """
    slide = _opened(Path(path), um_per_pixel)
    slide.path = Path(path)
    return slide


def _opened(path: Path, um_per_pixel: float | None) -> Slide:
    with _named(path):
        if is_zarr(path):
            levels, stated, planes = open_zarr(path)

            def brightness() -> Brightness:
                """Return the black and white of all planes, also where it could not be found before."""
                return black_and_white(chain.from_iterable(map(block_values, planes)))

            return Slide(levels, name_of(path), um_per_pixel or stated, brightness=brightness)
    if path.is_file() and path.stat().st_size and is_tiff(path):
        return _open_tiff(path, um_per_pixel)
    if path.suffix.lower() == ARRAY_SUFFIX and path.is_file():
        with _named(path):
            return Slide.of_arrays(
                np.load(path, mmap_mode="r", allow_pickle=False),
                name=name_of(path),
                um_per_pixel=um_per_pixel,
            )
    return Slide.of_arrays(read_image(path), name=name_of(path), um_per_pixel=um_per_pixel)


def _open_tiff(path: Path, um_per_pixel: float | None) -> Slide:
    from napari_rocks2net.pixel_scale import read_pixel_size

    stated = read_pixel_size(path)
    size = um_per_pixel or (None if stated is None else stated.micrometres)
    with _named(path):
        file = open_tiff(path)
        try:
            levels = _levels(file)
        except BaseException:
            file.close()
            raise
    if not levels:
        file.close()
        return Slide.of_arrays(read_image(path), name=name_of(path), um_per_pixel=size)
    return Slide(levels, name_of(path), size, file.close, partial(_black_and_white, file, levels[0]))


def _levels(file: tifffile.TiffFile) -> list[Level]:
    """Return the levels of the first picture of a file; none where it must be read as a whole."""
    stack, plane = find_picture(file, ())
    if stack.channel_axis is not None or is_inverted(stack.series, 0) or not _is_read_by_tiles(stack.page):
        return []
    page = stack.page_at(plane)
    if page is None:
        return []
    levels = [TiffLevel(page)]
    for series in stack.series.levels[1:]:
        coarser = series.pages[0]
        if coarser is None or not _is_read_by_tiles(keyframe_of(coarser)):
            continue
        level = TiffLevel(coarser)
        proportions = level.height * levels[0].width / (level.width * levels[0].height)
        if abs(proportions - 1) <= max(SAME_PROPORTIONS, 1 / level.height, 1 / level.width):
            levels.append(level)
    return list(levels)


def _black_and_white(file: tifffile.TiffFile, finest: Level) -> Brightness:
    """Return the black and white of all planes of a file, as `read_plane` has them, without holding one."""
    kind = next((values.dtype.str for values in block_values(finest)), "")

    def read(stack: TiffStack, plane: Plane) -> Iterator[npt.NDArray[Any]]:
        """Yield the values of a plane, block by block where it can be."""
        page = stack.page_at(plane)
        by_tiles = page is not None and stack.channel_axis is None and _is_read_by_tiles(stack.page)
        return block_values(TiffLevel(page)) if page and by_tiles else whole_plane(stack, plane)

    # Pages are found by moving in the file, without its lock.
    with file.filehandle.lock:
        return levels_of_stacks(file, kind, read)


def _is_read_by_tiles(key: tifffile.TiffPage) -> bool:
    supported = key.dtype is not None and key.photometric not in RAW_SENSOR and not is_left_to_libtiff(key)
    return supported and orientation_of(key) == 1


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Give every refusal the name of its file."""
    try:
        yield
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error
    except ImportError:
        raise
    # Readers meet damaged files with whatever error they happen to run into.
    except Exception as error:
        raise ImageError(
            f"{path} cannot be read as a slide ({first_line(error)}): export it again."
        ) from error
