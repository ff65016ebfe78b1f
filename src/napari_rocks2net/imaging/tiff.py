"""TIFF files: their pages, planes and series as pictures in colours."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import tifffile
from PIL.TiffImagePlugin import TiffImageFile
from tifffile import COMPRESSION, PHOTOMETRIC

from napari_rocks2net.imaging.colour import (
    LUMA,
    StoredPicture,
    from_cmyk,
    from_lab,
    from_palette,
    from_ycbcr,
    with_profile,
)
from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.memory import check_memory
from napari_rocks2net.imaging.pillow_pictures import from_pillow
from napari_rocks2net.imaging.rgb import opacity_of
from napari_rocks2net.imaging.tiff_segments import PLAIN_BITS, is_decodable, read_segments

Page = tifffile.TiffPage | tifffile.TiffFrame
Plane = tuple[int, ...]

ORIENTATION, ICC_PROFILE, INK_SET, YCBCR_COEFFICIENTS, REFERENCE_BLACK_WHITE = 274, 34675, 332, 529, 532
# What libtiff decodes and Pillow brings along: fax and JPEG.
BY_PILLOW = (
    COMPRESSION.CCITTRLE,
    COMPRESSION.CCITT_T4,
    COMPRESSION.CCITT_T6,
    COMPRESSION.OJPEG,
    COMPRESSION.JPEG,
)
# ExtraSamples: opacity that the colours were not yet multiplied with.
UNASSOCIATED: Final = 2
RAW_SENSOR = (PHOTOMETRIC.CFA, PHOTOMETRIC.LINEAR_RAW)
GREY_MODELS = (PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.MASK)
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
        return self.series.keyframe

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
        return _in_colours(self.page, self._part_of_page(plane, flat), self.page.photometric)

    def _part_of_page(self, plane: Plane, flat: int) -> npt.NDArray[Any]:
        """Read a picture of a stack that is one page, or that ImageJ wrote behind one page."""
        shape = self.series.shape[len(self.leading) :]
        start, count = self.series.dataoffset, math.prod(shape)
        if start is None:
            check_memory(self.page.imagelength, self.page.imagewidth, self.series.nbytes / count)
            return _samples_last(np.asarray(self.series.asarray()[plane]), self.page)
        file, kind = self.page.parent.filehandle, self.series.dtype
        check_memory(self.page.imagelength, self.page.imagewidth, kind.itemsize * count / math.prod(shape[:2]))
        file.seek(start + flat * count * kind.itemsize)
        data = file.read(count * kind.itemsize)
        if len(data) < count * kind.itemsize:
            raise ImageError("the file ends before its pixels do: it is cut short, copy it again.")
        values = np.frombuffer(data, kind.newbyteorder(self.page.parent.byteorder))
        return _samples_last(values.astype(kind.newbyteorder("=")).reshape(shape), self.page)

    def _colour_order(self) -> Sequence[int]:
        """Return the positions of red, green and blue among the channels, in file order unless it says other."""
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


def read_page(page: Page) -> StoredPicture:
    """Read a page in colours, as its tags say.

    Parameters
    ----------
    page : tifffile.TiffPage or tifffile.TiffFrame
        Of an open file.

    Raises
    ------
    ImageError
        When its compression or its colours are not known, or it is damaged.
    """
    key = page.keyframe
    check_memory(key.imagelength, key.imagewidth, key.samplesperpixel * max(1, _bits(key) / 8))
    if key.photometric in RAW_SENSOR:
        raise ImageError("it holds raw values of a camera's sensor: develop it and save it as TIFF or JPEG.")
    if is_decodable(key) and key.compression not in BY_PILLOW:
        return _in_colours(key, read_segments(page), key.photometric)
    if key.compression in BY_PILLOW and isinstance(page.index, int):
        try:
            return _by_pillow(page, page.index)
        # 12-bit and lossless JPEG: imagecodecs reads them.
        except (OSError, SyntaxError, ValueError, KeyError):
            return _by_tifffile(page)
    return _by_tifffile(page)


def _by_pillow(page: Page, number: int) -> StoredPicture:
    with Path(page.parent.filehandle.path).open("rb") as file, TiffImageFile(file) as image:
        image.seek(number)
        image.load()
        return from_pillow(image)


def _by_tifffile(page: Page) -> StoredPicture:
    key = page.keyframe
    try:
        values = _samples_last(np.asarray(page.asarray()), key)
    except (ValueError, NotImplementedError, RuntimeError) as error:
        if "imagecodecs" not in str(error):
            raise
        raise ImageError(
            f"its compression or type of number ({_word(key.compression)}, {key.bitspersample} bits) needs "
            "the package imagecodecs: pip install imagecodecs, or save it uncompressed."
        ) from error
    decoded = key.compression in (COMPRESSION.JPEG, COMPRESSION.OJPEG, *_IMAGE_CODECS)
    in_rgb = decoded and key.photometric == PHOTOMETRIC.YCBCR
    return _in_colours(key, values, PHOTOMETRIC.RGB if in_rgb else key.photometric)


# Their decoders return RGB whatever colour model they store.
_IMAGE_CODECS = (34892, 33007, 33003, 33004, 33005, 34712, 50001, 34927, 34934, 22610, 50002, 52546)


def _samples_last(values: npt.NDArray[Any], key: tifffile.TiffPage) -> npt.NDArray[Any]:
    if key.samplesperpixel == 1:
        return values.reshape(*values.shape[-2:], 1)
    return np.moveaxis(values, 0, -1) if key.axes.startswith("S") else values


def _in_colours(key: tifffile.TiffPage, samples: npt.NDArray[Any], model: int) -> StoredPicture:
    """Resolve (Y, X, S) samples by the photometric interpretation of their page."""
    profile = key.tags.valueof(ICC_PROFILE)
    profile = profile if isinstance(profile, bytes) else None
    used = _colour_samples(key, samples.shape[2], model)
    if samples.dtype.kind not in "buif":
        raise ImageError(f"it holds {samples.dtype} values: save it with integers or floats.")
    picture = with_profile(_colours(key, samples[..., :used], model, profile), _profile_left(model, profile))
    return replace(
        picture,
        opacity=_opacity(key, samples, used),
        orientation=int(key.tags.valueof(ORIENTATION, default=1)),
    )


def _colours(
    key: tifffile.TiffPage, samples: npt.NDArray[Any], model: int, profile: bytes | None
) -> StoredPicture:
    white = _white(key, samples)
    if model == PHOTOMETRIC.PALETTE:
        if key.colormap is None:
            raise ImageError("it has a palette and no colour map: the file is damaged.")
        return from_palette(samples, np.asarray(key.colormap).T)
    if model == PHOTOMETRIC.SEPARATED:
        return from_cmyk(samples, white, profile)
    if model == PHOTOMETRIC.YCBCR:
        return from_ycbcr(
            samples,
            white,
            _fractions(key.tags.valueof(YCBCR_COEFFICIENTS)) or LUMA,
            _fractions(key.tags.valueof(REFERENCE_BLACK_WHITE)),
        )
    if model in (PHOTOMETRIC.CIELAB, PHOTOMETRIC.ICCLAB):
        if samples.dtype.kind != "u" or key.bitspersample not in (8, 16):
            raise ImageError(f"it holds L*a*b* in {key.bitspersample} bits: save it as RGB.")
        return from_lab(samples, int(key.bitspersample), signed=model == PHOTOMETRIC.CIELAB)
    # In 8, 16, 32 and 64 bits a camera may use fewer; packed numbers are as deep as the file says.
    packed = samples.dtype.kind in "bu" and _bits(key) not in PLAIN_BITS
    return StoredPicture(samples, white if packed else None, inverted=model == PHOTOMETRIC.MINISWHITE)


def _colour_samples(key: tifffile.TiffPage, count: int, model: int) -> int:
    """Return how many samples of a pixel are colours; those beyond are opacity or something else."""
    if model in GREY_MODELS:
        # Programs of science store RGB as three samples of grey.
        needed = 3 if count >= 3 else 1
        known = count <= 4
    else:
        needed = _COLOUR_SAMPLES.get(model, 0)
        known = count >= needed > 0 and (model != PHOTOMETRIC.SEPARATED or _is_cmyk(key))
    if not known:
        raise ImageError(
            f"its colour model ({_word(model)} with {count} samples a pixel) is not known: save it as RGB."
        )
    return needed


_COLOUR_SAMPLES: dict[int, int] = {
    PHOTOMETRIC.RGB: 3,
    PHOTOMETRIC.PALETTE: 1,
    PHOTOMETRIC.SEPARATED: 4,
    PHOTOMETRIC.YCBCR: 3,
    PHOTOMETRIC.CIELAB: 3,
    PHOTOMETRIC.ICCLAB: 3,
}


def _is_cmyk(key: tifffile.TiffPage) -> bool:
    return int(key.tags.valueof(INK_SET, default=1)) == 1


def _profile_left(model: int, profile: bytes | None) -> bytes | None:
    """Return the ICC profile unless the colours were converted already."""
    return profile if model in (PHOTOMETRIC.RGB, PHOTOMETRIC.PALETTE, *GREY_MODELS) else None


def _opacity(key: tifffile.TiffPage, samples: npt.NDArray[Any], used: int) -> npt.NDArray[np.float32] | None:
    extra = [int(kind) for kind in key.extrasamples][-(samples.shape[2] - used) :]
    if samples.shape[2] == used or UNASSOCIATED not in extra:
        return None
    at = used + extra.index(UNASSOCIATED)
    full = _white(key, samples) if samples.dtype.kind == "u" else None
    return opacity_of(samples[..., at : at + 1], full)


def _bits(key: tifffile.TiffPage) -> int:
    bits = key.bitspersample
    return int(bits if isinstance(bits, int) else max(bits))


def _white(key: tifffile.TiffPage, samples: npt.NDArray[Any]) -> float:
    """Return the largest number that the page's bits can hold."""
    if samples.dtype.kind == "f":
        return 1.0
    plain = not isinstance(key.bitspersample, int)
    return float(2 ** (samples.dtype.itemsize * 8 if plain else key.bitspersample) - 1)


def _fractions(value: Any) -> tuple[float, ...] | None:
    """Turn the numbers of a tag of fractions into floats."""
    if not isinstance(value, tuple) or len(value) < 6:
        return None
    tops, bottoms = np.array(value[::2], float), np.array(value[1::2], float)
    return tuple((tops / bottoms).tolist()) if bottoms.all() else None


def _word(value: int) -> str:
    return getattr(value, "name", None) or f"number {int(value)}"


def _imagej(series: tifffile.TiffPageSeries) -> dict[str, Any]:
    return series.parent.imagej_metadata or {} if series.kind == "imagej" else {}


def _ome_channel_names(series: tifffile.TiffPageSeries) -> list[str]:
    """Return the channels' names in an OME file, in lower case."""
    if series.kind != "ome":
        return []
    text = series.parent.ome_metadata or ""
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
    if page is None or not is_decodable(page.keyframe):
        picture = stack.picture(plane)
        return picture.values, picture.orientation
    key = page.keyframe
    check_memory(key.imagelength, key.imagewidth, key.samplesperpixel * max(1, _bits(key) / 8))
    return read_segments(page), int(key.tags.valueof(ORIENTATION, default=1))
