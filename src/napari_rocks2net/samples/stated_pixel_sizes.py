"""Pixel sizes of samples: what their table says, or the files of their photos."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from napari_rocks2net.pixel_scale import PixelSizeError, read_pixel_size
from napari_rocks2net.samples.columns import FILE, PIXEL_SIZE

if TYPE_CHECKING:
    import pandas as pd


def pixel_sizes(frame: pd.DataFrame) -> Iterator[float | None]:
    """Yield the micrometres of a pixel of each sample's photo, None where neither table nor file says."""
    of_file = lru_cache(None)(_of_file)
    stated = frame[PIXEL_SIZE] if PIXEL_SIZE in frame else [""] * len(frame)
    for text, file in zip(stated, frame[FILE], strict=True):
        # Of tables put together some may not have the column.
        yield float(text) if isinstance(text, str) and text else of_file(file)


def _of_file(file: str) -> float | None:
    try:
        size = read_pixel_size(file)
    # A file that is gone is for its reader to name.
    except PixelSizeError:
        return None
    return None if size is None else size.micrometres
