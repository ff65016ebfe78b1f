"""Working image: the photo as it is described, reduced where it is larger than a working size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError, Preprocessing

Bytes = npt.NDArray[np.uint8]
WORKING_SCALE = Preprocessing(size=640, resize="native", normalisation="unit")


def working_image(rgb: Bytes) -> Bytes:
    """Bring a photo to the scale at which it is described, that of `WORKING_SCALE`.

    Grain size is a class, so a photo is never enlarged and its aspect ratio never changed. A model that is
    fitted on descriptors carries the same preprocessing, so its own photos are described as it learned them.

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
    return WORKING_SCALE.reduced(rgb)
