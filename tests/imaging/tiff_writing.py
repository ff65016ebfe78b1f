"""TIFF files written byte by byte, so that every tag is as the test says."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np

FORMS = {3: "H", 4: "I", 5: "II", 7: "B"}


def packed(values: np.ndarray, bits: int) -> bytes:
    """Pack (rows, count) unsigned numbers, the highest bit first; each row begins with a whole byte."""
    shifts = np.arange(bits - 1, -1, -1, dtype=np.uint64)
    digits = (values.astype(np.uint64)[..., None] >> shifts & np.uint64(1)).astype(np.uint8)
    return np.packbits(digits.reshape(len(values), -1), axis=1).tobytes()


def write_tiff(
    path: Path,
    shape: tuple[int, int],
    strips: list[bytes],
    tags: dict[int, tuple[int, list[int]]],
    *,
    byteorder: str = "<",
    compression: int = 1,
) -> Path:
    """Write one page; `tags` are number -> (type, values), sizes, offsets and compression are added."""
    if compression == 8:
        strips = [zlib.compress(strip) for strip in strips]
    every = {
        256: (4, [shape[1]]),
        257: (4, [shape[0]]),
        259: (3, [compression]),
        279: (4, [len(strip) for strip in strips]),
        273: (4, [0] * len(strips)),
        **tags,
    }
    start = 8 + 2 + 12 * len(every) + 4
    sizes = [len(values) * struct.calcsize(f"={FORMS[kind][0]}") for kind, values in every.values()]
    first = start + sum(size for size in sizes if size > 4)
    offsets = np.cumsum([first, *map(len, strips)])[:-1].tolist()
    every[273] = (4, offsets)
    directory, table = struct.pack(f"{byteorder}H", len(every)), b""
    for tag, (kind, values) in sorted(every.items()):
        data = struct.pack(f"{byteorder}{len(values)}{FORMS[kind][0]}", *values)
        count = len(values) // len(FORMS[kind])
        directory += struct.pack(f"{byteorder}HHI", tag, kind, count)
        if len(data) <= 4:
            directory += data.ljust(4, b"\0")
        else:
            directory += struct.pack(f"{byteorder}I", start + len(table))
            table += data
    head = struct.pack(f"{byteorder}2sHI", b"II" if byteorder == "<" else b"MM", 42, 8)
    path.write_bytes(head + directory + bytes(4) + table + b"".join(strips))
    return path
