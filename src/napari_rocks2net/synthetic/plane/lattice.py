"""Lattice of nuclei, and the distance in each crystal's habit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window

Field = NDArray[np.float32]
Labels = NDArray[np.intp]

_BIAS = 1 << 28


@dataclass(frozen=True)
class Lattice:
    """Lattice of nuclei, one in each cell of a turned and stretched square lattice."""

    spacing_um: float  # Side of a cell of area spacing² in micrometres.
    aspect: float  # Length over width of the cells, 1 for squares.
    direction: float  # Direction of their length in radians, from x towards y.
    jitter: float  # Share of its cell in which a nucleus may lie, 0 to 1.

    def places(self, y_um: NDArray[np.float64], x_um: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return coordinates across and along the lattice, in cells; whole numbers are the borders of cells.

        Parameters
        ----------
        y_um, x_um : ndarray, float64
            Places in micrometres; they are broadcast.
        """
        (ay, ax), (by, bx) = self.matrix()
        return ay * y_um + ax * x_um, by * y_um + bx * x_um

    def places_of(self, window: Window, pixels: NDArray[np.intp]) -> tuple[NDArray[np.float64], ...]:
        """Return `places` (P,) of some pixels of a window.

        Parameters
        ----------
        window : Window
            Where.
        pixels : ndarray, shape (P,), intp
            Flat indices.
        """
        row = pixels // window.width
        column = pixels - row * window.width
        return self.places(take_clipped(window.y_um[:, 0], row), take_clipped(window.x_um[0], column))

    def matrix(self) -> NDArray[np.float64]:
        """Return the matrix from (y, x) in micrometres to (across, along) in cells."""
        sine, cosine, stretch = np.sin(self.direction), np.cos(self.direction), np.sqrt(self.aspect)
        turned = np.array([[cosine * stretch, -sine * stretch], [sine / stretch, cosine / stretch]])
        return np.asarray(turned / self.spacing_um)


@dataclass(frozen=True)
class Nuclei:
    """Nuclei and how each grows; one entry a lattice cell of a block."""

    first: tuple[int, int]  # Lattice cell of the block's corner.
    cells: tuple[int, int]  # Rows and columns of the block.
    # (11, N) float32. Jitter (2), the four entries of the matrix from an offset in cells to one in crystal
    # radii, facets (0 round to 1 faceted), inverse corner (1 rhomb to 0.5 rectangle), waviness, delay, weight
    # of the distance from the outline.
    table: Field

    def distance(self, crystal: Labels, y: Field, x: Field) -> Field:
        """Return the length (P,) float32 of vectors in radii of crystals, by the habit of each: a norm.

        Parameters
        ----------
        crystal : ndarray, shape (P,), intp
            Entries of the table.
        y, x : ndarray, shape (P,), float32
            Vectors across and along the lattice in cells.
        """
        u = self._along(2, crystal, y, x)
        v = self._along(4, crystal, y, x)
        faceted = u + v
        faceted *= self.at(7, crystal)
        np.maximum(faceted, u, out=faceted)
        np.maximum(faceted, v, out=faceted)
        u *= u
        v *= v
        u += v
        distance = np.sqrt(u, out=u)
        faceted -= distance
        faceted *= self.at(6, crystal)
        distance += faceted
        return distance

    def arrival(self, crystal: Labels, distance: Field) -> Field:
        """Return when crystals arrive at a distance, (P,) float32 in radii of a mean crystal.

        Parameters
        ----------
        crystal : ndarray, shape (P,), intp
            Entries of the table.
        distance : ndarray, shape (P,), float32
            From the nucleus in crystal radii; it is overwritten.
        """
        # Counted from the outline, so that no small clast wins a place deep inside a large one.
        distance -= np.float32(1)
        distance *= self.at(10, crystal)
        distance += self.at(9, crystal)
        return distance

    def _along(self, row: int, crystal: Labels, y: Field, x: Field) -> Field:
        """Return the distance along one axis of each crystal in crystal radii."""
        distance = self.at(row, crystal)
        distance *= y
        across = self.at(row + 1, crystal)
        across *= x
        distance += across
        return np.abs(distance, out=distance)

    def at(self, row: int, crystal: Labels) -> Any:
        """Return a row of the table for some crystals, float32, or one number where all have the same.

        Parameters
        ----------
        row : int
            0 to 10.
        crystal : ndarray, shape (P,), intp
            Entries of the table.
        """
        values = self._rows[row]
        return values if values.ndim == 0 else take_clipped(values, crystal)

    @cached_property
    def _rows(self) -> list[Any]:
        return [row[0] if (row == row[0]).all() else row for row in self.table]


