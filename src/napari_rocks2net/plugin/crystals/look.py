"""A first look at an image: its info bar, its pixel size, and later the typical size of its crystals."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.plugin.layers.image_planes import ImagePlane
from napari_rocks2net.plugin.work.jobs import Progress

if TYPE_CHECKING:
    from napari_rocks2net.crystals import PixelSize

ESTIMATING = "Estimating the size of the crystals"


@dataclass(frozen=True)
class Look:
    """What a first look at an image found.

    Parameters
    ----------
    rows : tuple of int
        First row of the picture and first row after it: the rest are the instrument's bars.
    pixel_size : PixelSize or None
        What the file says.
    """

    rows: tuple[int, int]
    pixel_size: PixelSize | None


def look_work(picture: ImagePlane, file: Path | None) -> Look:
    """Look at an image and its file, as work for a job."""
    from napari_rocks2net.crystals import find_info_bar, read_pixel_size

    return Look(find_info_bar(picture.read_values()), None if file is None else read_pixel_size(file))


@dataclass(frozen=True)
class SizeKey:
    """What an estimate of the crystals' size is about.

    Only whether crystals are dark counts, so that the size stays while the other settings are tuned.
    """

    layer_id: str
    dark: bool


def size_work(picture: ImagePlane, rows: tuple[int, int], dark: bool) -> Generator[Progress, None, float]:
    """Estimate the typical diameter of the crystals in pixels, as work for a job.

    Parameters
    ----------
    picture : ImagePlane
    rows : tuple of int
        First row of the picture and first row after it.
    dark : bool
        Whether crystals are darker than what surrounds them.

    Raises
    ------
    CrystalError
        When the image is no picture.
    """
    from napari_rocks2net.crystals import SegmentationSettings
    from napari_rocks2net.crystals.grey import as_grey
    from napari_rocks2net.crystals.segmentation.size import estimate_size

    yield Progress(activity=ESTIMATING)
    grey = as_grey(picture.read_values())[slice(*rows)]
    yield Progress(activity=ESTIMATING)
    return estimate_size(grey, SegmentationSettings(dark=dark))
