"""Crystals that nucleate on a lattice and grow until they meet: interlocking grains, clasts and laths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.chance import Chance
from napari_rocks2net.synthetic.window import Window

Field = NDArray[np.float32]
Labels = NDArray[np.intp]

_BIAS = 1 << 28


@dataclass(frozen=True)
class Lattice:
    """Where nuclei lie: one in each cell of a turned and stretched square lattice.

    Parameters
    ----------
    spacing_um : float
        Side of a cell of area spacing² in micrometres.
    aspect : float
        Length over width of the cells, 1 for squares.
    direction : float
        Direction of their length in radians, from x towards y.
    jitter : float
        Share of its cell in which a nucleus may lie, 0 to 1.
    """

    spacing_um: float
    aspect: float
    direction: float
    jitter: float

    def places(self, y_um: NDArray[np.float64], x_um: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return coordinates across and along the lattice, in cells.

        Parameters
        ----------
        y_um, x_um : ndarray, float64
            Places in micrometres; they are broadcast.

        Returns
        -------
        tuple of 2 ndarray, float64
            Whole numbers are the borders of cells.
        """
        (ay, ax), (by, bx) = self.matrix()
        return ay * y_um + ax * x_um, by * y_um + bx * x_um

    def matrix(self) -> NDArray[np.float64]:
        """Return the matrix from (y, x) in micrometres to (across, along) in cells."""
        sine, cosine, stretch = np.sin(self.direction), np.cos(self.direction), np.sqrt(self.aspect)
        turned = np.array([[cosine * stretch, -sine * stretch], [sine / stretch, cosine / stretch]])
        return np.asarray(turned / self.spacing_um)


@dataclass(frozen=True)
class Nuclei:
    """Nuclei and how each grows; one entry a lattice cell of a block.

    Parameters
    ----------
    first : tuple of 2 ints
        Lattice cell of the block's corner.
    cells : tuple of 2 ints
        Rows and columns of the block.
    table : ndarray, shape (11, N), float32
        Jitter (2), the four entries of the matrix from an offset in cells to one in crystal radii,
        facets (0 round to 1 faceted), inverse corner (1 rhomb to 0.5 rectangle), waviness, delay, weight
        of the distance from the outline.
    """

    first: tuple[int, int]
    cells: tuple[int, int]
    table: Field


