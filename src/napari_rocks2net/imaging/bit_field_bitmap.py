"""Bitmaps of Windows whose colours lie in bit fields, such as 5, 6 and 5 bits or three times 10."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.ImageFile import ImageFile

BITMAP_HEAD = b"BM"
HEAD = "<2s8xIIiiHHI"
HEAD_LENGTH, MASKS_AT = 34, 54
BIT_FIELDS, FIELDS_WITH_ALPHA = 3, 6
# Headers from this length on hold a fourth mask, that of the opacity.
WITH_ALPHA = 56


class BitFieldBitmap(ImageFile):
    """A bitmap of 16 or 32 bits a pixel, of which Pillow knows some masks only; BITMAPV4HEADER of Windows.

    As a picture of Pillow it has 8 bits; `samples` has them all.
    """

    format = "BMP"

    def _open(self) -> None:
        assert self.fp is not None
        self._content = self.fp.read()
        _, self._first, length, width, height, _, self._bits, packing = struct.unpack_from(
            HEAD, self._content
        )
        masks = 4 if packing == FIELDS_WITH_ALPHA or length >= WITH_ALPHA else 3
        *colours, alpha = (*struct.unpack_from(f"<{masks}I", self._content, MASKS_AT), 0)[:4]
        if not all(colours) or self._bits not in (16, 32):
            raise SyntaxError("its masks of red, green and blue are none")
        self._masks = [*colours, alpha] if alpha else colours
        self._top_down, self._size = height < 0, (width, abs(height))
        self._mode = "RGB" if len(self._masks) == 3 else "RGBA"

    @property
    def white(self) -> float:
        """The value of white in `samples`."""
        return 255.0 if max(map(int.bit_count, self._masks)) <= 8 else 65535.0

    @property
    def samples(self) -> npt.NDArray[Any]:
        """The pixels (Y, X, 3 | 4), spread over 8 or 16 bits."""
        kind = np.dtype(f"<u{self._bits // 8}")
        row = (self.width * kind.itemsize + 3) // 4 * 4
        stored = np.frombuffer(self._content, np.uint8, row * self.height, self._first)
        pixels = stored.reshape(self.height, row)[:, : self.width * kind.itemsize].copy().view(kind)
        pixels = pixels if self._top_down else pixels[::-1]
        dtype = np.uint8 if self.white < 256 else np.uint16
        shares = ((pixels & kind.type(mask)) / np.float32(mask) for mask in self._masks)
        return np.stack([np.rint(share * self.white).astype(dtype) for share in shares], axis=-1)

    def load(self) -> Any:
        """Decode the pixels, in 8 bits."""
        if self._im is None:
            self._im = Image.fromarray((self.samples // int(self.white / 255)).astype(np.uint8), self.mode).im
        return Image.Image.load(self)


def is_bit_field_bitmap(path: Path) -> bool:
    """Tell whether a file is a bitmap that says by masks which bits of a pixel are which colour."""
    with path.open("rb") as file:
        head = file.read(HEAD_LENGTH)
    if len(head) < HEAD_LENGTH or not head.startswith(BITMAP_HEAD):
        return False
    return struct.unpack(HEAD, head)[-1] in (BIT_FIELDS, FIELDS_WITH_ALPHA)
