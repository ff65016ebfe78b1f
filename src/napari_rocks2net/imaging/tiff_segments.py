"""Strips and tiles of a TIFF page as numbers: TIFF 6.0, with its common compressions and any bit depth.

Needs no imagecodecs, so that a page has the same pixels whether that is installed or not.
"""

from __future__ import annotations

import io
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile
from tifffile import COMPRESSION, PHOTOMETRIC, PREDICTOR, SAMPLEFORMAT

from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.memory import LargeTiff

Page = tifffile.TiffPage | tifffile.TiffFrame
Segments = list[bytes | None]
Bytes = npt.NDArray[np.uint8]

KINDS: dict[int, str] = {
    SAMPLEFORMAT.UINT: "u",
    SAMPLEFORMAT.VOID: "u",
    SAMPLEFORMAT.INT: "i",
    SAMPLEFORMAT.IEEEFP: "f",
}
# Whole numbers that numpy has as they lie in the file; others are packed, the highest bit first.
PLAIN_BITS = (8, 16, 32, 64)
# What is left to the libtiff of Pillow.
BY_LIBTIFF = (COMPRESSION.LZW, COMPRESSION.ZSTD)
PREDICTORS = (PREDICTOR.NONE, PREDICTOR.HORIZONTAL, PREDICTOR.FLOATINGPOINT)
# Bits that are unpacked at once.
BLOCK = 8_000_000


def keyframe_of(page: Page | tifffile.TiffPageSeries) -> tifffile.TiffPage:
    """Return the page whose tags hold for a page or series.

    Raises
    ------
    ImageError
        When the file has none.
    """
    if page.keyframe is None:
        raise ImageError("a page has no tags: the file is damaged, copy it again.")
    return page.keyframe


def is_decodable(page: tifffile.TiffPage) -> bool:
    """Tell whether `read_segments` reads a page: its compression, predictor and type of number.

    Parameters
    ----------
    page : tifffile.TiffPage
        The page, or the keyframe of one.
    """
    uniform = isinstance(page.bitspersample, int) and page.bitspersample <= 64
    kind = KINDS.get(page.sampleformat)
    numbers = uniform and kind is not None and (kind != "f" or page.bitspersample in (16, 32, 64))
    return (
        numbers
        and page.imagedepth == 1
        and page.compression in (*DECOMPRESSORS, *BY_LIBTIFF)
        and page.predictor in PREDICTORS
        and (page.predictor == PREDICTOR.NONE or page.bitspersample in PLAIN_BITS)
    )


def read_segments(page: Page) -> npt.NDArray[Any]:
    """Read the samples of a page for which `is_decodable` holds.

    Parameters
    ----------
    page : tifffile.TiffPage or tifffile.TiffFrame
        Its file must be open.

    Returns
    -------
    numpy.ndarray
        (Y, X, S) in the file's own values: unsigned or signed integers or floats, as wide as needed.

    Raises
    ------
    ImageError
        When strips or tiles are missing or cut short.
    """
    key = keyframe_of(page)
    contiguous = key.samplesperpixel if key.planarconfig == 1 else 1
    rows, columns = (key.tilelength, key.tilewidth) if key.is_tiled else (key.rowsperstrip, key.imagewidth)
    rows = min(rows, key.imagelength) if not key.is_tiled else rows
    down, across = -(-key.imagelength // rows), -(-key.imagewidth // columns)
    planes = key.samplesperpixel // contiguous
    if len(page.dataoffsets) < planes * down * across:
        raise ImageError(
            f"{planes * down * across} strips or tiles are expected and {len(page.dataoffsets)} are "
            "listed: the file is damaged, copy it again."
        )
    samples = np.zeros((planes, key.imagelength, key.imagewidth, contiguous), _type(key).newbyteorder("="))
    places = [
        (plane, top * rows, left * columns)
        for plane in range(planes)
        for top in range(down)
        for left in range(across)
    ]
    heights = [rows if key.is_tiled else min(rows, key.imagelength - top) for _, top, _ in places]
    shapes = [(height, columns, contiguous) for height in heights]
    for (plane, top, left), shape, data in zip(places, shapes, _decompressed(page, shapes), strict=True):
        if data is not None:
            segment = _numbers(key, data, shape)
            target = samples[plane, top : top + rows, left : left + columns]
            target[...] = segment[: target.shape[0], : target.shape[1]]
    return samples[0] if planes == 1 else np.moveaxis(samples[..., 0], 0, -1)


def _type(key: tifffile.TiffPage) -> np.dtype[Any]:
    width = next(width for width in PLAIN_BITS if key.bitspersample <= width)
    return np.dtype(f"{key.parent.byteorder}{KINDS[key.sampleformat]}{width // 8}")


def _decompressed(page: Page, shapes: list[tuple[int, int, int]]) -> Iterator[bytes | None]:
    """Yield the bytes of each strip or tile, None for a tile that a sparse file leaves out."""
    key = keyframe_of(page)
    stored = _stored(page, len(shapes))
    if key.compression in BY_LIBTIFF:
        sizes = [_packed_size(key, shape) for shape in shapes]
        yield from _by_libtiff(stored, sizes, int(key.compression))
        return
    decompress = DECOMPRESSORS[key.compression]
    for data in stored:
        yield None if data is None else decompress(data)


def _stored(page: Page, count: int) -> Segments:
    key, file = keyframe_of(page), page.parent.filehandle
    segments: Segments = []
    for offset, size in zip(page.dataoffsets[:count], page.databytecounts[:count], strict=True):
        if not size and key.is_tiled:
            segments.append(None)
            continue
        file.seek(offset)
        data = file.read(size)
        if not size or len(data) < size:
            raise ImageError("the file ends before its pixels do: it is cut short, copy it again.")
        segments.append(_REVERSED[np.frombuffer(data, np.uint8)].tobytes() if key.fillorder == 2 else data)
    return segments


_REVERSED = np.packbits(np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)[:, ::-1], axis=1)[:, 0]


