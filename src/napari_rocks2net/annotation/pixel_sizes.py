"""Scale of a collection: pixel sizes of its images, from their files or their scale bars."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.image import ImageKey
from napari_rocks2net.imaging import ImageError, read_plane
from napari_rocks2net.pixel_scale import PixelSizeError, read_pixel_size

# Bars of one objective and camera differ by less.
ALIKE = 0.05


def with_pixel_sizes(
    collection: AnnotationCollection, sizes: Mapping[ImageKey, float | None]
) -> AnnotationCollection:
    """Return a collection with the scale of some of its images.

    Parameters
    ----------
    collection : AnnotationCollection
        The others keep theirs.
    sizes : mapping of ImageKey to float or None
        Micrometres a pixel; None takes it off.

    Raises
    ------
    CollectionError
        When a size is no positive length.
    """
    images = (
        replace(image, pixel_size_um=sizes[image.key]) if image.key in sizes else image
        for image in collection.images
    )
    return replace(collection, images=tuple(images))


def file_pixel_size(key: ImageKey) -> float | None:
    """Return the micrometres a pixel that an image's file says; None where it does not, or is not there."""
    try:
        size = read_pixel_size(key.file, key.plane)
    except PixelSizeError:
        return None
    return None if size is None else size.micrometres


def bar_pixels(key: ImageKey) -> float | None:
    """Return the length in pixels of the scale bar in an image; None where there is none, or no image."""
    # Widgets open without SciPy.
    from napari_rocks2net.pixel_scale import find_scale_bar

    try:
        bar = find_scale_bar(read_plane(key.file, key.plane))
    except (ImageError, OSError):
        return None
    return None if bar is None else bar.pixels


def measure_images(
    keys: Sequence[ImageKey], measure: Callable[[ImageKey], float | None]
) -> Generator[tuple[int, int], None, dict[ImageKey, float]]:
    """Look at images one after the other.

    Parameters
    ----------
    keys : sequence of ImageKey
        The images.
    measure : callable
        `file_pixel_size` or `bar_pixels`.

    Yields
    ------
    tuple of int
        Images done, and all.

    Returns
    -------
    dict
        Image -> length, of those that have one.
    """
    lengths: dict[ImageKey, float] = {}
    for done, key in enumerate(keys, start=1):
        if (length := measure(key)) is not None:
            lengths[key] = length
        yield done, len(keys)
    return lengths


def alike(lengths: Mapping[ImageKey, float]) -> dict[ImageKey, float]:
    """Return the bars, in pixels, that are as long as most: those of one objective and camera.

    What is written at the bars is typed once, so a bar of another length would get a wrong scale.
    """
    if not lengths:
        return {}
    usual = float(np.median(list(lengths.values())))
    return {key: length for key, length in lengths.items() if abs(length / usual - 1) <= ALIKE}
