"""TIFF files: pages, planes and series, in the colours that their tags say."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import tifffile
from tifffile import COMPRESSION, PHOTOMETRIC

from napari_rocks2net.imaging.colour import (
    LUMA,
    StoredPicture,
    cmyk_to_rgb,
    lab_to_rgb,
    opacity_of,
    palette_to_rgb,
    ycbcr_to_rgb,
)
from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.formats import LargeTiff, check_memory
from napari_rocks2net.imaging.pillow_pictures import from_pillow

Plane = tuple[int, ...]
Page = tifffile.TiffPage | tifffile.TiffFrame

ORIENTATION, ICC_PROFILE, INK_SET, YCBCR_COEFFICIENTS, REFERENCE_BLACK_WHITE = 274, 34675, 332, 529, 532
MOST_PAGES = 1 << 20

COLOUR_NAMES = (["red", "green", "blue"], ["r", "g", "b"])
JPEG_2000 = (33003, 33004, 33005, 34712)
FAX_AND_OLD_JPEG = (COMPRESSION.CCITTRLE, COMPRESSION.CCITT_T4, COMPRESSION.CCITT_T6, COMPRESSION.OJPEG)
# ExtraSamples: opacity that the colours were not yet multiplied with.
UNASSOCIATED: Final = 2
RAW_SENSOR = (PHOTOMETRIC.CFA, PHOTOMETRIC.LINEAR_RAW)
GREY_MODELS = (PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.MASK)
LAB_MODELS = (PHOTOMETRIC.CIELAB, PHOTOMETRIC.ICCLAB)
COLOUR_SAMPLES: dict[int, int] = {
    PHOTOMETRIC.RGB: 3,
    PHOTOMETRIC.PALETTE: 1,
    PHOTOMETRIC.SEPARATED: 4,
    PHOTOMETRIC.YCBCR: 3,
    PHOTOMETRIC.CIELAB: 3,
    PHOTOMETRIC.ICCLAB: 3,
}


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
    def leading(self) -> tuple[int, ...]:
        """Lengths of the axes before those of a picture."""
        # Samples of a pixel come last or, in planar files, before Y and X; neither are planes.
        of_picture = 3 if self.page.samplesperpixel > 1 else 2
        return tuple(int(length) for length in self.series.shape[: len(self.series.shape) - of_picture])

    @property
    def channel_axis(self) -> int | None:
        """Which leading axis holds red, green and blue, None where none does."""
        single = self.page.samplesperpixel == 1 and self.page.photometric in GREY_MODELS
        lengths = dict(zip(self.series.axes, self.leading, strict=False))
        if not single or lengths.get("C", 3) != 3:
            return None
        if "C" in lengths:
            return self.series.axes.index("C")
        labels = _imagej(self.series).get("Labels")
        named = [str(label).lower() for label in labels] if isinstance(labels, list) else []
        return 0 if self.leading == (3,) and named in COLOUR_NAMES else None

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
            pages = [self._page((*plane[:channel], at, *plane[channel:])) for at in self._colour_order()]
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
        if len(self.series.pages) != math.prod(self.leading):
            return None
        page = self.series.pages[int(np.ravel_multi_index(plane, self.leading)) if plane else 0]
        if page is None:
            raise ImageError("this plane is not in the file: look for the file that it was split off to.")
        return page

    def _page(self, plane: Plane) -> StoredPicture:
        page = self.page_at(plane)
        return read_page(page) if page else _in_colours(self.page, self._part_of_page(plane))

    def _part_of_page(self, plane: Plane) -> npt.NDArray[Any]:
        """Read a picture of a stack that is one page, or that ImageJ wrote behind one page."""
        series, file = self.series, self.page.parent.filehandle
        check_memory(self.page.imagelength, self.page.imagewidth, _bytes_per_pixel(self.page))
        if series.dataoffset is None:
            stack = np.asarray(series.asarray())
        else:
            kind = series.dtype.newbyteorder(self.page.parent.byteorder)
            stack = file.memmap_array(kind, series.shape, series.dataoffset)
        values = stack[plane]
        return _samples_last(values.astype(values.dtype.newbyteorder("=")), self.page)

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


def open_tiff(path: Path) -> tifffile.TiffFile:
    """Open a TIFF: the only way in this program, for tifffile follows pages that lead in a circle for ever.

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
        head = file.read(16)
        order = "<" if head.startswith(b"II") else ">"
        big = 43 in head[2:4]
        number, entry, pointer, first = ("Q", 20, "Q", 8) if big else ("H", 12, "I", 4)
        count_bytes, pointer_bytes = struct.calcsize(number), struct.calcsize(pointer)
        (place,) = struct.unpack(order + pointer, head[first : first + pointer_bytes])
        seen: set[int] = set()
        while 0 < place < 1 << 62:
            if place in seen or len(seen) > MOST_PAGES:
                raise ImageError("its pages lead in a circle: it is damaged, copy or export it again.")
            seen.add(place)
            file.seek(place)
            (entries,) = struct.unpack(order + number, file.read(count_bytes))
            if entries > MOST_PAGES:
                break
            file.seek(place + count_bytes + entries * entry)
            (place,) = struct.unpack(order + pointer, file.read(pointer_bytes))
    return tifffile.TiffFile(path)


