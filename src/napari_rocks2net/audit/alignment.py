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
# Blocks a side of what is compared, and the share of them in which copies may differ.
BLOCKS = 6
DIFFERENT_BLOCKS = 0.3


def detail(grey: Floats) -> Floats:
    """Return a picture (y, x) without its shading."""
    return grey - ndimage.gaussian_filter(grey, SHADING, mode="nearest")


def correlation_as_crop(whole: Floats, part: Floats) -> float:
    """Return how well one photo correlates, all over, with the best place and size of a crop in another.

    The place is that of the highest normalised cross-correlation (Lewis 1995, Fast normalized
    cross-correlation), as ``skimage.feature.match_template`` has it, but many times faster for the few
    places of a large part. There the photo is cut into 6 x 6 blocks, and three in ten may correlate less than
    what is returned: a scale bar or the rim of an eyepiece, the same in all photos of a microscope, makes no
    copies.

    Parameters
    ----------
    whole, part : numpy.ndarray
        (y, x) grey, both as large as the whole photo and the crop are shown.

    Returns
    -------
    float
        From -1 to 1; 0 where either has no detail.
    """
    fine = detail(whole)
    if min(fine.shape) < SMALLEST_SIDE:
        return 0.0
    parts = [_resized(part, whole.shape, side) for side in CROPS]
    correlations = [correlations_by_place(fine, each) for each in parts]
    best = int(np.argmax([each.max() for each in correlations]))
    y, x = np.unravel_index(correlations[best].argmax(), correlations[best].shape)
    height, width = parts[best].shape
    return _correlation_of_blocks(fine[y : y + height, x : x + width], parts[best])


def _correlation_of_blocks(one: Floats, other: Floats) -> float:
    """Return what all but three in ten of the blocks reach that show something in either picture."""
    correlations = []
    for first, second in zip(_blocks(one), _blocks(other), strict=True):
        first, second = first - first.mean(), second - second.mean()
        deviations = float(first.std()), float(second.std())
        if max(deviations) > FLAT:
            product = deviations[0] * deviations[1]
            correlations.append(float((first * second).mean()) / product if min(deviations) > FLAT else 0.0)
    return float(np.quantile(correlations, DIFFERENT_BLOCKS)) if correlations else 0.0


def _blocks(picture: Floats) -> list[Floats]:
    rows = np.array_split(picture, BLOCKS, axis=0)
    return [block for row in rows for block in np.array_split(row, BLOCKS, axis=1)]


def _resized(part: Floats, shape: tuple[int, ...], side: float) -> Floats:
    height, width = (max(1, round(side * length)) for length in shape[:2])
    image = Image.fromarray(part.astype(np.float32))
    return detail(np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), float))


def correlations_by_place(whole: Floats, part: Floats) -> Floats:
    """Return the correlation of a part with each equally large window of the whole.

    Parameters
    ----------
    whole, part : numpy.ndarray
        (Y, X) and (y, x), the part no larger.

    Returns
    -------
    numpy.ndarray
        (Y - y + 1, X - x + 1) in -1..1; 0 where either is flat.
    """
    part = part - part.mean()
    products = np.einsum("abyx,yx->ab", np.lib.stride_tricks.sliding_window_view(whole, part.shape), part)
    sums, squares = _window_sums(whole, part.shape), _window_sums(whole**2, part.shape)
    energies = (squares - sums**2 / part.size) * (part**2).sum()
    flat = energies <= (FLAT**2 * part.size) ** 2
    correlations: Floats = np.where(flat, 0, products / np.sqrt(np.where(flat, 1, energies)))
    return correlations


def _window_sums(values: Floats, shape: tuple[int, ...]) -> Floats:
    """Return the sums of all windows of a shape (Crow 1984)."""
    table = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    y, x = shape
    return table[y:, x:] - table[:-y, x:] - table[y:, :-x] + table[:-y, :-x]
