"""Polycrystals as Laguerre (power) tessellations with a log-normal size distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

_SAMPLES_PER_GRAIN = 12
_RELAXATIONS = 5
_RELAXED_GRAINS_MAX = 1500


@dataclass(frozen=True)
class GrainSeeds:
    """Seed points of a power diagram.

    Parameters
    ----------
    centres : ndarray, shape (N, 2), float64
        y and x in pixels.
    weights : ndarray, shape (N,), float64
        Squared radii in square pixels; the cell of a heavier seed is larger. Only differences shape
        the diagram, so a weight may be negative.
    """

    centres: Floats
    weights: Floats

    def tree(self) -> cKDTree:
        """Return a search tree in which the nearest point is the seed of least power distance.

        Notes
        -----
        |x - p|² - w is least where |(x, 0) - (p, sqrt(w_max - w))|² is, so one more coordinate
        turns the power diagram into an ordinary nearest-neighbour search (Aurenhammer 1987).
        """
        lift = np.sqrt(self.weights.max() - self.weights)
        return cKDTree(np.column_stack([self.centres, lift]))

    def nearest(self, points: Floats) -> Labels:
        """Return the seed whose cell each point lies in.

        Parameters
        ----------
        points : ndarray, shape (M, 2), float64
            y and x in pixels.

        Returns
        -------
        ndarray, shape (M,), int32
            Index of the seed.
        """
        return nearest_in_tree(self.tree(), points)

    def power(self, points: Floats, labels: Labels) -> Floats:
        """Return the power distance of points to given seeds: negative inside the seed's own circle.

        Parameters
        ----------
        points : ndarray, shape (..., 2), float64
            y and x in pixels.
        labels : ndarray, shape (...), int32
            Index of a seed for each point.

        Returns
        -------
        ndarray, shape (...), float64
            Square pixels.
        """
        offset = points - self.centres[labels]
        return np.asarray((offset**2).sum(axis=-1) - self.weights[labels])


def nearest_in_tree(tree: cKDTree, points: Floats) -> Labels:
    """Look points of the plane up in a lifted search tree; see `GrainSeeds.tree`."""
    _, index = tree.query(np.column_stack([points, np.zeros(len(points))]))
    return np.asarray(index, dtype=np.int32)


def log_normal_diameters(count: int, mean: float, spread: float, rng: np.random.Generator) -> Floats:
    """Draw log-normal diameters whose arithmetic mean is given.

    Parameters
    ----------
    count : int
        How many.
    mean : float
        Mean diameter, in any unit.
    spread : float
        Standard deviation of the logarithm.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray, shape (count,), float64
        Diameters in the unit of the mean.
    """
    return mean * np.exp(rng.normal(-0.5 * spread**2, spread, count))


def grain_seeds(
    corner: tuple[float, float],
    extent: tuple[float, float],
    diameter: float,
    spread: float,
    rng: np.random.Generator,
) -> GrainSeeds:
    """Fill a rectangle with seeds whose cells have log-normal sizes.

    Parameters
    ----------
    corner : tuple of 2 floats
        Least y and x of the rectangle in pixels.
    extent : tuple of 2 floats
        Height and width of the rectangle in pixels.
    diameter : float
        Mean diameter of the cells (of the circle of equal area) in pixels.
    spread : float
        Standard deviation of the logarithm of the diameter.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    GrainSeeds
        At least one seed.
    """
    spacing = diameter * np.sqrt(np.pi / 4) * np.exp(0.5 * spread**2)
    rows, columns = (max(1, round(side / spacing)) for side in extent)
    cell = np.array([extent[0] / rows, extent[1] / columns])
    grid = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), axis=-1).reshape(-1, 2)
    centres = np.asarray(corner) + (grid + rng.random((rows * columns, 2))) * cell
    diameters = log_normal_diameters(len(centres), diameter, spread, rng)
    seeds = GrainSeeds(centres, (diameters / 2) ** 2)
    if len(centres) > _RELAXED_GRAINS_MAX:
        return seeds
    return _relaxed(seeds, diameters, np.asarray(corner), np.asarray(extent), rng)


def _relaxed(
    seeds: GrainSeeds, diameters: Floats, corner: Floats, extent: Floats, rng: np.random.Generator
) -> GrainSeeds:
    """Move seeds to their cells' centres and tune weights until cell areas approach their targets."""
    count = len(seeds.weights)
    points = corner + rng.random((count * _SAMPLES_PER_GRAIN, 2)) * extent
    target = diameters**2 * (extent.prod() / (diameters**2).sum())
    centres, weights = seeds.centres, seeds.weights
    for _ in range(_RELAXATIONS):
        labels = GrainSeeds(centres, weights).nearest(points)
        hits = np.bincount(labels, minlength=count)
        sums = np.column_stack([np.bincount(labels, points[:, axis], count) for axis in (0, 1)])
        centroids = np.where(hits[:, None] > 0, sums / np.maximum(hits, 1)[:, None], centres)
        centres = 0.3 * centres + 0.7 * centroids
        area = hits * extent.prod() / len(points)
        weights = weights + 0.5 * (target - area) / np.pi
    return GrainSeeds(centres, weights - weights.mean() + (target / 4).mean())


def power_diagram(seeds: GrainSeeds, coordinates: Floats, stride: int = 1) -> Labels:
    """Label each pixel with its cell, looking only at every few pixels where the cell is clear.

    Parameters
    ----------
    seeds : GrainSeeds
        The seeds.
    coordinates : ndarray, shape (Y, X, 2), float64
        Where each pixel lies in the seeds' plane; warped coordinates give wavy boundaries.
    stride : int
        Pixels between first looks, at least 1. A block whose four corners share a cell is taken to
        lie in it, which is exact for the convex cells of unwarped coordinates.

    Returns
    -------
    ndarray, shape (Y, X), int32
        Index of the seed.
    """
    height, width = coordinates.shape[:2]
    tree = seeds.tree()
    if stride <= 1 or min(height, width) <= stride:
        return nearest_in_tree(tree, coordinates.reshape(-1, 2)).reshape(height, width)
    rows, columns = _stops(height, stride), _stops(width, stride)
    nodes = coordinates[np.ix_(rows, columns)]
    corners = nearest_in_tree(tree, nodes.reshape(-1, 2)).reshape(nodes.shape[:2])
    first = corners[:-1, :-1]
    clear = (first == corners[1:, :-1]) & (first == corners[:-1, 1:]) & (first == corners[1:, 1:])
    repeats = np.diff(rows), np.diff(columns)
    labels = _spread(first, repeats)
    known = _spread(clear, repeats)
    labels[~known] = nearest_in_tree(tree, coordinates[~known])
    return labels


def _stops(length: int, stride: int) -> NDArray[np.intp]:
    """Return every stride-th index and the last one."""
    return np.unique(np.append(np.arange(0, length, stride), length - 1))


def _spread(blocks: NDArray[Any], repeats: tuple[NDArray[np.intp], NDArray[np.intp]]) -> NDArray[Any]:
    """Repeat each block over its pixels; the last row and column belong to the last blocks."""
    down, across = repeats[0].copy(), repeats[1].copy()
    down[-1] += 1
    across[-1] += 1
    return np.repeat(np.repeat(blocks, down, axis=0), across, axis=1)
