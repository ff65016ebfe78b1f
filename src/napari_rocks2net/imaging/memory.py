"""Memory that a picture needs, checked before it is taken."""

from __future__ import annotations

import psutil

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
