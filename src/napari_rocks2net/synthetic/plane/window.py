"""Window: a rectangle of pixels of an endless section; and the strips in which a picture is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROWS = 64


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels in an endless plane."""

    # Pixel coordinates of its first pixel, of any sign.
    top: int
    left: int
    # Size in pixels, at least 1.
    height: int
    width: int
    um_per_pixel: float  # Scale, above 0.
    stride: int = 1  # Distance of neighbouring samples in pixels; above 1 it looks at scattered points only.

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.height, self.width

    @property
    def rows(self) -> NDArray[np.int64]:
        """Number of each pixel row in the endless plane, shape (Y,)."""
        return self.top + self.stride * np.arange(self.height, dtype=np.int64)

    @property
    def columns(self) -> NDArray[np.int64]:
        """Number of each pixel column in the endless plane, shape (X,)."""
        return self.left + self.stride * np.arange(self.width, dtype=np.int64)

    @property
    def y_um(self) -> NDArray[np.float64]:
        """Place of each row in micrometres, shape (Y, 1)."""
        return np.asarray(self.rows[:, None] * self.um_per_pixel, dtype=np.float64)

    @property
    def x_um(self) -> NDArray[np.float64]:
        """Place of each column in micrometres, shape (1, X)."""
        return np.asarray(self.columns[None, :] * self.um_per_pixel, dtype=np.float64)

    def pixels(self, length_um: float) -> float:
        """Return a length in pixels."""
        return length_um / self.um_per_pixel

    def aligned(self, margin: int, multiple: int) -> Window:
        """Return the window grown by a margin and on to whole multiples of so many pixels.

        Parameters
        ----------
        margin, multiple : int
            In pixels, at least 0 and 1.
        """
        top, left = ((first - margin) // multiple * multiple for first in (self.top, self.left))
        bottom, right = (
            -(-(first + length + margin) // multiple) * multiple
            for first, length in ((self.top, self.height), (self.left, self.width))
        )
        return Window(top, left, bottom - top, right - left, self.um_per_pixel)

    def within(self, larger: Window) -> tuple[slice, slice]:
        """Return where this window lies in a larger one that holds it."""
        top, left = self.top - larger.top, self.left - larger.left
        return slice(top, top + self.height), slice(left, left + self.width)


def strips(height: int, rows: int = _ROWS) -> Iterator[slice]:
    """Yield slices that together cover the rows of a picture, from top to bottom.

    Intermediate results of a strip stay in the processor's cache.

    Parameters
    ----------
    height : int
        Rows of the picture.
    rows : int
        Most rows of a strip, at least 1.
    """
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))
