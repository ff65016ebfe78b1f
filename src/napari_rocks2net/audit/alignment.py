"""Alignment of two photos, and how well they correlate where they are the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

Floats = npt.NDArray[np.float64]

# Sides of a crop, relative to the whole.
CROPS = tuple(np.linspace(1.0, 0.84, 9))
# Shading by the lamp is alike in all photos of a microscope: only what is finer than this counts.
SHADING = 3.0
SMALLEST_SIDE = 12
# A deviation of grey below this shows nothing to align.
FLAT = 0.1


def detail(grey: Floats) -> Floats:
    """Return a picture (y, x) without its shading."""
    return grey - ndimage.gaussian_filter(grey, SHADING, mode="nearest")


def correlation_as_crop(whole: Floats, part: Floats) -> float:
    """Return how well one photo correlates with the best place and size of a crop in another.

    Normalised cross-correlation (Lewis 1995, Fast normalized cross-correlation), as
    ``skimage.feature.match_template`` has it, but many times faster for the few places of a large part. From
    -1 to 1; 0 where either has no detail.

    Parameters
    ----------
    whole, part : numpy.ndarray
        (y, x) grey, both as large as the whole photo and the crop are shown.
    """
    fine = detail(whole)
    return max(_best_place(fine, _resized(part, whole.shape, side)) for side in CROPS)


def _resized(part: Floats, shape: tuple[int, ...], side: float) -> Floats:
    height, width = (max(1, round(side * length)) for length in shape[:2])
    image = Image.fromarray(part.astype(np.float32))
    return detail(np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), float))


def _best_place(whole: Floats, part: Floats) -> float:
    """Return the largest correlation of a part with the equally large windows of the whole."""
    if min(part.shape) < SMALLEST_SIDE:
        return 0.0
    part = part - part.mean()
    products = np.einsum("abyx,yx->ab", np.lib.stride_tricks.sliding_window_view(whole, part.shape), part)
    sums, squares = _window_sums(whole, part.shape), _window_sums(whole**2, part.shape)
    energies = (squares - sums**2 / part.size) * (part**2).sum()
    flat = energies <= (FLAT**2 * part.size) ** 2
    return float(np.where(flat, 0, products / np.sqrt(np.where(flat, 1, energies))).max())


def _window_sums(values: Floats, shape: tuple[int, ...]) -> Floats:
    """Return the sums of all windows of a shape (Crow 1984)."""
    table = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    y, x = shape
    return table[y:, x:] - table[:-y, x:] - table[y:, :-x] + table[:-y, :-x]
