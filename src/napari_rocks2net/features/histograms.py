"""Histograms of many boxes of one image at once, through a summed-area table."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_rocks2net.features.windows import pixel_boxes

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def box_histograms(levels: npt.NDArray[np.uint8], count: int, boxes: Floats) -> Counts:
    """Count the levels of an image within boxes.

    Pixels are counted once, in the cells between the edges of all boxes; a box is then four look-ups in the
    summed-area table of the cells (Crow 1984; Porikli 2005 for histograms).

    Parameters
    ----------
    levels : numpy.ndarray
        (y, x) uint8, each below `count`.
    count : int
        How many levels there are.
    boxes : numpy.ndarray
        (N, 4) y0, x0, y1, x1 in the unit square.

    Returns
    -------
    numpy.ndarray
        (N, count) int64.
    """
    y0, x0, y1, x1 = pixel_boxes(boxes, *levels.shape).T
    rows, columns = np.unique([y0, y1]), np.unique([x0, x1])
    table = _summed_area_table(levels, count, rows, columns)
    y0, y1 = np.searchsorted(rows, [y0, y1])
    x0, x1 = np.searchsorted(columns, [x0, x1])
    return table[y1, x1] - table[y0, x1] - table[y1, x0] + table[y0, x0]


def _summed_area_table(
    levels: npt.NDArray[np.uint8], count: int, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> Counts:
    inside = levels[rows[0] : rows[-1], columns[0] : columns[-1]]
    row = np.repeat(np.arange(len(rows) - 1), np.diff(rows))
    column = np.repeat(np.arange(len(columns) - 1), np.diff(columns))
    cells = (row[:, None] * (len(columns) - 1) + column) * count + inside
    shape = (len(rows) - 1, len(columns) - 1, count)
    counts = np.bincount(cells.ravel(), minlength=int(np.prod(shape))).reshape(shape)
    table = np.zeros((len(rows), len(columns), count), np.int64)
    table[1:, 1:] = counts.cumsum(0).cumsum(1)
    return table


def mean(histograms: Counts, values: Floats) -> Floats:
    """Return the mean (...,) over histograms.

    Parameters
    ----------
    histograms : numpy.ndarray
        (..., L) counts, none of them empty.
    values : numpy.ndarray
        (L,) what each level stands for.
    """
    return histograms @ values / histograms.sum(-1)


def deviation(histograms: Counts, values: Floats) -> Floats:
    """Return the standard deviation (...,) over histograms.

    Parameters
    ----------
    histograms, values
        As for `mean`.
    """
    variance = mean(histograms, values**2) - mean(histograms, values) ** 2
    return np.sqrt(np.maximum(variance, 0))


def percentile(histograms: Counts, values: Floats, percent: float) -> Floats:
    """Return the smallest value, (...,), that so many per cent of the pixels do not exceed.

    Parameters
    ----------
    histograms : numpy.ndarray
        (..., L) counts, none of them empty.
    values : numpy.ndarray
        (L,) ascending.
    percent : float
        0 to 100.
    """
    cumulative = histograms.cumsum(-1)
    return values[(cumulative < cumulative[..., -1:] * (percent / 100)).sum(-1)]
