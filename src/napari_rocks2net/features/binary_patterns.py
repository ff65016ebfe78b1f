"""Texture of a photo: uniform local binary patterns at several radii."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_rocks2net.features.histograms import box_histograms

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int32]

RADII = (1, 2, 4, 8)
POINTS = 8
PATTERNS = POINTS + 2
# Weights of neighbouring pixels in fixed point: the same codes on every machine, equal pixels stay equal.
UNIT = 1024


def pattern_descriptors(grey: Bytes, boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Describe the texture within boxes.

    Parameters
    ----------
    grey : numpy.ndarray
        (y, x) uint8.
    boxes : numpy.ndarray
        (N, 4) y0, x0, y1, x1 in the unit square.

    Returns
    -------
    numpy.ndarray
        (N, 40) in 0..1: the shares of the ten patterns at each radius; ten add up to 1.
    """
    codes = [uniform_patterns(grey, radius) for radius in RADII]
    counts = np.stack([box_histograms(each, PATTERNS, boxes) for each in codes], axis=1)
    return (counts / counts.sum(-1, keepdims=True)).reshape(len(boxes), -1)


def uniform_patterns(grey: Bytes, radius: int) -> Bytes:
    """Return the rotation-invariant uniform local binary pattern of each pixel.

    Ojala, Pietikäinen & Mäenpää 2002 (IEEE TPAMI 24:971), as ``local_binary_pattern(grey, 8, radius,
    "uniform")`` of scikit-image, some six times faster; beyond its edges the photo goes on with its last
    pixels instead of black. (y, x) uint8: how many of the neighbours are as bright as the pixel or brighter,
    0 to 8, where those are one arc; else 9.

    Parameters
    ----------
    grey : numpy.ndarray
        (y, x) uint8.
    radius : int
        Distance of the eight neighbours in pixels.
    """
    centre = grey.astype(np.int32) * UNIT**2
    bits = np.zeros(grey.shape, np.uint8)
    for point, neighbour in enumerate(_neighbours(grey, radius)):
        bits |= (neighbour >= centre).view(np.uint8) << np.uint8(point)
    return _UNIFORM[bits]


def _neighbours(grey: Bytes, radius: int) -> list[Integers]:
    """Return the eight neighbours of each pixel, counterclockwise from the right, times UNIT squared."""
    margin = radius + 1
    padded = np.pad(grey, margin, mode="edge").astype(np.int32)
    diagonal = radius * np.sqrt(0.5)
    along, aside = float(radius), 0.0
    steps = [(aside, along), (-diagonal, diagonal), (-along, aside), (-diagonal, -diagonal)]
    steps += [(-y, -x) for y, x in steps]
    rows = {y: _between(padded, margin + y, grey.shape[0]) for y, _ in steps}
    return [_between(rows[y].T, margin + x, grey.shape[1]).T for y, x in steps]


def _between(rows: Integers, first: float, count: int) -> Integers:
    """Interpolate so many rows, the first of them at a position between two, times UNIT."""
    whole = int(np.floor(first))
    weight = round((first - whole) * UNIT)
    above = rows[whole : whole + count]
    if weight == 0:
        return above * UNIT
    return above * (UNIT - weight) + rows[whole + 1 : whole + 1 + count] * weight


def _uniform_codes() -> Bytes:
    """Return the pattern of each of the 256 combinations of eight bits."""
    bits = np.arange(2**POINTS)[:, None] >> np.arange(POINTS) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(1)
    return np.where(changes <= 2, bits.sum(1), POINTS + 1).astype(np.uint8)


_UNIFORM = _uniform_codes()
