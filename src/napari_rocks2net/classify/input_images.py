"""Images as a classifier takes them: files, arrays, functions that read them, or fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path

import numpy as np

from napari_rocks2net.classify.prediction import CriticalArea
from napari_rocks2net.imaging import ImageError, as_rgb, read_image
from napari_rocks2net.views import Field

Image = np.ndarray | str | Path | Callable[[], np.ndarray] | Field
# With a critical area, and the micrometres a pixel.
Request = tuple[Image, CriticalArea | None, float | None]


def requests_of(
    images: Iterable[Image],
    critical_areas: Iterable[CriticalArea | None] | None,
    pixel_sizes: Iterable[float | None] | None,
) -> Iterator[Request]:
    """Return images lazily, each with what is said of it.

    Parameters
    ----------
    images, critical_areas, pixel_sizes
        See `RockClassifier.predict_many`.
    """
    areas, sizes = chain(critical_areas or (), repeat(None)), chain(pixel_sizes or (), repeat(None))
    return zip(images, areas, sizes, strict=False)


def load_rgb(image: Image) -> np.ndarray:
    """Return an image as RGB, (Y, X, 3) uint8, from a file, an array or a function that reads it.

    Raises
    ------
    ImageError
        If it cannot be read or used.
    """
    if isinstance(image, str | Path):
        return read_image(image)
    if not callable(image):
        return as_rgb(image)
    try:
        return as_rgb(image())
    except (ImageError, MemoryError):
        raise
    # Lazy data can fail in any way that its reader can.
    except Exception as error:
        raise ImageError(str(error) or type(error).__name__) from error
