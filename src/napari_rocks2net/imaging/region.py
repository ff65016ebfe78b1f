"""Crop of an image region, for samples that are a part of a photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging.errors import ImageError

if TYPE_CHECKING:
    from napari_rocks2net.samples import Region


def crop_region(rgb: npt.NDArray[np.uint8], region: Region | None) -> npt.NDArray[np.uint8]:
    """Cut the bounding box of a region out of an image.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    region : Region or None
        Its box is rounded to whole pixels and cut at the image's edges; None means the whole image.

    Returns
    -------
    numpy.ndarray
        (y1 - y0, x1 - x0, 3) uint8, a view.

    Raises
    ------
    ImageError
        When nothing of the image lies in the region.
    """
    if region is None:
        return rgb
    y0, x0, y1, x1 = map(round, region.box)
    part = rgb[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
    if part.size == 0:
        height, width = rgb.shape[:2]
        edges = ", ".join(f"{edge:g}" for edge in region.box)
        raise ImageError(
            f"The region {edges} (y0, x0, y1, x1) holds no pixel of the image, which is {height} x {width} "
            "pixels."
        )
    return part
