"""Window: a part of a picture, in its pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Window:
    """A part of a picture: rows and columns, the last ones exclusive."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """Height and width; 0 where nothing is left."""
        return max(self.bottom - self.top, 0), max(self.right - self.left, 0)

    @property
    def area(self) -> int:
        """Number of pixels."""
        return math.prod(self.size)

    def clipped(self, other: Window) -> Window:
        """Return what lies in another window too."""
        return Window(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )

    def middle(self, most_pixels: float) -> Window:
        """Return its middle, of at most so many pixels."""
        keep = min(1.0, math.sqrt(most_pixels / max(self.area, 1)))
        down, right = (round(length * (1 - keep) / 2) for length in self.size)
        return Window(self.top + down, self.left + right, self.bottom - down, self.right - right)

    def of(self, pixels: Any) -> np.ndarray:
        """Cut this part out of (Y, X, ...) pixels."""
        return np.asarray(pixels[self.top : self.bottom, self.left : self.right])
