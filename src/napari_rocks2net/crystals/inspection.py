"""Inspection of an SEM image before it is segmented: info bar, pixel size, typical size of its crystals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy.typing as npt

from napari_rocks2net.crystals.grey import as_grey
from napari_rocks2net.crystals.scale import PixelSize, find_info_bar, read_pixel_size
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.crystals.segmentation.size import estimate_size


@dataclass(frozen=True)
class ImageInspection:
    """What is known about an SEM image before its crystals are looked for.

    Attributes
    ----------
    rows : tuple of int
        First row of the picture and first row after it: the rest are the instrument's bars.
    pixel_size : PixelSize or None
        What the file says.
    """

    rows: tuple[int, int]
    pixel_size: PixelSize | None


def inspect_image(pixels: npt.ArrayLike, file: Path | None) -> ImageInspection:
    """Return the rows without info bar of an image, and the pixel size that its file says.

    Parameters
    ----------
    pixels : array_like
        (Y, X) or (Y, X, channels).
    file : pathlib.Path or None
        The file that the pixels are from, where there is one.

    Raises
    ------
    CrystalError
        When the image is no picture.
    """
    return ImageInspection(find_info_bar(pixels), None if file is None else read_pixel_size(file))


def estimate_crystal_size(pixels: npt.ArrayLike, rows: tuple[int, int], dark: bool) -> float:
    """Return an estimate of the typical diameter of the crystals in pixels.

    Parameters
    ----------
    pixels : array_like
        (Y, X) or (Y, X, channels).
    rows : tuple of int
        First row of the picture and first row after it.
    dark : bool
        Whether crystals are darker than what surrounds them.

    Raises
    ------
    CrystalError
        When the image is no picture.
    """
    return estimate_size(as_grey(pixels)[slice(*rows)], SegmentationSettings(dark=dark))
