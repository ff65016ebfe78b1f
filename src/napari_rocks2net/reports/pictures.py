"""Pictures of a report: plots as PNG, photos made small, the critical area of a classified one."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.reports.document import ReportPicture
from napari_rocks2net.reports.settings import ReportSettings

if TYPE_CHECKING:
    from napari_rocks2net.samples import Region

JPEG_QUALITY = 85


def plotted(save: Callable[[Path], object], caption: str = "") -> ReportPicture:
    """Return a plot that a function saves to a file.

    Parameters
    ----------
    save : callable
        Takes the path of a PNG.
    caption : str
        What stands below it.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plot.png"
        save(path)
        return ReportPicture(path.read_bytes(), caption)


def thumbnail(rgb: npt.NDArray[np.uint8], side: int, caption: str) -> ReportPicture:
    """Return a photo made small.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    side : int
        The longer side in pixels.
    caption : str
        What stands below it.
    """
    picture, content = Image.fromarray(np.ascontiguousarray(rgb)), io.BytesIO()
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    picture.save(content, "JPEG", quality=JPEG_QUALITY)
    return ReportPicture(content.getvalue(), caption, "jpeg", small=True)


def thumbnails(
    photos: Iterable[tuple[str, Region | None, Sequence[int], str]], settings: ReportSettings
) -> tuple[tuple[ReportPicture, ...], int]:
    """Return photos made small, as many as a report shows, and how many of them could not be read.

    Parameters
    ----------
    photos : iterable
        File, region, plane and caption of each.
    settings : ReportSettings
        How many, and how large.
    """
    from napari_rocks2net.imaging import ImageError, read_plane
    from napari_rocks2net.samples import crop_region

    pictures: list[ReportPicture] = []
    unreadable = 0
    for file, region, plane, caption in photos:
        if len(pictures) >= settings.pictures:
            break
        try:
            rgb = crop_region(read_plane(Path(file), tuple(plane)), region)
            pictures.append(thumbnail(rgb, settings.picture_side, caption))
        except (ImageError, OSError, MemoryError):
            unreadable += 1
    return tuple(pictures), unreadable
