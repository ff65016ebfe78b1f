"""Information bar of an SEM image: the strip with magnification and scale below or above it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.crystals.grey import as_grey

# Shares of the image's height.
LARGEST_BAR = 0.25
SMALLEST_BAR = 0.02
# A row belongs to the bar when at least half of it has the bar's paper colour: within the noise of strong
# compression, or where ground of that grey is beside it within less, or exactly.
TOLERANCES = (16 / 255, 4 / 255, 0.5 / 255)
PAPER_SHARE = 0.5
# Rows of lettering or a rule that may interrupt the paper.
LARGEST_GAP = 3
# The paper's share of a row falls at least by so much where the picture begins.
SMALLEST_STEP = 0.4
ROWS_BEYOND = 6
# Even ground of the picture is no paper: it goes on beyond, along both sides (shares of the width and of the
# pixels there), or as a share of the picture with the same grey and the same noise.
SIDE = 0.02
SIDE_SHARE = 0.9
GROUND_SHARE = 0.1
SAME_GREY = 2.5 / 255
SAME_NOISE = 1.5
# What a bar says is written on it: so much of it differs from its paper by more.
INK_CONTRAST = 0.15
SMALLEST_INK, LARGEST_INK = 0.002, 0.5
# Some programs add a bar of their own to that of the instrument.
MOST_BARS = 2


def find_info_bar(image: Any) -> tuple[int, int]:
    """Find the rows of an SEM image between its information bars.

    A bar is a band along the lower or upper edge, at most a quarter of the image high, most of whose
    pixels have one grey value, on which something is written, and beyond which that value suddenly becomes
    rare. Even ground along an edge, which goes on between and beside the crystals, and a band without
    lettering are none.

    Parameters
    ----------
    image : array_like
        (Y, X) or (Y, X, channels), see `as_grey`.

    Returns
    -------
    tuple of int
        First row of the picture and first row after it: ``image[first:last]`` has no bar. (0, Y) where
        none was found.

    Raises
    ------
    CrystalError
        When the array is no picture.
    """
    grey = as_grey(image)
    height = len(grey)
    last = height - _height_of_bars(grey)
    return _height_of_bars(grey[:last][::-1]), last


def _height_of_bars(grey: npt.NDArray[np.float32]) -> int:
    """Return the height of the bars along the lower edge, 0 where there is none."""
    largest, bars = LARGEST_BAR * len(grey), 0
    for _ in range(MOST_BARS):
        rest = grey[: len(grey) - bars]
        bar = next(filter(None, (_bar_height(rest, tolerance) for tolerance in TOLERANCES)), 0)
        if not bar or bars + bar > largest:
            break
        bars += bar
    return bars


def _bar_height(grey: npt.NDArray[np.float32], tolerance: float) -> int:
    """Return the height of the last bar along the lower edge, 0 where there is none."""
    height = len(grey)
    margin = max(LARGEST_GAP + 1, round(SMALLEST_BAR * height))
    contrast = np.abs(grey - _commonest(grey[-margin:], tolerance))
    is_paper = contrast <= tolerance
    paper_share = is_paper.mean(axis=1)
    top = _top_of_paper(paper_share, margin)
    bar = height - top
    if not SMALLEST_BAR * height <= bar <= LARGEST_BAR * height:
        return 0
    if not SMALLEST_INK <= (contrast[top:] > INK_CONTRAST).mean() <= LARGEST_INK:
        return 0
    beyond = paper_share[max(0, top - ROWS_BEYOND) : top].mean()
    if paper_share[top:].mean() - beyond < SMALLEST_STEP or _is_ground(grey, is_paper, top):
        return 0
    return bar


def _is_ground(grey: npt.NDArray[np.float32], is_paper: npt.NDArray[np.bool_], top: int) -> bool:
    """Tell even ground of the picture, which goes on above the row `top`, from the paper of a bar."""
    side = max(2, round(SIDE * grey.shape[1]))
    beyond = is_paper[max(0, top - ROWS_BEYOND) : top]
    if min(beyond[:, :side].mean(), beyond[:, -side:].mean()) >= SIDE_SHARE:
        return True
    alike = np.abs(grey - np.median(grey[top:][is_paper[top:]])) <= max(TOLERANCES)
    paper, ground = grey[top:][alike[top:]], grey[:top][alike[:top]]
    if len(ground) < GROUND_SHARE * grey[:top].size:
        return False
    same_grey = abs(np.median(ground) - np.median(paper)) <= SAME_GREY
    return bool(same_grey and ground.std() <= SAME_NOISE * paper.std() + 1 / 255)


def _commonest(grey: npt.NDArray[np.float32], tolerance: float) -> float:
    """Return the grey value that most pixels have, within a tolerance."""
    counts, _ = np.histogram(grey, bins=256, range=(-0.5 / 255, 255.5 / 255))
    window = np.ones(9 if tolerance > 1 / 255 else 1)
    return float(np.convolve(counts, window, "same").argmax() / 255)


def _top_of_paper(paper_share: npt.NDArray[np.float64], margin: int) -> int:
    """Climb from the last rows, of which a margin may be a frame, while paper goes on over short gaps."""
    rows = np.flatnonzero(paper_share >= PAPER_SHARE)[::-1]
    if not len(rows) or rows[0] < len(paper_share) - margin:
        return len(paper_share)
    breaks = np.flatnonzero(rows[:-1] - rows[1:] > LARGEST_GAP + 1)
    return int(rows[breaks[0]] if len(breaks) else rows[-1])
