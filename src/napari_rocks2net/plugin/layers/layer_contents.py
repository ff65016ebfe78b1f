"""Contents of image layers: what was in their arrays when they were read, and what is in them now.

An array may be changed where it lies: ``layer.data[...] = 0``, then ``layer.refresh()``. It is the
same object then, and napari says no more than that it has drawn the layer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_rocks2net.imaging.strips import STRIP_BYTES, checksum, value_strips


class PixelContents:
    """What was in the planes of an array when each was first read; the copies of a plane share it.

    Parameters
    ----------
    pixels : array_like
        Leading axes, Y, X and perhaps colours. Only NumPy's arrays are compared: lazy ones are computed anew.
    """

    def __init__(self, pixels: Any) -> None:
        self._pixels = pixels
        self._first: dict[tuple[int, ...], bytes] = {}
        self.changed: frozenset[tuple[int, ...]] = frozenset()
        """The planes in which something else was when they were last compared."""

    def note(self, index: tuple[int, ...]) -> None:
        """Remember what is in a plane, from its first reading on."""
        if isinstance(self._pixels, np.ndarray) and index not in self._first:
            self._first[index] = self._checksum(index)

    def differs(self, index: tuple[int, ...]) -> bool:
        """Compare a plane with what was in it when it was first read."""
        return index in self._first and self._checksum(index) != self._first[index]

    def compared(self, index: tuple[int, ...]) -> frozenset[tuple[int, ...]]:
        """Return the planes that have changed; the others are compared only where that of an index has."""
        if self.differs(index) is (index in self.changed):
            return self.changed
        return frozenset(filter(self.differs, list(self._first)))

    def _checksum(self, index: tuple[int, ...]) -> bytes:
        """Return a checksum of a plane's rows; of a very large plane's every second, third ... row."""
        plane = self._pixels[index]
        return checksum(value_strips(plane[:: max(1, plane.nbytes // STRIP_BYTES)]))
