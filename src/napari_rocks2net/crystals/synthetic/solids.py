"""Shapes of synthetic crystals: heights over the image plane."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Floats = npt.NDArray[np.float64]

# Angle between the normals of adjacent faces of calcite's cleavage rhombohedron {104}, in degrees
# (Deer, Howie & Zussman: the faces meet at 74.9 and 105.1).
RHOMBOHEDRON_ANGLE = 74.9
# Facets of a polyhedral crystal.
FEWEST_FACETS, MOST_FACETS = 12, 20
# How far an edge is rounded, as a share of the radius: sharp (euhedral) to worn (subhedral).
SHARPEST_EDGE, DULLEST_EDGE = 0.01, 0.05
LUMPS = 5


def rhombic(radius: float, rng: np.random.Generator) -> Floats:
    """Return a rhombohedron like calcite's, more or less squashed, in any orientation.

    Like each of these shapes, it is the height of the upper surface in radii, (S, S); not-a-number outside.

    Parameters
    ----------
    radius : float
        In pixels, above 0.
    rng : numpy.random.Generator
        Random numbers.
    """
    cosine = math.cos(math.radians(RHOMBOHEDRON_ANGLE))
    # Three unit vectors with that angle between each two, around the c axis.
    along = math.sqrt((1 + 2 * cosine) / 3)
    around = [math.radians(120 * turn) for turn in range(3)]
    across = math.sqrt(1 - along**2)
    normals = np.array([[across * math.cos(angle), across * math.sin(angle), along] for angle in around])
    distances = rng.uniform(0.55, 0.75, 3)
    return _convex(radius, np.vstack([normals, -normals]), np.tile(distances, 2), rng)


def polyhedral(radius: float, rng: np.random.Generator) -> Floats:
    """See `rhombic`: many facets of about the same distance from the centre."""
    normals = _spread_directions(int(rng.integers(FEWEST_FACETS, MOST_FACETS + 1)), rng)
    return _convex(radius, normals, rng.uniform(0.72, 0.9, len(normals)), rng)


def spherical(radius: float, rng: np.random.Generator) -> Floats:
    """See `rhombic`: a smooth ellipsoid that is nearly a ball."""
    angle, (y, x) = rng.uniform(0, math.pi), _grid(radius)
    y, x = math.cos(angle) * y - math.sin(angle) * x, math.sin(angle) * y + math.cos(angle) * x
    squared = 1 - (y / rng.uniform(0.85, 1)) ** 2 - (x / rng.uniform(0.85, 1)) ** 2
    return np.sqrt(np.where(squared > 0, squared, np.nan)) * rng.uniform(0.8, 1)


def amorphous(radius: float, rng: np.random.Generator) -> Floats:
    """See `rhombic`: overlapping balls with a rough skin."""
    y, x = _grid(radius)
    squared = np.full(y.shape, -1.0)
    for _ in range(LUMPS):
        angle, away = rng.uniform(0, 2 * math.pi), rng.uniform(0.1, 0.45)
        lump = rng.uniform(0.4, 0.65)
        at_y, at_x = away * math.sin(angle), away * math.cos(angle)
        squared = np.maximum(squared, lump**2 - (y - at_y) ** 2 - (x - at_x) ** 2)
    squared += 0.12 * _rough(y.shape, radius / 5, rng)
    height = np.sqrt(np.where(squared > 0, squared, np.nan))
    return height + 0.04 * _rough(y.shape, radius / 10, rng)


SOLIDS: dict[str, Callable[[float, np.random.Generator], Floats]] = {
    "rhombic": rhombic,
    "polyhedral": polyhedral,
    "amorphous": amorphous,
    "spherical": spherical,
}


def _grid(radius: float) -> tuple[Floats, Floats]:
    """Return y and x of pixels around a crystal, in radii."""
    reach = math.ceil(1.15 * radius)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] / radius
    return y, x


def _convex(radius: float, normals: Floats, distances: Floats, rng: np.random.Generator) -> Floats:
    """Intersect half-spaces ``normal · (x, y, z) <= distance``, turned at random, with rounded edges."""
    normals = normals @ _random_rotation(rng).T
    y, x = _grid(radius)
    steep = np.abs(normals[:, 2]) > 1e-3
    normals, distances = normals[steep], distances[steep]
    faces = distances - normals[:, 0] * x[..., None] - normals[:, 1] * y[..., None]
    heights = faces / normals[:, 2]
    upper, lower = heights[..., normals[:, 2] > 0], heights[..., normals[:, 2] < 0]
    inside = upper.min(axis=2) > lower.max(axis=2)
    # A smooth minimum along the last axis rounds the edges: -width * log(sum(exp(-values / width))).
    lowest, width = upper.min(axis=-1, keepdims=True), rng.uniform(SHARPEST_EDGE, DULLEST_EDGE)
    height = lowest[..., 0] - width * np.log(np.exp((lowest - upper) / width).sum(axis=-1))
    return np.where(inside, height, np.nan)


def _random_rotation(rng: np.random.Generator) -> Floats:
    """Return a rotation matrix drawn evenly from all (QR of a Gaussian matrix, Stewart 1980)."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else -q


def _spread_directions(count: int, rng: np.random.Generator) -> Floats:
    """Return unit vectors in opposite pairs, on a Fibonacci spiral with some disorder."""
    index = np.arange(count // 2) + 0.5
    z = 1 - index / (count // 2)
    angle = math.pi * (1 + math.sqrt(5)) * index
    ring = np.sqrt(1 - z**2)
    directions = np.column_stack([ring * np.cos(angle), ring * np.sin(angle), z])
    directions += rng.normal(scale=0.1, size=directions.shape)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return np.vstack([directions, -directions])


def _rough(shape: tuple[int, ...], grain: float, rng: np.random.Generator) -> Floats:
    """Return smooth noise of unit standard deviation with bumps of a given size in pixels."""
    noise = ndimage.gaussian_filter(rng.normal(size=shape), max(grain, 0.7))
    return noise / max(float(noise.std()), 1e-12)
