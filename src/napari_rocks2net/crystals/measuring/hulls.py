"""Convex hulls of labels, and what is read from them."""

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
    """The convex hull of one label.

    Parameters
    ----------
    label : int
        Whose hull it is.
    vertices : numpy.ndarray
        (N, 2) float64, (y, x) in pixels, in order around the hull.
    area : float
        In square pixels.
    """

    label: int
    vertices: Floats
    area: float


class Feret(NamedTuple):
    """Caliper diameters in pixels.

    Parameters
    ----------
    largest, smallest : float
        The longest and the shortest distance between two parallel lines that touch the crystal.
    """

    largest: float
    smallest: float


def hulls(labels: npt.NDArray[np.integer[Any]]) -> Iterator[Hull]:
    """Go through the convex hulls of a label image in the order of the labels.

    A hull is spanned by the middles of the pixels' sides, as scikit-image does for Feret diameters:
    between the pixels' centres, half a pixel too small, and their corners, too large for slanted outlines.

    Parameters
    ----------
    labels : numpy.ndarray
        (Y, X) integers, 0 is background.
    """
    label, pixels = _row_ends(labels)
    starts = np.flatnonzero(np.diff(label, prepend=0))
    for start, end in zip(starts, np.append(starts, len(label))[1:], strict=True):
        points = (pixels[start:end, None] + SIDE_MIDDLES).reshape(-1, 2)
        hull = ConvexHull(points)
        yield Hull(int(label[start]), points[hull.vertices], float(hull.volume))


def _row_ends(labels: npt.NDArray[np.integer[Any]]) -> tuple[Integers, Integers]:
    """Return the outermost pixels of every label in every row: label (N,) ascending, (y, x) (N, 2)."""
    rows, columns = np.nonzero(labels)
    keys = labels[rows, columns].astype(np.int64) * len(labels) + rows
    order = np.argsort(keys, kind="stable")
    keys, columns = keys[order], columns[order]
    change = keys[1:] != keys[:-1]
    edge = np.ones(len(keys), np.int64)
    edge[1:-1] = change[1:] | change[:-1]
    ends = np.flatnonzero(edge)
    label, row = np.divmod(keys[ends], len(labels))
    return label, np.column_stack([row, columns[ends]])


def solidity_of(area: float, hull_area: float) -> float:
    """Return area over convex area, at most 1: the hull cuts the corners of rectangles off."""
    return min(1.0, area / hull_area)


def feret_of(vertices: Floats) -> Feret:
    """Measure the Feret diameters of a convex polygon.

    The smallest width of a convex polygon is taken across one of its sides (Freeman & Shapira 1975).

    Parameters
    ----------
    vertices : numpy.ndarray
        (N, 2), in order around the polygon.
    """
    sides = np.roll(vertices, -1, axis=0) - vertices
    normals = np.column_stack([-sides[:, 1], sides[:, 0]]) / np.linalg.norm(sides, axis=1, keepdims=True)
    across = vertices @ normals.T
    return Feret(float(pdist(vertices).max()), float(np.ptp(across, axis=0).min()))