def take_clipped(values: NDArray[Any], at: NDArray[np.intp]) -> NDArray[Any]:
    """Return values at indices that all exist: clipping these is faster than checking them.

    Parameters
    ----------
    values : ndarray, shape (N,)
        Of any dtype.
    at : ndarray, shape (P,), intp
        Indices, 0 to N - 1.
    """
    return values.take(at, mode="clip")


def block_of(lattice: Lattice, window: Window, reach: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return first cell and size of the block of cells whose crystals can reach a window.

    Parameters
    ----------
    lattice : Lattice
        Of the cells.
    window : Window
        Where.
    reach : int
        Cells that a crystal can grow through.
    """
    corners_y = np.array([window.y_um[0, 0], window.y_um[-1, 0]])[:, None]
    corners_x = np.array([window.x_um[0, 0], window.x_um[0, -1]])[None, :]
    across, along = lattice.places(corners_y, corners_x)
    low = [int(np.floor(place.min())) - reach for place in (across, along)]
    high = [int(np.floor(place.max())) + reach for place in (across, along)]
    return (low[0], low[1]), (high[0] - low[0] + 1, high[1] - low[1] + 1)


def cells_near(
    lattice: Lattice,
    window: Window,
    pixels: NDArray[np.intp],
    block: tuple[tuple[int, int], tuple[int, int]],
    reach: int,
) -> NDArray[np.intp]:
    """Return the cells of a block, as flat indices, whose crystals can reach some pixels of a window.

    Parameters
    ----------
    lattice, window, reach
        See `block_of`.
    pixels : ndarray, shape (P,), intp
        Flat indices.
    block : tuple of 2 tuples of 2 ints
        From `block_of`.
    """
    (top, left), cells = block
    across, along = (np.floor(place).astype(np.intp) for place in lattice.places_of(window, pixels))
    near = np.zeros(cells, dtype=bool)
    near[across - top, along - left] = True
    side = 2 * reach + 1
    return np.flatnonzero(binary_dilation(near, np.ones((side, side), dtype=bool)))


def identities(first: tuple[int, int], cells: tuple[int, int]) -> NDArray[np.int64]:
    """Return the number (N,) int64 of each cell of a block, the same in every block that holds the cell.

    Parameters
    ----------
    first, cells : tuple of 2 ints
        See `Nuclei`.
    """
    rows, columns = (
        start + np.arange(count, dtype=np.int64) for start, count in zip(first, cells, strict=True)
    )
    return (((rows + _BIAS) << 29)[:, None] | (columns + _BIAS)[None, :]).ravel()


def jitters(rng: PositionRNG, numbers: NDArray[np.int64], jitter: float) -> Field:
    """Return where in its cell each nucleus lies, shape (2, N), 0 to 1.

    Parameters
    ----------
    rng : PositionRNG
        Random numbers.
    numbers : ndarray, shape (N,), int64
        From `identities`.
    jitter : float
        Share of its cell in which a nucleus may lie, 0 to 1.
    """
    low, high = 0.5 - jitter / 2, 0.5 + jitter / 2
    return np.stack([rng.branch(axis).uniform(numbers, low, high) for axis in (0, 1)])
