"""Atomic file writing: files that are complete or do not exist."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import get_native_id
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


PARTIAL = ".part"


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
    """
    path = Path(path)
    with written_whole(path) as partial, partial.open("wb") as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    return path


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Name the file to write in the place of another, which it becomes when all went well.

    Parameters
    ----------
    path : Path
        The file; missing folders are made, an existing file is replaced.

    Yields
    ------
    Path
        In the same folder; it is removed when an error is raised.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_path(path)
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def partial_path(path: Path) -> Path:
    """Return where `atomic_write` of this thread and process writes a file before it is complete."""
    return path.with_name(f".{get_native_id()}.{path.name}.{os.getpid()}{PARTIAL}")


def atomic_write_png(path: str | Path, pixels: NDArray[np.uint8], software: str | None = None) -> Path:
    """Write a picture as a PNG, complete or not at all.

    Parameters
    ----------
    path : str or Path
        See `atomic_write`.
    pixels : ndarray, uint8
        Grey (Y, X), or sRGB (Y, X, 3) or (Y, X, 4).
    software : str, optional
        What the text Software of the file says.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    content, texts = io.BytesIO(), PngInfo()
    if software is not None:
        texts.add_text("Software", software)
    Image.fromarray(pixels).save(content, "PNG", pnginfo=texts)
    return atomic_write(path, content.getvalue())


def remove_leftovers(folder: Path, name_ends: tuple[str, ...]) -> int:
    """Remove what killed processes have left half-written in a folder.

    Parameters
    ----------
    folder : Path
        Where `atomic_write` has written; it may be missing.
    name_ends : tuple of str
        How the names of the files end that were to be written.

    Returns
    -------
    int
        How many were removed; those of processes that are still there stay.
    """
    import psutil

    removed = 0
    for path in folder.glob(f".*{PARTIAL}"):
        name, _, process = path.name.removesuffix(PARTIAL).rpartition(".")
        if name.endswith(name_ends) and process.isdecimal() and not psutil.pid_exists(int(process)):
            path.unlink(missing_ok=True)
            removed += 1
    return removed
