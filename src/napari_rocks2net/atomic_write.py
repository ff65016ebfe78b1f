"""Atomic file writing: files that are complete or not there at all."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def atomic_write(path: str | Path, content: bytes | str, *, durable: bool = False) -> Path:
    """Write a file beside its place and rename it, so that a crash leaves the old file or the new.

    Parameters
    ----------
    path : str or Path
        The file; missing folders are made, an existing file is replaced.
    content : bytes or str
        Text is written as UTF-8, its line ends as they are.
    durable : bool
        Whether the old file or the new must survive a power cut too; takes some 10 ms more on an SSD.

    Returns
    -------
    Path
        The file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def atomic_write_png(path: str | Path, pixels: NDArray[np.uint8]) -> Path:
    """Write a picture as a PNG, complete or not at all.

    Parameters
    ----------
    path : str or Path
        See `atomic_write`.
    pixels : ndarray, uint8
        Grey (Y, X), or sRGB (Y, X, 3) or (Y, X, 4).

    Returns
    -------
    Path
        The file.
    """
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return atomic_write(path, content.getvalue())
