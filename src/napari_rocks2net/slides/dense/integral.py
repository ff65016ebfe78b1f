"""Integral images: sums over any box in four look-ups, in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]


class IntegralImage:
    """The summed-area table of a map (Crow 1984, doi 10.1145/800031.808600).

    Parameters
    ----------
    values : numpy.ndarray
        (Y, X, F) of any real type.
    """

    def __init__(self, values: npt.NDArray[Any]) -> None:
        height, width, features = values.shape
        self._sums = np.zeros((height + 1, width + 1, features))
        np.cumsum(values, axis=0, dtype=np.float64, out=self._sums[1:, 1:])
        np.cumsum(self._sums[1:, 1:], axis=1, out=self._sums[1:, 1:])

    def means(self, boxes: Doubles) -> Doubles:
        """Return the means (N, F) within boxes (N, 4), positions at edges counted by the part inside.

        What of a box, y0, x0, y1, x1 along the edges of the positions, lies outside of the map is cut off.
        """
        height, width = (length - 1 for length in self._sums.shape[:2])
        y0, x0, y1, x1 = np.clip(boxes, 0, [height, width, height, width]).T
        sums = self._until(y1, x1) - self._until(y0, x1) - self._until(y1, x0) + self._until(y0, x0)
        return np.asarray(sums / ((y1 - y0) * (x1 - x0))[:, None])

    def _until(self, y: Doubles, x: Doubles) -> Doubles:
        """Return the sums (N, F) of all that lies above and left of places (N,)."""
        row, down = _whole_and_part(y, self._sums.shape[0])
        column, right = _whole_and_part(x, self._sums.shape[1])
        upper = self._sums[row, column] * (1 - right) + self._sums[row, column + 1] * right
        lower = self._sums[row + 1, column] * (1 - right) + self._sums[row + 1, column + 1] * right
        return np.asarray(upper * (1 - down) + lower * down)


def _whole_and_part(places: Doubles, lines: int) -> tuple[npt.NDArray[np.intp], Doubles]:
    whole = np.minimum(places.astype(np.intp), lines - 2)
    return whole, (places - whole)[:, None]
