"""Overlay: the outlines of crystals on their image, with a legend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw, ImageFont
from scipy import ndimage
from skimage.segmentation import find_boundaries

from napari_rocks2net.crystals.grey import as_grey
from napari_rocks2net.crystals.labels import checked_labels, compacted, require_same_size

Picture = npt.NDArray[np.uint8]

# Seen on black, on grey and on white, and by the colour-blind.
OUTLINE_COLOUR = (255, 176, 0)
# Longest side in pixels up to which a line one pixel wide is seen when the picture is shown whole.
ONE_PIXEL_UP_TO = 500
# Share of the colour inside a crystal that has a class.
TINT = 0.25
# Height of a line of the legend as a share of the picture's width, and its least height in pixels.
LEGEND_SHARE, LEGEND_PIXELS = 1 / 32, 16


def draw_outlines(image: Any, labels: Any, colours: Mapping[int, str] | None = None) -> Picture:
    """Draw the outlines of crystals on their image.

    Parameters
    ----------
    image : array_like
        (Y, X) or (Y, X, channels), see `as_grey`; shown grey, from its darkest to its brightest value.
    labels : array_like
        (Y, X) integers of the same height and width; 0 is background.
    colours : mapping of int to str, optional
        Label -> "#rrggbb": these crystals are outlined and lightly tinted in their own colour, such as that
        of their class.

    Returns
    -------
    numpy.ndarray
        (Y, X, 3) uint8. The lines lie inside the crystals, so that touching ones stay apart; they are one
        pixel wide and wider in images of more than 500 pixels.

    Raises
    ------
    CrystalError
        When image or labels are none, or do not fit each other.
    """
    grey, numbers = as_grey(image), checked_labels(labels)
    require_same_size(grey.shape, numbers.shape)
    picture = np.repeat(np.rint(255 * grey).astype(np.uint8)[..., None], 3, axis=2)
    lines = _lines(numbers)
    if colours:
        return _coloured(picture, numbers, lines, colours)
    picture[lines] = OUTLINE_COLOUR
    return picture


def with_legend(picture: Picture, colours: Mapping[str, str]) -> Picture:
    """Add a strip below a picture that says which colour is which class.

    Parameters
    ----------
    picture : numpy.ndarray
        (Y, X, 3) uint8.
    colours : mapping of str to str
        Class -> "#rrggbb".

    Returns
    -------
    numpy.ndarray
        (Y + strip, X, 3) uint8.
    """
    width = picture.shape[1]
    size = max(LEGEND_PIXELS, round(LEGEND_SHARE * width))
    font = ImageFont.load_default(size=0.7 * size)
    places = _legend_places([font.getlength(name) + 2 * size for name in colours], width)
    strip = Image.new("RGB", (width, size * (1 + max((row for row, _ in places), default=0))))
    pen = ImageDraw.Draw(strip)
    for (row, left), (name, colour) in zip(places, colours.items(), strict=True):
        top = row * size
        pen.rectangle((left + 0.2 * size, top + 0.2 * size, left + 0.8 * size, top + 0.8 * size), colour)
        pen.text((left + 1.1 * size, top + size / 2), name, "white", font, anchor="lm")
    return np.vstack([picture, np.asarray(strip)])


def _coloured(
    picture: Picture, labels: npt.NDArray[np.int64], lines: npt.NDArray[np.bool_], colours: Mapping[int, str]
) -> Picture:
    compact, names = compacted(labels)
    coloured = np.array([False, *(number in colours for number in names.tolist())])
    rgb = {number: ImageColor.getrgb(colour)[:3] for number, colour in colours.items()}
    palette = np.array(
        [OUTLINE_COLOUR, *(rgb.get(number, OUTLINE_COLOUR) for number in names.tolist())], np.float32
    )
    tinted = coloured[compact]
    tints = palette[compact[tinted]]
    picture[tinted] = np.rint((1 - TINT) * picture[tinted] + TINT * tints).astype(np.uint8)
    picture[lines] = palette[compact[lines]].astype(np.uint8)
    return picture


def _legend_places(lengths: list[float], width: int) -> list[tuple[int, float]]:
    """Return row and left edge of each entry, from left to right and then in the next row."""
    places: list[tuple[int, float]] = []
    row, left = 0, 0.0
    for length in lengths:
        if left > 0 and left + length > width:
            row, left = row + 1, 0.0
        places.append((row, left))
        left += length
    return places


def _lines(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    lines = np.asarray(find_boundaries(labels, mode="inner"), bool)
    wider = max(labels.shape) // ONE_PIXEL_UP_TO
    if wider:
        lines = ndimage.binary_dilation(lines, iterations=wider, mask=labels > 0)
    return lines
