"""TIFF files: their series as pictures, stacks and planes."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import tifffile
from tifffile import COMPRESSION

from napari_rocks2net.imaging.brightness import Levels, black_and_white
from napari_rocks2net.imaging.channel_colours import colour_order, has_colour_labels, is_inverted
from napari_rocks2net.imaging.colour import StoredPicture
from napari_rocks2net.imaging.errors import CHANGED_NUMBERS, ImageError
from napari_rocks2net.imaging.formats import check_memory
from napari_rocks2net.imaging.stated_depth import stated_white
from napari_rocks2net.imaging.tiff_axes import PictureAxes, axes_of_pictures
from napari_rocks2net.imaging.tiff_colours import GREY_MODELS, in_colours, orientation_of
from napari_rocks2net.imaging.tiff_pages import (
    Page,
    bytes_per_pixel,
    is_left_to_libtiff,
    keyframe_of,
    read_page,
    read_samples,
    samples_last,
)

Plane = tuple[int, ...]

MOST_PAGES = 1 << 20
# What scanners store beside a slide, as tifffile names it in their files; in others a name is a person's.
SCANNERS = frozenset({"svs", "ndpi", "scn", "bif", "philips", "qpi", "ventana"})
BESIDE_A_SLIDE = frozenset({"thumbnail", "label", "macro", "map", "probability"})


@dataclass(frozen=True, eq=False)
class TiffStack:
    """The pictures of one series of a TIFF: a page, or a stack along leading axes."""

    series: tifffile.TiffPageSeries
    """Of an open file; OME and ImageJ files keep their own order of axes in it."""

    @property
    def page(self) -> tifffile.TiffPage:
        """The page that all others are like."""
        return keyframe_of(self.series)

    @cached_property
    def stated(self) -> float | None:
        """The largest value that the camera can give, see `StoredPicture`."""
        return stated_white(self.series, self.page)

    @cached_property
    def axes(self) -> PictureAxes | None:
        """Axes of the pictures where these are not the pages; else None."""
        return axes_of_pictures(self.series, self.page)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of a picture in pixels, as it is stored."""
        if self.axes is None:
            return int(self.page.imagelength), int(self.page.imagewidth)
        height, width = (int(self.series.shape[axis]) for axis in self.axes.picture[:2])
        return height, width

    @property
    def leading(self) -> tuple[int, ...]:
        """Lengths of the axes before those of a picture."""
        if self.axes is not None:
            return tuple(int(self.series.shape[axis]) for axis in self.axes.planes)
        # Samples of a pixel come last or, in planar files, before Y and X; neither are planes.
        of_picture = 3 if self.page.samplesperpixel > 1 else 2
        return tuple(int(length) for length in self.series.shape[: len(self.series.shape) - of_picture])

    @property
    def channel_axis(self) -> int | None:
        """Which leading axis holds red, green and blue, None where none does."""
        single = self.axes is None and self.page.samplesperpixel == 1 and self.page.photometric in GREY_MODELS
        lengths = dict(zip(self.series.axes, self.leading, strict=False))
        if not single or lengths.get("C", 3) != 3:
            return None
        if "C" in lengths:
            return self.series.axes.index("C") if colour_order(self.series) else None
        return 0 if self.leading == (3,) and has_colour_labels(self.series) else None

    @property
    def planes(self) -> tuple[Plane, ...]:
        """Position of every picture along the leading axes, that of the colours left out."""
        lengths = [length for axis, length in enumerate(self.leading) if axis != self.channel_axis]
        return tuple(np.ndindex(*lengths))

    def picture(self, plane: Plane) -> StoredPicture:
        """Read one picture of `planes`, or one channel in grey, by its position along all leading axes.

        Raises
        ------
        ImageError
            When there is no such plane, or it cannot be read.
        """
        channel = self.channel_axis
        if channel is not None and len(plane) == len(self.leading) - 1:
            order = colour_order(self.series) or range(3)
            pages = [self._page((*plane[:channel], at, *plane[channel:])) for at in order]
            return replace(pages[0], values=np.concatenate([page.values for page in pages], axis=2))
        return self._page(plane)

    def page_at(self, plane: Plane) -> Page | None:
        """Return the page of a plane; None where one page holds a whole stack.

        Raises
        ------
        ImageError
            When the file has no such plane, or it lies in another file.
        """
        if len(plane) != len(self.leading) or not all(
            0 <= at < length for at, length in zip(plane, self.leading, strict=True)
        ):
            raise ImageError(f"it has no such plane: its leading axes are {self.leading} long.")
        if self.axes is not None or len(self.series.pages) != math.prod(self.leading):
            return None
        page = self.series.pages[int(np.ravel_multi_index(plane, self.leading)) if plane else 0]
        if page is None:
            raise ImageError("this plane is not in the file: look for the file that it was split off to.")
        return page

    def _page(self, plane: Plane) -> StoredPicture:
        page = self.page_at(plane)
        picture = read_page(page) if page else in_colours(self.page, self._part_of_page(plane))
        picture = replace(picture.whole(), stated=self.stated)
        if self.page.photometric not in GREY_MODELS:
            return picture
        axis = self.series.axes.find("C")
        inverted = is_inverted(self.series, plane[axis] if 0 <= axis < len(plane) else 0)
        return replace(picture, inverted=picture.inverted != inverted)

    def _part_of_page(self, plane: Plane) -> npt.NDArray[Any]:
        """Read a picture of a stack that is one page, or that ImageJ wrote behind one page."""
        series, file = self.series, self.page.parent.filehandle
        check_memory(*self.size, bytes_per_pixel(self.page))
        if series.dataoffset is None:
            # All of it is decoded for one picture.
            check_memory(1, math.prod(series.shape), series.dtype.itemsize)
            stack = np.asarray(series.asarray())
        else:
            kind = series.dtype.newbyteorder(self.page.parent.byteorder)
            stack = file.memmap_array(kind, series.shape, series.dataoffset)
        values = stack[plane] if self.axes is None else self.axes.picture_of(stack, plane)
        values = values.astype(values.dtype.newbyteorder("="))
        return samples_last(values, self.page) if self.axes is None else values


