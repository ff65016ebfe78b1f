"""Convex hulls of labels: areas, solidity, Feret diameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# From the centre of a pixel to the middles of its four sides, in (y, x).
SIDE_MIDDLES = np.array([[-0.5, 0], [0.5, 0], [0, -0.5], [0, 0.5]])


class Hull(NamedTuple):
    """The convex hull of one label, in pixels and square pixels."""

    label: int
    vertices: Floats  # (N, 2), (y, x) in order around the hull.
    area: float


def hulls(labels: npt.NDArray[np.integer[Any]]) -> Iterator[Hull]:
    """Go through the convex hulls of a (Y, X) label image, 0 background, in the order of the labels.

    A hull is spanned by the middles of the pixels' sides, as scikit-image does for Feret diameters:
    between the pixels' centres, half a pixel too small, and their corners, too large for slanted outlines.
    """
    label, row, left, right = _row_ends(labels)
    pixels = np.column_stack([row, left, row, right]).reshape(-1, 2, 2)
    starts = np.flatnonzero(np.diff(label, prepend=0))
    for start, end in zip(starts, np.append(starts, len(label))[1:], strict=True):
        points = (pixels[start:end, :, None] + SIDE_MIDDLES).reshape(-1, 2)
        hull = ConvexHull(points)
        yield Hull(int(label[start]), points[hull.vertices], float(hull.volume))


def _row_ends(labels: npt.NDArray[np.integer[Any]]) -> tuple[Integers, Integers, Integers, Integers]:
    """Return label, row, left and right end of every label in every row, in that order; (N,) int64 each."""
    beside = np.pad(labels, ((0, 0), (1, 1)))
    run_ends = (labels > 0) & ((beside[:, :-2] != labels) | (beside[:, 2:] != labels))
    rows, columns = np.nonzero(run_ends)
    keys = labels[rows, columns].astype(np.int64) * len(labels) + rows
    order = np.argsort(keys, kind="stable")
    keys, columns = keys[order], columns[order]
    changes = np.flatnonzero(keys[1:] != keys[:-1]) + 1
    starts, ends = np.append(0, changes)[: len(keys)], np.append(changes, len(keys))[: len(keys)] - 1
    label, row = np.divmod(keys[starts], len(labels))
    return label, row, columns[starts], columns[ends]


def hull_areas(labels: npt.NDArray[np.integer[Any]]) -> Floats:
    """Return the areas of all `hulls` at once, many times faster where nothing else is asked for.

    Seen along the rows, a hull lies between the concave envelope of its right ends and the convex envelope
    of its left ends. The result is (largest label + 1,) float64 in square pixels; 0 for the background and
    numbers that do not occur.
    """
    count = int(labels.max(initial=0)) + 1
    label, row, left, right = _row_ends(labels)
    return _area_below_envelope(label, row, right, count) + _area_below_envelope(label, row, -left, count)


def _area_below_envelope(label: Integers, row: Integers, end: Integers, count: int) -> Floats:
    """Integrate the concave envelope of the ends of the rows for each label, (count,)."""
    label = np.repeat(label, 3)
    y, x = (row[:, None] + [-0.5, 0, 0.5]).ravel(), (end[:, None] + [0, 0.5, 0]).ravel()
    # Two rows meet at the same height: the outer one counts.
    meet = np.zeros(len(label), bool)
    meet[:-1] = (label[1:] == label[:-1]) & (y[1:] == y[:-1])
    x[1:][meet[:-1]] = np.maximum(x[:-1], x[1:])[meet[:-1]]
    label, y, x = label[~meet], y[~meet], x[~meet]
    while (below := _below_neighbours(label, y, x)).any():
        label, y, x = label[~below], y[~below], x[~below]
    inner = label[1:] == label[:-1]
    strips = (np.diff(y) * (x[1:] + x[:-1]) / 2)[inner]
    return np.bincount(label[1:][inner], weights=strips, minlength=count).astype(float)


def _below_neighbours(label: Integers, y: Floats, x: Floats) -> npt.NDArray[np.bool_]:
    """Tell which points lie on or below the line between their neighbours: no corners of the envelope."""
    below = np.zeros(len(label), bool)
    rise = (y[1:-1] - y[:-2]) * (x[2:] - x[:-2]) - (x[1:-1] - x[:-2]) * (y[2:] - y[:-2])
    below[1:-1] = (label[2:] == label[:-2]) & (rise >= 0)
    return below


def feret_of(vertices: Floats) -> tuple[float, float]:
    """Return the largest and the smallest caliper diameter of a convex polygon, (N, 2) in order around it.

    The smallest width of a convex polygon is taken across one of its sides (Freeman & Shapira 1975).
    """
    sides = np.roll(vertices, -1, axis=0) - vertices
    normals = np.column_stack([-sides[:, 1], sides[:, 0]]) / np.linalg.norm(sides, axis=1, keepdims=True)
    across = vertices @ normals.T
    return float(pdist(vertices).max()), float(np.ptp(across, axis=0).min())
