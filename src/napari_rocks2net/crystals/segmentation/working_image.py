"""Working image of the segmentation: grey, scaled to a standard crystal size, smoothed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage.transform import resize

# Pixels across a typical crystal: enough for its shape, few enough for speed and against its texture.
STANDARD_SIZE = 32.0
# Below this, the gradient of single pixels is noise.
LEAST_SMOOTHING = 0.6
# Of the brightest pixel; and the largest share of an image that letters and scale bars take.
LETTERING_WHITE = 0.985
MOST_LETTERING = 0.03


@dataclass(frozen=True)
class WorkingImage:
    """An image made ready for the search, (Y, X)."""

    grey: npt.NDArray[np.float32]  # Smoothed.
    gradient: npt.NDArray[np.float32]  # Magnitude of its gradient.
    lettering: npt.NDArray[np.bool_]  # As white as burnt-in letters and scale bars.
    size: float  # Pixels across a typical crystal, `STANDARD_SIZE` or less.


def working_image(
    grey: npt.NDArray[np.float32], size: float, denoising: float, dark: bool = False
) -> WorkingImage:
    """Return an image shrunk until its crystals have the standard size, and smoothed.

    Parameters
    ----------
    grey : numpy.ndarray
        (Y, X) float32. Small crystals are not enlarged.
    size : float
        Pixels across a typical crystal.
    denoising : float
        Standard deviation of the Gaussian in pixels of the shrunken image.
    dark : bool
        Turn black into white first.
    """
    factor = min(1.0, STANDARD_SIZE / size)
    if dark:
        grey = np.float32(1) - grey
    if factor < 1:
        shape = [max(1, round(length * factor)) for length in grey.shape]
        grey = resize(grey, shape, order=1, anti_aliasing=True).astype(np.float32)
    sigma = max(LEAST_SMOOTHING, denoising)
    white = grey > LETTERING_WHITE
    # Where so much is white, crystals must be overexposed.
    lettered = not dark and white.mean() <= MOST_LETTERING
    return WorkingImage(
        ndimage.gaussian_filter(grey, sigma),
        ndimage.gaussian_gradient_magnitude(grey, sigma),
        white if lettered else np.zeros_like(white),
        size * factor,
    )