def stacks(file: tifffile.TiffFile) -> tuple[TiffStack, ...]:
    """Return the series of an open file that are pictures: no thumbnails, masks or smaller copies."""
    every = [TiffStack(series) for series in file.series if series.keyframe is not None]
    photos = [stack for stack in every if not (stack.page.is_reduced or stack.page.is_mask)]
    if not every:
        raise ImageError("the file holds no page: export it again.")
    return tuple(photos or every)


def list_pictures(file: tifffile.TiffFile) -> tuple[Plane, ...]:
    """Return the planes that `find_picture` knows: along the axes of a stack, or one number for each page."""
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


def values_of_stacks(file: tifffile.TiffFile) -> Iterator[npt.NDArray[Any]]:
    """Yield the values of every picture whose white the file does not say, one after the other."""
    for stack in stacks(file):
        for plane in stack.planes:
            picture = stack.picture(plane)
            if picture.white is None and picture.values.dtype != np.uint8:
                yield picture.values


def read_raw(file: tifffile.TiffFile) -> tuple[npt.NDArray[Any], int]:
    """Read the samples of the first picture as they are stored, and its orientation.

    Returns
    -------
    tuple of numpy.ndarray and int
        (Y, X, S), palettes as indices; 1 to 8.
    """
    stack, plane = find_picture(file, ())
    page = stack.page_at((0,) * len(stack.leading))
    if page is None or _is_left_to_libtiff(stack.page):
        picture = stack.picture(plane)
        return picture.values, picture.orientation
    return read_samples(page), orientation_of(stack.page)


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
    if not _is_left_to_libtiff(key):
        return _in_colours(key, read_samples(page))
    if key.is_subsampled and not key.is_tiled and key.compression not in FAX_AND_OLD_JPEG:
        # Some programs store Cb and Cr for each pixel all the same.
        stated, key.subsampling = key.subsampling, (1, 1)
        try:
            return _in_colours(key, read_samples(page))
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
    if key.dtype is None or key.dtype.kind not in "buif" or _is_misread(key, key.dtype):
        kind = f"{_word(key.sampleformat)} of {key.bitspersample} bits, compression {_word(key.compression)}"
        raise ImageError(f"its type of number ({kind}) cannot be read: save it in 8 or 16 bits.")
    check_memory(key.imagelength, key.imagewidth, _bytes_per_pixel(key))
    _check_extent(page, key)
    values = _samples_last(np.asarray(page.asarray()), key)
    return values.view(np.uint8) if values.dtype == bool else values


def _check_extent(page: Page, key: tifffile.TiffPage) -> None:
    """Refuse a page whose strips or tiles are not all in the file: tifffile leaves them black."""
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
    """Tell whether imagecodecs gives wrong numbers without a word: deep JPEG 2000, big-endian 24 bits."""
    if key.compression in JPEG_2000:
        return dtype.itemsize > 2
    return key.bitspersample == 24 and dtype.kind == "u" and key.parent.byteorder == ">"


def _is_left_to_libtiff(key: tifffile.TiffPage) -> bool:
    """Tell whether Pillow reads a page: fax, JPEG of the old kind, and Cb and Cr that pixels share."""
    shared = key.is_subsampled and key.compression not in tifffile.TIFF.IMAGE_COMPRESSIONS
    return shared or key.compression in FAX_AND_OLD_JPEG


def keyframe_of(page: Page | tifffile.TiffPageSeries) -> tifffile.TiffPage:
    """Return the page whose tags hold for a page or series; a damaged file may have none."""
    if page.keyframe is None:
        raise ImageError("a page has no tags: the file is damaged, copy it again.")
    return page.keyframe


def orientation_of(key: tifffile.TiffPage) -> int:
    """Return how a page lies, 1 to 8."""
    return int(key.tags.valueof(ORIENTATION, default=1))


def _samples_last(values: npt.NDArray[Any], key: tifffile.TiffPage) -> npt.NDArray[Any]:
    """Return the pixels of a page as (Y, X, S)."""
    if key.samplesperpixel == 1:
        return values.reshape(*values.shape[-2:], 1)
    return np.moveaxis(values, 0, -1) if key.axes.startswith("S") else values


