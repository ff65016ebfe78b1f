"""Windows of a photo that the local stream looks at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

WINDOW_SIDES = (0.8, 0.5)
WINDOW_GRID = 8
WHOLE = (0.0, 0.0, 1.0, 1.0)


def window_boxes() -> npt.NDArray[np.float64]:
    """Return the windows of all sides at all positions, evenly from edge to edge.

    Returns
    -------
    numpy.ndarray
        (2, 8, 8, 4): side, row, column; y0, x0, y1, x1 in the unit square.
    """
    return np.stack([_boxes(side) for side in WINDOW_SIDES])


def _boxes(side: float) -> npt.NDArray[np.float64]:
    starts = np.linspace(0, 1 - side, WINDOW_GRID)
    y, x = np.meshgrid(starts, starts, indexing="ij")
    return np.stack([y, x, y + side, x + side], axis=-1)


def pixel_boxes(boxes: npt.ArrayLike, height: int, width: int) -> npt.NDArray[np.intp]:
    """Round boxes of the unit square to whole pixels of an image, or cells of a map.

    Parameters
    ----------
    boxes : array_like
        (N, 4) y0, x0, y1, x1 in the unit square; what lies outside is cut off.
    height, width : int
        Size in pixels.

    Returns
    -------
    numpy.ndarray
        (N, 4) y0, x0, y1, x1, ends excluded; each box has at least one pixel.
    """
    size = np.array([height, width])
    edges = np.rint(np.asarray(boxes, float).reshape(-1, 2, 2) * size).astype(np.intp)
    first = np.clip(edges[:, 0], 0, size - 1)
    return np.concatenate([first, np.clip(edges[:, 1], first + 1, size)], axis=1)