def open_tiff(path: Path) -> tifffile.TiffFile:
    """Open a TIFF: the only way in this program.

    tifffile follows pages that lead in a circle for ever, and lets a thread move the place in the file that
    another reads at, unless its lock is on.

    Parameters
    ----------
    path : pathlib.Path
        A TIFF or BigTIFF, see `is_tiff`.

    Raises
    ------
    ImageError
        When its pages lead in a circle.
    """
    with path.open("rb") as file, suppress(struct.error):
        _check_pages_end(file)
    tiff = tifffile.TiffFile(path)
    tiff.filehandle.set_lock(True)
    return tiff


def _check_pages_end(file: IO[bytes]) -> None:
    """Follow the pages from one to the next; TIFF 6.0, section 2, and the design of BigTIFF."""
    head = file.read(16)
    order = "<" if head.startswith(b"II") else ">"
    big = 43 in head[2:4]
    number, entry, pointer, first = ("Q", 20, "Q", 8) if big else ("H", 12, "I", 4)
    count_bytes, pointer_bytes = struct.calcsize(number), struct.calcsize(pointer)
    (place,) = struct.unpack(order + pointer, head[first : first + pointer_bytes])
    offsets: set[int] = set()
    while 0 < place < 1 << 62:
        if place in offsets or len(offsets) > MOST_PAGES:
            raise ImageError("its pages lead in a circle: it is damaged, copy or export it again.")
        offsets.add(place)
        file.seek(place)
        (entries,) = struct.unpack(order + number, file.read(count_bytes))
        if entries > MOST_PAGES:
            break
        file.seek(place + count_bytes + entries * entry)
        (place,) = struct.unpack(order + pointer, file.read(pointer_bytes))


def stacks(file: tifffile.TiffFile) -> tuple[TiffStack, ...]:
    """Return the series of an open file that are pictures: no thumbnails, labels, masks or smaller copies."""
    every = [TiffStack(series) for series in file.series if series.keyframe is not None]
    photos = [stack for stack in every if not (stack.page.is_reduced or stack.page.is_mask)]
    photos = [stack for stack in photos if not _is_beside_a_slide(stack.series)]
    if not every:
        raise ImageError("the file holds no page: export it again.")
    return tuple(photos or every)


