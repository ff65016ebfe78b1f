"""TIFF files: their pages, planes and series."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from napari_rocks2net.imaging.colour import StoredPicture
from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.memory import check_memory
from napari_rocks2net.imaging.tiff_pages import (
    GREY_MODELS,
    ORIENTATION,
    check_page_memory,
    in_colours,
    read_page,
    samples_last,
)
from napari_rocks2net.imaging.tiff_segments import is_decodable, keyframe_of, read_segments

Plane = tuple[int, ...]

COLOUR_NAMES = (["red", "green", "blue"], ["r", "g", "b"])


@dataclass(frozen=True, eq=False)
class TiffStack:
    """The pictures of one series of a TIFF: a page, or a stack along leading axes.

    Parameters
    ----------
    series : tifffile.TiffPageSeries
        Of an open file; OME and ImageJ files keep their own order of axes in it.
    """

    series: tifffile.TiffPageSeries

    @property
    def page(self) -> tifffile.TiffPage:
        """The page that all others are like."""
        return keyframe_of(self.series)

    @property
    def axes(self) -> str:
        """Names of the leading axes; C are channels."""
        return self.series.axes[: len(self.leading)]

    @property
    def leading(self) -> tuple[int, ...]:
        """Lengths of the axes before those of a picture."""
        shape = self.series.shape
        return tuple(int(length) for length in shape[: len(shape) - self._picture_axes])

    @property
    def _picture_axes(self) -> int:
        # Samples of a pixel come last or, in planar files, before Y and X; neither are planes.
        return 3 if self.page.samplesperpixel > 1 else 2

    @property
    def channel_axis(self) -> int | None:
        """Which leading axis holds red, green and blue, None where none does."""
        single = self.page.samplesperpixel == 1 and self.page.photometric in GREY_MODELS
        lengths = dict(zip(self.axes, self.leading, strict=True))
        if not single or lengths.get("C", 3) != 3:
            return None
        if "C" in lengths:
            return self.axes.index("C")
        labels = _imagej(self.series).get("Labels")
        named = [str(label).lower() for label in labels] if isinstance(labels, list) else []
        return 0 if self.leading == (3,) and named in COLOUR_NAMES else None

    @property
    def planes(self) -> tuple[Plane, ...]:
        """Position of every picture along the leading axes, that of the colours left out."""
        lengths = [length for axis, length in enumerate(self.leading) if axis != self.channel_axis]
        return tuple(np.ndindex(*lengths))

    def picture(self, plane: Plane) -> StoredPicture:
        """Read one picture.

        Parameters
        ----------
        plane : tuple of int
            One of `planes`, or a position along all leading axes, which gives one channel in grey.

        Raises
        ------
        ImageError
            When there is no such plane, or it cannot be read.
        """
        channel = self.channel_axis
        if channel is not None and len(plane) == len(self.leading) - 1:
            pages = [self._page((*plane[:channel], at, *plane[channel:])) for at in self._colour_order()]
            return replace(pages[0], values=np.concatenate([page.values for page in pages], axis=2))
        return self._page(plane)

    def _page(self, plane: Plane) -> StoredPicture:
        if len(plane) != len(self.leading) or any(
            not 0 <= at < length for at, length in zip(plane, self.leading, strict=True)
        ):
            raise ImageError(f"it has no such plane: its leading axes are {self.leading} long.")
        flat = int(np.ravel_multi_index(plane, self.leading)) if plane else 0
        pages = self.series.pages
        if len(pages) == math.prod(self.leading):
            page = pages[flat]
            if page is None:
                raise ImageError("this plane is not in the file: look for the file that it was split off to.")
            return read_page(page)
        return in_colours(self.page, self._part_of_page(plane, flat), self.page.photometric)

    def _part_of_page(self, plane: Plane, flat: int) -> npt.NDArray[Any]:
        """Read a picture of a stack that is one page, or that ImageJ wrote behind one page."""
        shape = self.series.shape[len(self.leading) :]
        start, count = self.series.dataoffset, math.prod(shape)
        if start is None:
            check_memory(self.page.imagelength, self.page.imagewidth, self.series.nbytes / count)
            return samples_last(np.asarray(self.series.asarray()[plane]), self.page)
        file, kind = self.page.parent.filehandle, self.series.dtype
        check_memory(
            self.page.imagelength, self.page.imagewidth, kind.itemsize * count / math.prod(shape[:2])
        )
        file.seek(start + flat * count * kind.itemsize)
        data = file.read(count * kind.itemsize)
        if len(data) < count * kind.itemsize:
            raise ImageError("the file ends before its pixels do: it is cut short, copy it again.")
        values = np.frombuffer(data, kind.newbyteorder(self.page.parent.byteorder))
        return samples_last(values.astype(kind.newbyteorder("=")).reshape(shape), self.page)

    def _colour_order(self) -> Sequence[int]:
        """Return where red, green and blue stand among the channels: as listed unless the file says other."""
        tables = _imagej(self.series).get("LUTs")
        if isinstance(tables, list) and len(tables) == 3:
            brightest = [tuple(np.asarray(table)[:, -1] > 127) for table in tables]
            pure = [(True, False, False), (False, True, False), (False, False, True)]
            if sorted(brightest) == sorted(pure):
                return [brightest.index(colour) for colour in pure]
        names = _ome_channel_names(self.series)
        order = [names.index(name) for name in COLOUR_NAMES[0] if name in names]
        return order if len(order) == 3 else range(3)


def stacks(file: tifffile.TiffFile) -> tuple[TiffStack, ...]:
    """Return the series of a file that are pictures: no thumbnails, masks or smaller copies.

    Parameters
    ----------
    file : tifffile.TiffFile
        The open file.
    """
    every = [TiffStack(series) for series in file.series if series.keyframe is not None]
    photos = [stack for stack in every if not (stack.page.is_reduced or stack.page.is_mask)]
    if not every:
        raise ImageError("the file holds no page: export it again.")
    return tuple(photos or every)


def list_pictures(file: tifffile.TiffFile) -> tuple[Plane, ...]:
    """Return the planes that `find_picture` knows: along the axes of a stack, or one number for each page.

    Parameters
    ----------
    file : tifffile.TiffFile
        The open file.
    """
    parts = stacks(file)
    if len(parts) == 1 or parts[0].leading:
        return parts[0].planes
    return tuple((number,) for number in range(len(parts)))


def find_picture(file: tifffile.TiffFile, plane: Plane) -> tuple[TiffStack, Plane]:
    """Return the series of a plane and the position in it.

    Parameters
    ----------
    file : tifffile.TiffFile
        The open file.
    plane : tuple of int
        One of `list_pictures`; empty for the first.

    Raises
    ------
    ImageError
        When there is no such page.
    """
    parts = stacks(file)
    if not plane:
        return parts[0], parts[0].planes[0]
    if parts[0].leading or len(plane) != 1:
        return parts[0], plane
    if not 0 <= plane[0] < len(parts):
        raise ImageError(f"it has no such page: there are {len(parts)}, counted from 0.")
    return parts[plane[0]], parts[plane[0]].planes[0]


def _imagej(series: tifffile.TiffPageSeries) -> dict[str, Any]:
    return file.imagej_metadata or {} if (file := series.parent) and series.kind == "imagej" else {}


def _ome_channel_names(series: tifffile.TiffPageSeries) -> list[str]:
    """Return the channels' names in an OME file, in lower case."""
    text = (series.parent.ome_metadata if series.parent and series.kind == "ome" else None) or ""
    return [name.lower() for name in re.findall(r"<Channel\b[^>]*\bName=\"([^\"]*)\"", text)[:3]]


