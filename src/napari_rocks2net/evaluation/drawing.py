"""Prediction overlay: a photo with its critical area and its classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from napari_rocks2net.classify import CriticalArea, Prediction

CAPTION_SHARE = 0.06
SMALLEST_CAPTION = 16
YELLOW = (255, 221, 0)
BLACK = (0, 0, 0)


def draw_prediction(rgb: npt.NDArray[np.uint8], *predictions: Prediction) -> npt.NDArray[np.uint8]:
    """Draw the critical area on a photo, and the answers below it.

    Parameters
    ----------
    rgb : numpy.ndarray
        (Y, X, 3) uint8, the image that was classified.
    *predictions : Prediction
        What the classifier said about it, a line for each property.

    Returns
    -------
    numpy.ndarray
        (Y + captions, X, 3) uint8; without a critical area only the captions are added.
    """
    height, width = rgb.shape[:2]
    caption = max(SMALLEST_CAPTION, round(CAPTION_SHARE * width))
    picture = Image.new("RGB", (width, height + caption * len(predictions)), BLACK)
    picture.paste(Image.fromarray(np.ascontiguousarray(rgb)))
    pen = ImageDraw.Draw(picture)
    for area in {each.critical_area for each in predictions if each.critical_area is not None}:
        _outline(pen, area, (height, width))
    font = ImageFont.load_default(size=0.6 * caption)
    for line, prediction in enumerate(predictions):
        middle = height + caption * (line + 0.5)
        pen.text((caption / 3, middle), prediction.caption(), YELLOW, font, anchor="lm")
    return np.asarray(picture)


def _outline(pen: ImageDraw.ImageDraw, area: CriticalArea, shape: tuple[int, int]) -> None:
    """Draw the rectangle with a dark rim, so that it shows on bright and on dark crystals."""
    height, width = shape
    line = max(1, round(max(shape) / 200))
    # Pillow counts pixel centres and draws inwards; padding of the network's input is no image.
    y0, x0 = max(0, round(area.y0)), max(0, round(area.x0))
    y1, x1 = min(height, round(area.y1)) - 1, min(width, round(area.x1)) - 1
    if x1 < x0 or y1 < y0:
        return
    pen.rectangle((x0, y0, x1, y1), outline=BLACK, width=2 * line)
    pen.rectangle((x0, y0, x1, y1), outline=YELLOW, width=line)
