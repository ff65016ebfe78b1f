"""TIFF levels: tiles or strips of one page, decoded as they are needed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.imaging.colour import StoredPicture
from napari_rocks2net.imaging.formats import check_memory
from napari_rocks2net.imaging.tiff_colours import in_colours
from napari_rocks2net.imaging.tiff_pages import bytes_per_pixel, check_extent, check_numbers, keyframe_of
from napari_rocks2net.slides.levels import BLOCK, Level, block_place

JPEG = (6, 7, 34892, 33007)


class TiffLevel(Level):
    """A page of an open TIFF, of any colour model that tifffile decodes by tiles or strips.

    Parameters
    ----------
    page : tifffile.TiffPage or tifffile.TiffFrame
        Upright; see `napari_rocks2net.imaging.tiff_pages.is_left_to_libtiff` for those that are none.

    Raises
    ------
    ImageError
        When its numbers are of a type that is not read, its tiles or strips are not all in the file, or one
        is larger than the memory.
    """

    def __init__(self, page: tifffile.TiffPage | tifffile.TiffFrame) -> None:
        self._page, self._key = page, keyframe_of(page)
        key = self._key
        check_numbers(key)
        check_extent(page, key)
        self.height, self.width = int(key.imagelength), int(key.imagewidth)
        self._mapped = _mapped(page, key) if key.is_memmappable and not key.is_tiled else None
        if self._mapped is not None:
            self.block = BLOCK, BLOCK
        elif key.is_tiled:
            self.block = int(key.tilelength), int(key.tilewidth)
        else:
            self.block = min(int(key.rowsperstrip), self.height), self.width
        check_memory(*self.block, bytes_per_pixel(key))

    def picture(self, row: int, column: int) -> StoredPicture:
        """Read a block in colours, as its tags say; raises ImageError where its tile was never scanned."""
        rows, columns = block_place(self, row, column)
        if self._mapped is not None:
            part = self._mapped[rows, columns]
            samples = part.astype(part.dtype.newbyteorder("="))
        else:
            tile = self._decoded(row * math.ceil(self.width / self.block[1]) + column)
            samples = tile[: rows.stop - rows.start, : columns.stop - columns.start]
        return in_colours(self._key, samples.view(np.uint8) if samples.dtype == bool else samples)

    def _decoded(self, index: int) -> npt.NDArray[Any]:
        """Return a tile (Y, X, S); in planar files each sample has tiles of its own."""
        planar = self._key.planarconfig == tifffile.PLANARCONFIG.SEPARATE and self._key.samplesperpixel > 1
        if not planar:
            return self._segment(index)
        of_one = len(self._page.dataoffsets) // self._key.samplesperpixel
        parts = [self._segment(index + of_one * sample) for sample in range(self._key.samplesperpixel)]
        return np.concatenate(parts, axis=2)

    def _segment(self, index: int) -> npt.NDArray[Any]:
        offset, size = self._page.dataoffsets[index], self._page.databytecounts[index]
        if size == 0:
            raise ImageError(f"tile {index} holds nothing: it was not scanned.")
        file = self._page.parent.filehandle
        with file.lock:
            file.seek(offset)
            stored = file.read(size)
        tables: dict[str, Any] = {}
        if self._key.compression in JPEG:
            tables = {"jpegtables": self._page.jpegtables, "jpegheader": self._key.jpegheader}
        decoded, _, _ = self._key.decode(stored, index, _fullsize=self._key.is_tiled, **tables)
        if decoded is None:
            raise ImageError(f"tile {index} holds nothing: it was not scanned.")
        return np.asarray(decoded).reshape(decoded.shape[-3:])


def _mapped(page: tifffile.TiffPage | tifffile.TiffFrame, key: tifffile.TiffPage) -> npt.NDArray[Any]:
    """Return an uncompressed page (Y, X, S) as it lies in the file, without reading it."""
    file = page.parent.filehandle
    kind = np.dtype(key.parent.byteorder + key.dtype.char) if key.dtype is not None else np.dtype("u1")
    planar = key.planarconfig == tifffile.PLANARCONFIG.SEPARATE and key.samplesperpixel > 1
    shape = (key.imagelength, key.imagewidth)
    if planar:
        values = file.memmap_array(kind, (key.samplesperpixel, *shape), page.dataoffsets[0])
        return np.moveaxis(values, 0, -1)
    return np.asanyarray(file.memmap_array(kind, (*shape, key.samplesperpixel), page.dataoffsets[0]))