def _is_beside_a_slide(series: tifffile.TiffPageSeries) -> bool:
    return series.kind in SCANNERS and series.name.lower() in BESIDE_A_SLIDE


def list_pictures(file: tifffile.TiffFile) -> tuple[Plane, ...]:
    """Return the planes that `find_picture` knows.

    Returns
    -------
    tuple of tuple of int
        Positions along the axes of the only stack; else one number for each picture of all series.
    """
    parts = stacks(file)
    if len(parts) == 1:
        return parts[0].planes
    return tuple((number,) for number in range(sum(len(stack.planes) for stack in parts)))


def find_picture(file: tifffile.TiffFile, plane: Plane) -> tuple[TiffStack, Plane]:
    """Return the series of a plane and the position in it.

    Parameters
    ----------
    file : tifffile.TiffFile
        The open file.
    plane : tuple of int
        One of `list_pictures`, or a position along all axes of the first stack; empty for the first.

    Raises
    ------
    ImageError
        When there is no such page.
    """
    parts = stacks(file)
    if not plane:
        return parts[0], parts[0].planes[0]
    if len(parts) == 1 or len(plane) != 1:
        return parts[0], plane
    pictures = _in_page_order([(stack, place) for stack in parts for place in stack.planes])
    if not 0 <= plane[0] < len(pictures):
        raise ImageError(f"it has no such page: there are {len(pictures)}, counted from 0.")
    return pictures[plane[0]]


def _in_page_order(pictures: list[tuple[TiffStack, Plane]]) -> list[tuple[TiffStack, Plane]]:
    """Sort pages as they follow one another: tifffile puts those of one size and type together."""
    if any(stack.series.kind != "generic" for stack, _ in pictures):
        return pictures

    def number(picture: tuple[TiffStack, Plane]) -> tuple[int, ...]:
        """Return the number of a page, and that of a page below it."""
        page = picture[0].page_at(picture[1])
        return tuple(np.atleast_1d(page.index if page else 0).tolist())

    return sorted(pictures, key=number)


def levels_of_stacks(
    file: tifffile.TiffFile, kind: str, read: Callable[[TiffStack, Plane], Iterable[npt.NDArray[Any]]]
) -> Levels:
    """Return the one black and white of all pictures of a type of number.

    Parameters
    ----------
    file : tifffile.TiffFile
        The open file.
    kind : str
        Such as "<u2": pages of other numbers have their own white.
    read : callable
        Gives the values of a plane, such as `whole_plane`.

    Raises
    ------
    ImageError
        When there is no finite value.
    """
    parts = stacks(file)
    values = (part for stack in parts for plane in stack.planes for part in read(stack, plane))
    stated = max((stack.stated for stack in parts if stack.stated is not None), default=None)
    return black_and_white((part for part in values if part.dtype.str == kind), stated)


def whole_plane(stack: TiffStack, plane: Plane) -> Iterator[npt.NDArray[Any]]:
    """Yield the values of a plane whose white the file does not say.

    Parameters
    ----------
    stack : TiffStack
        The series.
    plane : tuple of int
        One of its `planes`.
    """
    picture = stack.picture(plane)
    if picture.white is None:
        yield picture.values


def read_raw(file: tifffile.TiffFile) -> tuple[npt.NDArray[Any], int]:
    """Read the samples of the first picture as they are stored, and its orientation.

    Returns
    -------
    tuple of numpy.ndarray and int
        (Y, X, S), palettes as indices; 1 to 8.

    Raises
    ------
    ImageError
        When they were compressed as a photo, which changes numbers.
    """
    stack, plane = find_picture(file, ())
    if stack.page.compression in (COMPRESSION.JPEG, COMPRESSION.OJPEG):
        raise ImageError(CHANGED_NUMBERS)
    page = stack.page_at((0,) * len(stack.leading))
    if page is None or is_left_to_libtiff(stack.page):
        picture = stack.picture(plane)
        return picture.values, picture.orientation
    return read_samples(page), orientation_of(stack.page)
