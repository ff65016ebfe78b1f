"""How well the detail of two pictures correlates: at every place, and all over where they are aligned."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Floats = npt.NDArray[np.floating]

# Shading by the lamp is alike in all photos of a microscope: only what is finer than this counts.
SHADING = 3.0
# A deviation of grey below this shows nothing to align.
FLAT = 0.1
# Blocks a side of what is compared, and the share of them in which copies may differ.
BLOCKS = 6
DIFFERENT_BLOCKS = 0.3
MANY_BLOCKS, DIFFERENT_OF_FEW = BLOCKS**2 * 2 / 3, 0.05
# A block of less detail than this, in one of the 16 greys of a thumbnail, shows nothing.
LEAST_DETAIL = 0.5


def detail(grey: Floats) -> Floats:
    """Return a picture (y, x) without its shading."""
    shading: Floats = grey - ndimage.gaussian_filter(grey, SHADING, mode="nearest")
    return shading


def correlation_of_blocks(one: Floats, other: Floats) -> float:
    """Return how well two aligned pictures correlate all over.

    They are cut into 6 x 6 blocks, and three in ten of those that show something in either picture may
    correlate less than what is returned: a scale bar or the rim of an eyepiece, the same in all photos of a
    microscope, makes no copies, and a label in one of them hides none. Of pictures that show little, fewer.

    Parameters
    ----------
    one, other : numpy.ndarray
        (y, x), of one shape.

    Returns
    -------
    float
        From -1 to 1; 0 where nothing is shown.
    """
    correlations = []
    for first, second in zip(_blocks(one), _blocks(other), strict=True):
        first, second = first - first.mean(), second - second.mean()
        deviations = float(first.std()), float(second.std())
        if max(deviations) > LEAST_DETAIL:
            product = deviations[0] * deviations[1]
            correlations.append(float((first * second).mean()) / product if min(deviations) > FLAT else 0.0)
    # Where much of both pictures is black, a label of both is most of what they show.
    may_differ = DIFFERENT_BLOCKS if len(correlations) >= MANY_BLOCKS else DIFFERENT_OF_FEW
    return float(np.quantile(correlations, may_differ)) if correlations else 0.0


def _blocks(picture: Floats) -> list[Floats]:
    rows = np.array_split(picture, BLOCKS, axis=0)
    return [block for row in rows for block in np.array_split(row, BLOCKS, axis=1)]


def correlations_by_place(whole: Floats, part: Floats) -> Floats:
    """Return the correlation of a part with each equally large window of the whole.

    The normalised cross-correlation of Lewis (1995, Fast normalized cross-correlation), as
    ``skimage.feature.match_template`` has it, but many times faster for the few places of a large part.

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
    table = np.pad(values.cumsum(0, float).cumsum(1), ((1, 0), (1, 0)))
    y, x = shape
    return table[y:, x:] - table[:-y, x:] - table[y:, :-x] + table[:-y, :-x]
