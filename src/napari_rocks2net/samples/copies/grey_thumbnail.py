"""Small grey pictures by which a photo is compared with others, and their text in a model's card."""

from __future__ import annotations

import base64

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.imaging.reduction import fitting_size

Grey = npt.NDArray[np.float32]

LONGEST = 96
SHORTEST = 12
LEVELS = 16
# A picture of one grey looks like every other.
LEAST_DEVIATION = 1.0
BITS = 4
HEADER_BYTES = 2


def grey_thumbnail(rgb: npt.NDArray[np.uint8]) -> Grey | None:
    """Return a photo in 16 greys, at most 96 pixels a side.

    The levels are as wide as the photo needs them: its histogram is equalised by the square root of its
    counts, so that neither a white label nor a black ground leaves the rock but one level.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8.

    Returns
    -------
    numpy.ndarray or None
        (y, x) 0 to 15; None of a picture that shows nothing, or is too narrow to be compared.
    """
    image = Image.fromarray(np.ascontiguousarray(rgb)).convert("L")
    height, width = fitting_size(image.height, image.width, LONGEST)
    grey = np.asarray(image.resize((width, height), Image.Resampling.BOX))
    if min(grey.shape) < SHORTEST or grey.std() < LEAST_DEVIATION:
        return None
    wanted = np.sqrt(np.bincount(grey.ravel(), minlength=256))
    middle = (wanted.cumsum() - wanted / 2) / wanted.sum()
    return np.floor(middle * LEVELS).astype(np.float32)[grey]


def thumbnail_text(grey: Grey) -> str:
    """Return a thumbnail as letters, half a byte a pixel."""
    levels = grey.astype(np.uint8).ravel()
    if len(levels) % 2:
        levels = np.append(levels, np.uint8(0))
    packed = (levels[::2] << BITS) | levels[1::2]
    return base64.b64encode(bytes(grey.shape) + packed.tobytes()).decode()


def thumbnail_of_text(text: str) -> Grey:
    """Return the thumbnail that letters stand for.

    Raises
    ------
    ValueError
        When they stand for none.
    """
    try:
        content = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except ValueError as error:
        raise ValueError(f"{text!r:.60} is no thumbnail ({error})") from None
    height, width = map(int, content[:HEADER_BYTES]) if len(content) > HEADER_BYTES else (0, 0)
    packed = content[HEADER_BYTES:]
    if not (
        SHORTEST <= min(height, width) <= max(height, width) <= LONGEST
        and len(packed) == (height * width + 1) // 2
    ):
        raise ValueError(f"{text!r:.60} is no thumbnail of {SHORTEST} to {LONGEST} pixels a side")
    levels = np.stack([packed >> BITS, packed & (LEVELS - 1)], 1).ravel()[: height * width]
    return levels.reshape(height, width).astype(np.float32)
