"""Memory that a picture needs, checked before it is taken."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from napari_rocks2net.imaging.errors import ImageError

# What becomes of any picture: one byte for each of red, green and blue.
RGB_BYTES = 3


def check_memory(height: int, width: int, stored_bytes: float) -> None:
    """Refuse a picture that the free memory cannot hold.

    Parameters
    ----------
    height, width : int
        Its size in pixels, as the head of the file declares it.
    stored_bytes : float
        Bytes of one pixel in the file's own samples, uncompressed; those of the RGB picture come on top.

    Raises
    ------
    ImageError
        When a side is not positive, or more bytes are needed than are free.
    """
    if height < 1 or width < 1:
        raise ImageError(f"the image is {width:,} x {height:,} pixels: it needs at least one pixel a side.")
    needed = height * width * (stored_bytes + RGB_BYTES)
    free = psutil.virtual_memory().available
    if needed > free:
        raise ImageError(
            f"the image is {width:,} x {height:,} pixels by its header and needs {needed / 1e9:,.1f} GB of "
            f"memory, of which {free / 1e9:,.1f} GB are free: if it is so large, save it smaller or in parts."
        )


@contextmanager
def without_pixel_limit() -> Iterator[None]:
    """Lift Pillow's limit of pixels, which takes a large scan for an attack, for as long as a head is read.

    The limit is one number for the whole process: others that open images wait for nothing, and find it
    lifted for a moment.
    """
    with _lifting:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit


_lifting = threading.RLock()


class LargeTiff(TiffImageFile):
    """A TIFF as Pillow reads it, of any size that the memory holds."""

    def load_prepare(self) -> None:
        """Take memory for the pixels, which Pillow limits here and not when the file is opened."""
        with without_pixel_limit():
            super().load_prepare()
