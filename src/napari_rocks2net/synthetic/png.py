"""PNG files with the standard library alone."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.synthetic.errors import SynthesisError


def write_png(path: str | Path, picture: NDArray[np.uint8]) -> Path:
    """Write a picture whole, then give it its name: a file of that name is always complete.

    Parameters
    ----------
    path : str or Path
        Where to; an existing file is replaced.
    picture : ndarray, shape (Y, X, 3), uint8
        sRGB.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SynthesisError
        If the picture has another shape or dtype.
    """
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
        raise SynthesisError(
            f"A picture of shape {picture.shape} and dtype {picture.dtype} cannot be written; "
            "give an array of shape (Y, X, 3) and dtype uint8."
        )
    return atomic_write(path, encode_png(picture))


def encode_png(picture: NDArray[np.uint8]) -> bytes:
    """Return an 8-bit RGB PNG (W3C PNG specification, filter type 0) of a (Y, X, 3) uint8 picture."""
    height, width = picture.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)
    rows[:, 1:] = picture.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 5)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