def block_of(lattice: Lattice, window: Window, reach: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return first cell and size of the block of cells whose crystals can reach a window."""
    corners_y = np.array([window.y_um[0, 0], window.y_um[-1, 0]])[:, None]
    corners_x = np.array([window.x_um[0, 0], window.x_um[0, -1]])[None, :]
    across, along = lattice.places(corners_y, corners_x)
    low = [int(np.floor(place.min())) - reach for place in (across, along)]
    high = [int(np.floor(place.max())) + reach for place in (across, along)]
    return (low[0], low[1]), (high[0] - low[0] + 1, high[1] - low[1] + 1)


def identities(first: tuple[int, int], cells: tuple[int, int]) -> NDArray[np.int64]:
    """Return the number of each cell of a block, the same in every block that holds the cell."""
    rows, columns = (
        start + np.arange(count, dtype=np.int64) for start, count in zip(first, cells, strict=True)
    )
    return (((rows + _BIAS) << 29)[:, None] | (columns + _BIAS)[None, :]).ravel()


def jitters(chance: Chance, numbers: NDArray[np.int64], jitter: float) -> Field:
    """Return where in its cell each nucleus lies, shape (2, N), 0 to 1."""
    low, high = 0.5 - jitter / 2, 0.5 + jitter / 2
    return np.stack([chance.branch(axis).uniform(numbers, low, high) for axis in (0, 1)])


class Front:
    """The race of crystals for pixels of a window.

    Parameters
    ----------
    lattice : Lattice
        Where the nuclei lie.
    nuclei : Nuclei
        A block that holds every cell within reach of the window.
    window : Window
        Where.
    pixels : ndarray, shape (P,), intp
        Flat indices of the window's pixels that take part.
    warp : tuple of 2 ndarray, shape (P,), float32, optional
        Waves of the boundaries in cells, across and along, for crystals of waviness 1.
    reach : int
        Cells that a crystal can grow through, 1 or 2.

    Notes
    -----
    A multiplicatively weighted, anisotropic Voronoi diagram with delays (a Johnson-Mehl
    tessellation): each crystal's distance is measured in its own habit.
    """

    def __init__(
        self,
        lattice: Lattice,
        nuclei: Nuclei,
        window: Window,
        pixels: NDArray[np.intp],
        warp: tuple[Field, Field] | None,
        reach: int,
    ) -> None:
        across, along = lattice.places(window.y_um, window.x_um)
        places = [place.ravel()[pixels] for place in (across, along)]
        whole = [np.floor(place) for place in places]
        # Parts of a cell depend on the place alone; coordinates from a block's corner would round otherwise.
        self._part = tuple(
            (place - cell).astype(np.float32) for place, cell in zip(places, whole, strict=True)
        )
        row, column = (
            cell.astype(np.intp) - corner for cell, corner in zip(whole, nuclei.first, strict=True)
        )
        self._cell = row * nuclei.cells[1] + column
        self._row_of, self._column_of = (
            index.astype(np.float32) for index in np.divmod(np.arange(nuclei.table.shape[1]), nuclei.cells[1])
        )
        self._warp = warp
        self._nuclei = nuclei
        self._reach = reach

    def winner(self, chosen: NDArray[np.intp]) -> Labels:
        """Return the crystal that reaches each chosen pixel first, as index into the block.

        Parameters
        ----------
        chosen : ndarray, shape (M,), intp
            Indices into the pixels that take part.

        Returns
        -------
        ndarray, shape (M,), intp
            The crystals.
        """
        cell, spot = self._cell.take(chosen), self._spot(chosen)
        columns = self._nuclei.cells[1]
        rivals = (
            (cell + (down * columns + right), (down, right)) for down, right in _neighbours(self._reach)
        )
        return self._first(spot, rivals)

    def winner_among(self, chosen: NDArray[np.intp], rivals: Sequence[Labels]) -> Labels:
        """Return which of some crystals reaches each chosen pixel first.

        Parameters
        ----------
        chosen : ndarray, shape (M,), intp
            Indices into the pixels that take part.
        rivals : sequence of ndarray, shape (M,), intp
            The crystals to choose from.

        Returns
        -------
        ndarray, shape (M,), intp
            The crystals.
        """
        cell, spot = self._cell.take(chosen), self._spot(chosen)
        return self._first(spot, ((rival, self._offset(cell, rival)) for rival in rivals))

    def _first(self, spot: tuple[Field, ...], rivals: Iterable[tuple[Labels, tuple[Any, Any]]]) -> Labels:
        """Return the rival that arrives first; each comes with its offset from the spots' cells."""
        best = np.full(len(spot[0]), np.inf, dtype=np.float32)
        winner = np.zeros(len(spot[0]), dtype=np.intp)
        for rival, offset in rivals:
            arrival = self._arrival(rival, spot, offset, delayed=True)
            first = arrival < best
            np.copyto(best, arrival, where=first)
            np.copyto(winner, rival, where=first)
        return winner

    def _offset(self, cell: Labels, rival: Labels) -> tuple[Field, Field]:
        down = self._row_of.take(rival)
        down -= self._row_of.take(cell)
        right = self._column_of.take(rival)
        right -= self._column_of.take(cell)
        return down, right

    def time(self, chosen: NDArray[np.intp], winner: Labels) -> Field:
        """Return the distance from each chosen pixel to its crystal's nucleus in crystal radii."""
        offset = self._offset(self._cell.take(chosen), winner)
        return self._arrival(winner, self._spot(chosen), offset, delayed=False)

    def _spot(self, chosen: NDArray[np.intp]) -> tuple[Field, ...]:
        return tuple(part.take(chosen) for part in (*self._part, *(self._warp or ())))

    def _arrival(
        self, rival: Labels, spot: tuple[Field, ...], offset: tuple[Any, Any], delayed: bool
    ) -> Field:
        """Return when crystals arrive at spots whose own cell lies an offset before theirs."""
        table = self._nuclei.table
        y, x = (
            part - np.asarray(cells, dtype=np.float32) for part, cells in zip(spot[:2], offset, strict=True)
        )
        y -= table[0].take(rival)
        x -= table[1].take(rival)
        if len(spot) == 4:
            waviness = table[8].take(rival)
            y += waviness * spot[2]
            waviness *= spot[3]
            x += waviness
        u = self._along(2, rival, y, x)
        v = self._along(4, rival, y, x)
        faceted = u + v
        faceted *= table[7].take(rival)
        np.maximum(faceted, u, out=faceted)
        np.maximum(faceted, v, out=faceted)
        u *= u
        v *= v
        u += v
        arrival = np.sqrt(u, out=u)
        faceted -= arrival
        faceted *= table[6].take(rival)
        arrival += faceted
        if delayed:
            # Counted from the outline, so that no small clast wins a place deep inside a large one.
            arrival -= np.float32(1)
            arrival *= table[10].take(rival)
            arrival += table[9].take(rival)
        return arrival

    def _along(self, row: int, rival: Labels, y: Field, x: Field) -> Field:
        """Return the distance along one axis of each crystal in crystal radii."""
        distance = self._nuclei.table[row].take(rival)
        distance *= y
        across = self._nuclei.table[row + 1].take(rival)
        across *= x
        distance += across
        return np.abs(distance, out=distance)


def filled(front: Front, lattice: Lattice, window: Window) -> Labels:
    """Return the winner of every pixel of a window, looking only at every few pixels inside crystals.

    Parameters
    ----------
    front : Front
        The race for all pixels.
    lattice : Lattice
        Its lattice.
    window : Window
        Where.

    Returns
    -------
    ndarray, shape (P,), intp
        Index into the block of nuclei.
    """
    step = int(np.clip(window.pixels(lattice.spacing_um) / 3.5, 1, 8))
    rows, columns = (np.flatnonzero(places % step == 0) for places in (window.rows, window.columns))
    if step == 1 or window.stride > 1 or min(len(rows), len(columns)) < 2:
        return front.winner(np.arange(window.height * window.width))
    winner, inside = _from_nodes(front, window, (rows, columns), step)
    rest = np.flatnonzero(~inside)
    winner[rest] = front.winner(rest)
    return winner


def _from_nodes(
    front: Front, window: Window, nodes: tuple[NDArray[np.intp], NDArray[np.intp]], step: int
) -> tuple[Labels, NDArray[np.bool_]]:
    """Return the winner of each pixel between nodes, and which pixels these are.

    The nodes lie on whole multiples of the step in the endless plane, so that every window sees the
    same ones. Between them only the crystals at the four corners compete.
    """
    rows, columns = nodes
    seen = front.winner((rows[:, None] * window.width + columns).ravel()).reshape(len(rows), len(columns))
    corners = (seen[:-1, :-1], seen[:-1, 1:], seen[1:, :-1], seen[1:, 1:])
    mixed = np.any([corner != corners[0] for corner in corners[1:]], axis=0)
    inner = np.s_[rows[0] : rows[-1], columns[0] : columns[-1]]
    winner = np.zeros(window.shape, dtype=np.intp)
    inside = np.zeros(window.shape, dtype=bool)
    open_ = np.zeros(window.shape, dtype=bool)
    inside[inner] = True
    winner[inner], open_[inner] = _spread(corners[0], step), _spread(mixed, step)
    pixels = np.flatnonzero(open_)
    row, column = np.divmod(pixels, window.width)
    block = (row - rows[0]) // step * (len(columns) - 1) + (column - columns[0]) // step
    winner.ravel()[pixels] = front.winner_among(pixels, [corner.ravel().take(block) for corner in corners])
    return winner.ravel(), inside.ravel()


def _spread(blocks: NDArray[Any], step: int) -> NDArray[Any]:
    """Repeat each block over its pixels."""
    return np.repeat(np.repeat(blocks, step, axis=0), step, axis=1)


def _neighbours(reach: int) -> Iterator[tuple[int, int]]:
    """Yield cells within reach, nearest first, without the far corners."""
    side = range(-reach, reach + 1)
    cells = [(y, x) for y in side for x in side if y * y + x * x < 2 * reach * reach or reach == 1]
    yield from sorted(cells, key=lambda cell: cell[0] ** 2 + cell[1] ** 2)
