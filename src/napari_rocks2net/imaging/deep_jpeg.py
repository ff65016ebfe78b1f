"""JPEG of more than 8 bits, which cameras of microscopes and medical programs write."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

JPEG_HEAD, END_OF_IMAGE = b"\xff\xd8\xff", b"\xff\xd9"
# Markers that begin a frame, JPEG-LS among them; ITU-T T.81, table B.1, and T.87.
FRAMES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xF7)
# Those that stand alone, without a length.
BARE = (0x01, *range(0xD0, 0xD9))
# Markers before the frame hold at most that much, such as a preview and an ICC profile.
LONGEST_HEAD = 1 << 24


class DeepJpeg(JpegImageFile):
    """A JPEG of 9 to 16 bits a sample: Pillow reads what surrounds the pixels, imagecodecs the pixels.

    As a picture of Pillow it has 8 bits; `samples` has them all.
    """

    def _open(self) -> None:
        assert self.fp is not None
        self._content = self.fp.read()
        place = _place_of_bits(self._content)
        assert place is not None
        self._frame, self.sample_bits = place, self._content[place]
        # Told that there are 8 bits, Pillow reads size, profile and orientation.
        head = self._content[:place] + b"\x08" + self._content[place + 1 :]
        self.fp, file = io.BytesIO(head), self.fp
        super()._open()
        self.fp = file

    @property
    def samples(self) -> npt.NDArray[np.uint16]:
        """The pixels as they are stored, (Y, X) or (Y, X, S)."""
        import imagecodecs

        # What is missing would be grey, without a word of the decoder.
        if self._content.rfind(END_OF_IMAGE) < self._frame:
            raise OSError("the file is cut short")
        return np.asarray(imagecodecs.jpeg_decode(self._content))

    def load(self) -> Any:
        """Decode the pixels, in 8 bits."""
        if self.tile:
            shallow = (self.samples >> (self.sample_bits - 8)).astype(np.uint8)
            # As in its other JPEGs, Pillow holds the ink.
            self.im = Image.fromarray(255 - shallow if self.mode == "CMYK" else shallow, self.mode).im
            self.tile = []
        return Image.Image.load(self)

    def draft(self, mode: str | None, size: tuple[int, int] | None) -> None:
        """Decline to decode a smaller picture."""


def is_deep_jpeg(path: Path) -> bool:
    """Tell whether a file is a JPEG of more than 8 bits a sample."""
    with path.open("rb") as file:
        if file.read(len(JPEG_HEAD)) != JPEG_HEAD:
            return False
        content = JPEG_HEAD + file.read(LONGEST_HEAD)
    place = _place_of_bits(content)
    return place is not None and 8 < content[place] <= 16


def _place_of_bits(content: bytes) -> int | None:
    """Return where the bits of a sample stand in a JPEG; None where no frame begins."""
    at = 2
    while at + 4 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in FRAMES:
            return at + 4
        if marker == 0xFF:
            at += 1
        elif marker in BARE:
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
