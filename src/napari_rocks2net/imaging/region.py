"""A rectangle cut out of an image, for samples that are a part of a photo."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging.errors import ImageError


def crop_region(rgb: npt.NDArray[np.uint8], region: str) -> npt.NDArray[np.uint8]:
    """Cut a region out of an image.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    region : str
        "y0,x0,y1,x1" in the pixel-edge frame, rounded to whole pixels and cut at the image's edges; an
        empty text means the whole image.

    Returns
    -------
    numpy.ndarray
        (y1 - y0, x1 - x0, 3) uint8, a view.

    Raises
    ------
    ImageError
        When the text is not four numbers, or nothing of the image lies in the region.
    """
    if not region.strip():
        return rgb
    try:
        y0, x0, y1, x1 = (round(float(part)) for part in region.split(","))
    except (ValueError, OverflowError):
        raise ImageError(f"The region {region!r} is not four numbers y0,x0,y1,x1 in pixels.") from None
    part = rgb[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
    if part.size == 0:
        height, width = rgb.shape[:2]
        raise ImageError(
            f"The region {region!r} holds no pixel of the image, which is {height} x {width} pixels."
        )
    return part
