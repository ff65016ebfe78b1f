"""The picture of a segmentation: the outlines of the crystals on their image."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage.segmentation import find_boundaries

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.grey import as_grey
from napari_rocks2net.crystals.labels import checked_labels

# Seen on black, on grey and on white, and by the colour-blind.
OUTLINE_COLOUR = (255, 176, 0)
# Longest side in pixels up to which a line one pixel wide is seen when the picture is shown whole.
ONE_PIXEL_UP_TO = 500


def draw_outlines(image: Any, labels: Any) -> npt.NDArray[np.uint8]:
    """Draw the outlines of crystals on their image.

    Parameters
    ----------
    image : array_like
        (Y, X) or (Y, X, channels), see `as_grey`; shown grey, from its darkest to its brightest value.
    labels : array_like
        (Y, X) integers of the same height and width; 0 is background.

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
    if grey.shape != numbers.shape:
        raise CrystalError(
            f"The image has {grey.shape} pixels and the labels {numbers.shape}: "
            "pass the image that was segmented."
        )
    picture = np.repeat(np.rint(255 * grey).astype(np.uint8)[..., None], 3, axis=2)
    picture[_lines(numbers)] = OUTLINE_COLOUR
    return picture


def _lines(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    lines = np.asarray(find_boundaries(labels, mode="inner"), bool)
    wider = max(labels.shape) // ONE_PIXEL_UP_TO
    if wider:
        lines = ndimage.binary_dilation(lines, iterations=wider, mask=labels > 0)
    return lines
