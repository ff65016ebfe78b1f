"""The photo that is described: at its own scale, unless it is larger than a working size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.imaging import ImageError

Bytes = npt.NDArray[np.uint8]
LONGEST_SIDE = 640


def working_image(rgb: Bytes, longest: int = LONGEST_SIDE) -> Bytes:
    """Reduce a photo to a longest side; a smaller one stays as it is.

    Grain size is a class, so a photo is never enlarged and its aspect ratio never changed.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.
    longest : int
        The longest side in pixels, at least 1.

    Returns
    -------
    numpy.ndarray
        (y, x, 3) uint8, antialiased where it is reduced.

    Raises
    ------
    ImageError
        When the array is not (Y, X, 3) uint8 with at least one pixel.
    """
    if not (isinstance(rgb, np.ndarray) and rgb.dtype == np.uint8 and rgb.ndim == 3 and rgb.shape[2] == 3):
        kind = f"{getattr(rgb, 'dtype', type(rgb).__name__)} of shape {np.shape(rgb)}"
        raise ImageError(f"A photo to describe is {kind}: pass (Y, X, 3) uint8, as as_rgb returns it.")
    if rgb.size == 0:
        raise ImageError(f"A photo to describe has no pixels (shape {rgb.shape}): leave it out.")
    height, width = rgb.shape[:2]
    if max(height, width) <= longest:
        return rgb
    scale = longest / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BICUBIC, reducing_gap=None))