def _packed_size(key: tifffile.TiffPage, shape: tuple[int, int, int]) -> int:
    """Return how many bytes a strip or tile has without compression."""
    rows, columns, contiguous = shape
    if (step := _subsampling(key)) != (1, 1):
        across, down = step
        return -(-rows // down) * -(-columns // across) * (across * down + 2)
    return rows * -(-columns * contiguous * key.bitspersample // 8)


def _subsampling(key: tifffile.TiffPage) -> tuple[int, int]:
    """Return how many columns and rows share one Cb and Cr."""
    if key.photometric != PHOTOMETRIC.YCBCR or key.planarconfig != 1 or key.bitspersample != 8:
        return 1, 1
    # Where the tag is missing it is two and two, which can be told from full colours by the size alone.
    across, down = key.subsampling or ((1, 1) if key.compression in BY_LIBTIFF else (2, 2))
    return int(across), int(down)


def _numbers(key: tifffile.TiffPage, data: bytes, shape: tuple[int, int, int]) -> npt.NDArray[Any]:
    """Return the samples (rows, columns, S) of a strip or tile."""
    size = _packed_size(key, shape)
    full = shape[0] * -(-shape[1] * shape[2] * key.bitspersample // 8)
    # Some programs say that colours are shared and store them for each pixel.
    size = full if len(data) >= full else size
    if len(data) < size:
        raise ImageError("a strip or tile holds fewer pixels than it should: the file is damaged.")
    raw = np.frombuffer(data, np.uint8, size)
    if size != full:
        return _shared_colours(raw, shape, _subsampling(key))
    if key.predictor == PREDICTOR.FLOATINGPOINT:
        return _floating_point_predictor(raw, shape, key.bitspersample // 8)
    if key.bitspersample not in PLAIN_BITS:
        return _unpacked(raw, shape, key)
    values = raw.view(_type(key)).astype(_type(key).newbyteorder("="), copy=False).reshape(shape)
    return _summed(values) if key.predictor == PREDICTOR.HORIZONTAL else values


def _summed(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Undo the horizontal predictor: each sample is stored as its difference from the one on its left."""
    whole = values.view(f"u{values.itemsize}")
    return np.cumsum(whole, axis=1, dtype=whole.dtype).view(values.dtype)


def _floating_point_predictor(raw: Bytes, shape: tuple[int, int, int], width: int) -> npt.NDArray[Any]:
    """Undo the predictor of floats: a row's highest bytes first, each as the difference from the last."""
    rows, columns, contiguous = shape
    summed = np.cumsum(raw.reshape(rows, -1, contiguous), axis=1, dtype=np.uint8)
    bytes_of_each = summed.reshape(rows, width, columns * contiguous).swapaxes(1, 2)
    return np.ascontiguousarray(bytes_of_each).view(f">f{width}").astype(f"f{width}").reshape(shape)


def _unpacked(raw: Bytes, shape: tuple[int, int, int], key: tifffile.TiffPage) -> npt.NDArray[Any]:
    """Unpack numbers of 1 to 63 bits; each row begins with a whole byte."""
    rows, bits = raw.reshape(shape[0], -1), key.bitspersample
    count, width = shape[1] * shape[2], _type(key).itemsize * 8
    unpacked = np.empty((shape[0], count), f"u{width // 8}")
    step = max(1, BLOCK // (count * width))
    for first in range(0, shape[0], step):
        digits = np.unpackbits(rows[first : first + step], axis=1)[:, : count * bits]
        padded = np.zeros((len(digits), count, width), np.uint8)
        padded[..., width - bits :] = digits.reshape(len(digits), count, bits)
        unpacked[first : first + step] = np.packbits(padded, axis=2).view(f">u{width // 8}")[..., 0]
    if KINDS[key.sampleformat] == "i":
        shift = width - bits
        return ((unpacked << shift).view(f"i{width // 8}") >> shift).reshape(shape)
    return unpacked.reshape(shape)


def _shared_colours(raw: Bytes, shape: tuple[int, int, int], step: tuple[int, int]) -> Bytes:
    """Spread Cb and Cr over the pixels that share them; TIFF 6.0, section 21, data units."""
    rows, columns, _ = shape
    across, down = step
    units = raw.reshape(-(-rows // down), -(-columns // across), across * down + 2)
    blocks = units[..., :-2].reshape(*units.shape[:2], down, across)
    luma = blocks.swapaxes(1, 2).reshape(units.shape[0] * down, units.shape[1] * across)
    chroma = units[..., -2:].repeat(down, axis=0).repeat(across, axis=1)
    return np.concatenate([luma[..., None], chroma], axis=2)[:rows, :columns]


def _packbits(data: bytes) -> bytes:
    """Undo PackBits; TIFF 6.0, section 9."""
    parts, at = [], 0
    while at < len(data):
        header = data[at]
        if header < 128:
            parts.append(data[at + 1 : at + 2 + header])
            at += 2 + header
        else:
            if header > 128:
                parts.append(data[at + 1 : at + 2] * (257 - header))
            at += 2
    return b"".join(parts)


def _inflate(data: bytes) -> bytes:
    """Undo deflate; what is left of a damaged stream is not given out."""
    return zlib.decompress(data)


DECOMPRESSORS: dict[int, Callable[[bytes], bytes]] = {
    COMPRESSION.NONE: bytes,
    COMPRESSION.ADOBE_DEFLATE: _inflate,
    COMPRESSION.DEFLATE: _inflate,
    COMPRESSION.PACKBITS: _packbits,
    COMPRESSION.LZMA: lzma.decompress,
}


def _by_libtiff(segments: Segments, sizes: list[int], compression: int) -> Iterator[bytes | None]:
    """Decompress by the libtiff that Pillow brings along, which is given bytes as rows of a grey picture."""
    for (size, missing), run in groupby(
        zip(segments, sizes, strict=True), key=lambda pair: (pair[1], pair[0] is None)
    ):
        stored = [data for data, _ in run if data is not None]
        if missing:
            yield from [None] * len(stored)
            continue
        with LargeTiff(io.BytesIO(_as_grey_tiff(stored, size, compression))) as picture:
            yield from (row.tobytes() for row in np.asarray(picture))


def _as_grey_tiff(strips: list[bytes], width: int, compression: int) -> bytes:
    """Return a TIFF of 8-bit grey whose rows are compressed strips."""
    count, entries, head = len(strips), 9, 8
    tables = head + 2 + entries * 12 + 4
    pixels = tables + 8 * count
    starts = np.cumsum([pixels, *map(len, strips)])[:-1].tolist()
    lengths = [len(strip) for strip in strips]
    # A table of one number stands in its entry.
    places = (starts[0], lengths[0]) if count == 1 else (tables, tables + 4 * count)
    tags = [
        (256, 4, 1, width),
        (257, 4, 1, count),
        (258, 3, 1, 8),
        (259, 3, 1, compression),
        (262, 3, 1, int(PHOTOMETRIC.MINISBLACK)),
        (273, 4, count, places[0]),
        (277, 3, 1, 1),
        (278, 4, 1, 1),
        (279, 4, count, places[1]),
    ]
    directory = struct.pack("<H", entries) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    table = struct.pack(f"<{2 * count}I", *starts, *lengths)
    return struct.pack("<2sHI", b"II", 42, head) + directory + struct.pack("<I", 0) + table + b"".join(strips)
