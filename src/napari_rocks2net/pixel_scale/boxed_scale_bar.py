"""Scale bar on a label: a white or black box with lettering and a bar, as ImageJ and cameras draw it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_rocks2net.pixel_scale.scale_bar import ScaleBar

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

# How far a box may be from pure white or black, and from how far on something is ink on it.
PURE, INK = 12, 100
# Shares of the photo: of its sides, that a box has.
NARROWEST, WIDEST = 0.08, 0.7
LOWEST, HIGHEST = 0.02, 0.3
# So much of an edge has the colour of the box. Letters and bar may touch two edges of it, never its corners.
LEAST_EDGE, FEWEST_EDGES, CORNER = 0.85, 2, 2
# A bar is so many times as long as high, and so much of its box's width.
SLENDER, LEAST_OF_BOX = 4.0, 0.4
# So much of it is filled, or of its outline, whose corners are blurred.
LEAST_FILLED, LEAST_OUTLINED = 0.95, 0.8
LOWEST_LETTERS, FEWEST_LETTERS = 5, 2


def find_boxed_scale_bar(rgb: Bytes) -> ScaleBar | None:
    """Find a scale bar on a white or black label.

    The label is a box of pure colour with straight edges. On it stand letters, and one bar that is much
    longer than high: filled, or an outline of which parts are filled.

    None where there is no such label, or more than one bar on it; see `find_scale_bar`.
    """
    darkest, brightest = rgb.min(axis=2), rgb.max(axis=2)
    for box_colour, ink in (
        (darkest >= 255 - PURE, brightest <= 255 - INK),
        (brightest <= PURE, darkest >= INK),
    ):
        for rows, columns in _boxes(box_colour):
            bar = _bar_in(ink[rows, columns])
            if bar is not None:
                (y0, y1), (x0, x1) = bar
                return ScaleBar(
                    rows.start + (y0 + y1) / 2, float(columns.start + x0), float(columns.start + x1)
                )
    return None


def _boxes(mask: Mask) -> Iterator[tuple[slice, slice]]:
    """Yield the boxes of one colour, the largest first."""
    height, width = mask.shape
    places = ndimage.find_objects(ndimage.label(mask)[0])
    sized = [
        (rows, columns)
        for rows, columns in places
        if LOWEST * height <= rows.stop - rows.start <= HIGHEST * height
        and NARROWEST * width <= columns.stop - columns.start <= WIDEST * width
    ]
    for rows, columns in sorted(sized, key=lambda place: -mask[place].sum()):
        if _is_box(mask[rows, columns]):
            yield rows, columns


def _is_box(mask: Mask) -> bool:
    ends = np.r_[:CORNER, -CORNER:0]
    return bool(mask[np.ix_(ends, ends)].all()) and sorted(_edges(mask))[-FEWEST_EDGES] >= LEAST_EDGE


def _edges(mask: Mask) -> list[float]:
    """Return which share of the upper, lower, left and right edge is covered."""
    return [float(edge.mean()) for edge in (mask[0], mask[-1], mask[:, 0], mask[:, -1])]


def _bar_in(ink: Mask) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return first and last row and column of the only bar on a label that has letters, too."""
    labels, _ = ndimage.label(ink, np.ones((3, 3)))
    bars, letters = [], 0
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        part = labels[rows, columns] == number
        high, long = part.shape
        if long >= max(SLENDER * high, LEAST_OF_BOX * ink.shape[1]) and _is_bar(part):
            bars.append(((rows.start, rows.stop), (columns.start, columns.stop)))
        elif high >= LOWEST_LETTERS:
            letters += 1
    return bars[0] if len(bars) == 1 and letters >= FEWEST_LETTERS else None


def _is_bar(part: Mask) -> bool:
    return bool(part.mean() >= LEAST_FILLED) or min(_edges(part)) >= LEAST_OUTLINED
