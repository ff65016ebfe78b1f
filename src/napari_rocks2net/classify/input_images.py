"""Images as a classifier takes them: files, arrays, functions that read them, or fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path

import numpy as np

from napari_rocks2net.classify.prediction import CriticalArea
from napari_rocks2net.imaging import ImageError, as_rgb, read_image
from napari_rocks2net.imaging.tiff import Plane
from napari_rocks2net.pixel_scale import PixelSize, read_pixel_size
from napari_rocks2net.untrusted import is_file
from napari_rocks2net.views import Field

Image = np.ndarray | str | Path | Callable[[], np.ndarray] | Field
# With a critical area, and the micrometres a pixel.
Request = tuple[Image, CriticalArea | None, float | None]


def requests_of(
    images: Iterable[Image],
    critical_areas: Iterable[CriticalArea | None] | None,
    pixel_sizes: Iterable[float | None] | None,
) -> Iterator[Request]:
    """Return images lazily, each with its critical area and pixel size.

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


def image_pixel_size(
    image: Image, um_per_pixel: float | None, plane: Plane, *, ask_file: bool
) -> float | None:
    """Return the micrometres of a pixel of an image, None where they are not known.

    Parameters
    ----------
    image : array, path, callable or Field
        Of a field what its first view says that says it.
    um_per_pixel : float or None
        What a person or a table says.
    plane : tuple of int
        Which picture of a file.
    ask_file : bool
        Whether a file is asked, too.

    Raises
    ------
    PixelSizeError
        If what is given is no positive length.
    """
    if um_per_pixel is not None:
        return PixelSize(um_per_pixel, "given").micrometres
    if isinstance(image, Field):
        views = image.views
        sizes = (image_pixel_size(view.file, view.micrometres, (), ask_file=ask_file) for view in views)
        return next((size for size in sizes if size is not None), None)
    if not ask_file or not isinstance(image, str | Path):
        return None
    stated = read_pixel_size(image, plane) if is_file(Path(image)) else None
    return None if stated is None else stated.micrometres