def _in_colours(key: tifffile.TiffPage, samples: npt.NDArray[Any]) -> StoredPicture:
    """Resolve (Y, X, S) samples by the photometric interpretation of their page."""
    converted = key.photometric == PHOTOMETRIC.YCBCR and key.compression in tifffile.TIFF.IMAGE_COMPRESSIONS
    model = PHOTOMETRIC.RGB if converted else key.photometric
    used = _colour_samples(key, samples.shape[2], model)
    picture = _colours(key, samples[..., :used], model)
    return replace(picture, opacity=_opacity(key, samples, used), orientation=orientation_of(key))


def _colours(key: tifffile.TiffPage, samples: npt.NDArray[Any], model: int) -> StoredPicture:
    profile = key.tags.valueof(ICC_PROFILE)
    profile = profile if isinstance(profile, bytes) else None
    if model == PHOTOMETRIC.SEPARATED:
        return StoredPicture(cmyk_to_rgb(samples, _white(key, samples), profile))
    if model == PHOTOMETRIC.YCBCR:
        luma = _fractions(key.tags.valueof(YCBCR_COEFFICIENTS)) or LUMA
        reference = _fractions(key.tags.valueof(REFERENCE_BLACK_WHITE))
        return StoredPicture(ycbcr_to_rgb(samples, _white(key, samples), luma, reference))
    if model in LAB_MODELS:
        if samples.dtype not in (np.uint8, np.uint16):
            raise ImageError(f"it holds L*a*b* in {key.bitspersample} bits: save it as RGB.")
        return StoredPicture(lab_to_rgb(samples, signed=model == PHOTOMETRIC.CIELAB))
    if model == PHOTOMETRIC.PALETTE:
        if key.colormap is None:
            raise ImageError("it has a palette and no colour map: the file is damaged.")
        return StoredPicture(palette_to_rgb(samples, np.asarray(key.colormap).T), profile=profile)
    # In 8, 16, 32 and 64 bits a camera may use fewer; packed numbers are as deep as the file says.
    packed = samples.dtype.kind == "u" and key.bitspersample not in (8, 16, 32, 64)
    white = _white(key, samples) if packed else None
    return StoredPicture(samples, white, model == PHOTOMETRIC.MINISWHITE, profile=profile)


def _colour_samples(key: tifffile.TiffPage, count: int, model: int) -> int:
    """Return how many samples of a pixel are colours; those beyond are opacity or something else."""
    if model in GREY_MODELS:
        # Programs of science store RGB as three samples of grey.
        needed, known = 3 if count >= 3 else 1, count <= 4
    else:
        needed = COLOUR_SAMPLES.get(model, 0)
        cmyk = int(key.tags.valueof(INK_SET, default=1)) == 1
        known = count >= needed > 0 and (model != PHOTOMETRIC.SEPARATED or cmyk)
    if not known:
        raise ImageError(
            f"its colour model ({_word(model)} with {count} samples a pixel) is not known: save it as RGB."
        )
    return needed


def _opacity(key: tifffile.TiffPage, samples: npt.NDArray[Any], used: int) -> npt.NDArray[np.float32] | None:
    extra = [int(kind) for kind in key.extrasamples][-(samples.shape[2] - used) :]
    if samples.shape[2] == used or UNASSOCIATED not in extra:
        return None
    at = used + extra.index(UNASSOCIATED)
    return opacity_of(samples[..., at : at + 1], _white(key, samples) if samples.dtype.kind == "u" else None)


def _white(key: tifffile.TiffPage, samples: npt.NDArray[Any]) -> float:
    """Return the largest number that the page's bits can hold."""
    if samples.dtype.kind == "f":
        return 1.0
    # Samples of unequal bits, such as 5, 6 and 5, were spread over their type by tifffile.
    bits = key.bitspersample if isinstance(key.bitspersample, int) else samples.dtype.itemsize * 8
    return float(2**bits - 1)


def _bytes_per_pixel(key: tifffile.TiffPage) -> int:
    return key.samplesperpixel * (key.dtype.itemsize if key.dtype else 1)


def _fractions(value: Any) -> tuple[float, ...] | None:
    """Turn the numbers of a tag of fractions into floats."""
    if not isinstance(value, tuple) or len(value) < 6:
        return None
    tops, bottoms = np.array(value[::2], float), np.array(value[1::2], float)
    return tuple((tops / bottoms).tolist()) if bottoms.all() else None


def _word(value: int) -> str:
    return getattr(value, "name", None) or f"number {int(value)}"


def _imagej(series: tifffile.TiffPageSeries) -> dict[str, Any]:
    return file.imagej_metadata or {} if (file := series.parent) and series.kind == "imagej" else {}


def _ome_channel_names(series: tifffile.TiffPageSeries) -> list[str]:
    """Return the channels' names in an OME file, in lower case."""
    text = (series.parent.ome_metadata if series.parent and series.kind == "ome" else None) or ""
    return [name.lower() for name in re.findall(r"<Channel\b[^>]*\bName=\"([^\"]*)\"", text)[:3]]
