"""Declared pixel size: what a file says, and the scan that it holds for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# A scan of so nearly the image's size is the image.
SAME_SIZE = 0.01
# No scan has more pixels a side, or less than one.
MOST_PIXELS = 1e7
# An info bar below the scan makes the image higher, by at most so much.
HIGHEST_WITH_BAR = 1.25


@dataclass(frozen=True)
class Declared:
    """A pixel size in micrometres that a file declares, and the scan that it holds for, in pixels."""

    micrometres: float
    columns: float | None = None
    rows: float | None = None

    @classmethod
    def read(cls, length: float | None, columns: Any = None, rows: Any = None) -> Declared | None:
        """Return a declaration with those parts of it that can be; None without a length.

        Parameters
        ----------
        length : float or None
            Micrometres a pixel.
        columns, rows : float or str, optional
            Size of the scan in pixels, as the file says it.
        """
        return None if length is None else cls(length, pixel_count(columns), pixel_count(rows))

    def of_image(self, height: int, width: int) -> float | None:
        """Return the side of a pixel of the image that was stored.

        Parameters
        ----------
        height, width : int
            Size of the image in pixels.

        Returns
        -------
        float or None
            Micrometres: other than declared where the image was stored larger or smaller than it was
            scanned; None where it is another part of the scan, so that nothing is known.
        """
        if self.columns is None:
            return self.micrometres
        # A damaged file may say that it is of no width; that it cannot be read is for its reader to say.
        if not width or not height:
            return None
        zoom = width / self.columns
        if self.rows is not None and not (1 - SAME_SIZE) <= height / (self.rows * zoom) <= HIGHEST_WITH_BAR:
            return None if abs(zoom - 1) > SAME_SIZE else self.micrometres
        return self.micrometres if abs(zoom - 1) <= SAME_SIZE else self.micrometres / zoom


def square_side(width: float | None, height: float | None) -> float | None:
    """Return the side of square pixels.

    Parameters
    ----------
    width, height : float or None
        Micrometres; only the width may be known.

    Returns
    -------
    float or None
        None where they are not square, and have no one size.
    """
    if width is None or height is None:
        return width
    return float(width) if abs(height / width - 1) <= SAME_SIZE else None


def pixel_count(value: Any) -> float | None:
    """Return how many pixels a side has, None for what is no such number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 1 <= number <= MOST_PIXELS else None