def values_of_stacks(file: tifffile.TiffFile) -> Iterator[npt.NDArray[Any]]:
    """Yield the values of every picture whose white the file does not say, one after the other.

    Parameters
    ----------
    file : tifffile.TiffFile
        The open file.
    """
    for stack in stacks(file):
        for plane in stack.planes:
            picture = stack.picture(plane)
            if picture.white is None and picture.values.dtype != np.uint8:
                yield picture.values


def read_raw(file: tifffile.TiffFile) -> tuple[npt.NDArray[Any], int]:
    """Read the samples of the first picture as they are stored, and its orientation.

    Parameters
    ----------
    file : tifffile.TiffFile
        The open file.

    Returns
    -------
    tuple of numpy.ndarray and int
        (Y, X, S), palettes as indices; 1 to 8.
    """
    stack, plane = find_picture(file, ())
    flat = int(np.ravel_multi_index(plane, stack.leading)) if plane else 0
    page = stack.series.pages[flat] if len(stack.series.pages) > flat else None
    if page is None or not is_decodable(keyframe_of(page)):
        picture = stack.picture(plane)
        return picture.values, picture.orientation
    key = keyframe_of(page)
    check_page_memory(key)
    return read_segments(page), int(key.tags.valueof(ORIENTATION, default=1))
