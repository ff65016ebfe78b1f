"""Crystals that nucleate on a lattice and grow until they meet: interlocking grains, clasts and laths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.plane.lattice import Labels, Lattice, Nuclei, picked
from napari_rocks2net.synthetic.plane.strips import strips
from napari_rocks2net.synthetic.plane.window import Window

Field = NDArray[np.float32]

_PIXELS_AT_ONCE = 1 << 15
_LOOK_AHEAD_PIXELS = 3
_ROUNDING = np.float32(1e-3)


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
        self._nuclei = nuclei
        self._warp = warp
        self._reach = reach
        self._row_of, self._column_of = (
            index.astype(np.float32) for index in np.divmod(np.arange(nuclei.table.shape[1]), nuclei.cells[1])
        )
        # Parts of a cell depend on the place alone; coordinates from a block's corner would round otherwise.
        self._part = (np.empty(len(pixels), np.float32), np.empty(len(pixels), np.float32))
        self._cell = np.empty(len(pixels), np.intp)
        for some in strips(len(pixels), _PIXELS_AT_ONCE):
            self._locate(some, lattice, window, pixels[some])

    def _locate(self, some: slice, lattice: Lattice, window: Window, pixels: NDArray[np.intp]) -> None:
        """Find the cells that some pixels lie in, and where in them."""
        row = pixels // window.width
        column = pixels - row * window.width
        places = lattice.places(window.y_um[:, 0].take(row), window.x_um[0].take(column))
        whole = [np.floor(place) for place in places]
        for part, place, cell in zip(self._part, places, whole, strict=True):
            part[some] = place - cell
        down, right = (
            cell.astype(np.intp) - corner for cell, corner in zip(whole, self._nuclei.first, strict=True)
        )
        self._cell[some] = down * self._nuclei.cells[1] + right

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
        rivals = self._rivals(len(chosen))
        winner = np.empty(len(chosen), dtype=np.intp)
        for some in strips(len(chosen), _PIXELS_AT_ONCE):
            cell = picked(self._cell, chosen[some])
            contests = (rival.contest(cell) for rival in rivals)
            winner[some] = self._first(self._spot(chosen[some]), contests)
        return winner

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
        winner = np.empty(len(chosen), dtype=np.intp)
        for some in strips(len(chosen), _PIXELS_AT_ONCE):
            cell = picked(self._cell, chosen[some])
            contests = (
                _Contest(at, rival, self._offset(cell if at is None else picked(cell, at), rival))
                for at, rival in _without_repeats([rival[some] for rival in rivals])
            )
            winner[some] = self._first(self._spot(chosen[some]), contests)
        return winner

    def time(self, chosen: NDArray[np.intp], winner: Labels) -> Field:
        """Return the distance from each chosen pixel to its crystal's nucleus in crystal radii."""
        time = np.empty(len(chosen), dtype=np.float32)
        for some in strips(len(chosen), _PIXELS_AT_ONCE):
            offset = self._offset(picked(self._cell, chosen[some]), winner[some])
            time[some] = self._distance(winner[some], self._spot(chosen[some]), offset)
        return time

    def _first(self, spot: tuple[Field, ...], contests: Iterable[_Contest]) -> Labels:
        """Return for each spot the rival that arrives first; of equal ones the first named."""
        best = np.full(len(spot[0]), np.inf, dtype=np.float32)
        winner = np.zeros(len(spot[0]), dtype=np.intp)
        for at, crystal, offset in contests:
            theirs = spot if at is None else tuple(picked(part, at) for part in spot)
            arrival = self._nuclei.arrival(crystal, self._distance(crystal, theirs, offset))
            if at is None:
                first = arrival < best
                np.copyto(best, arrival, where=first)
                np.copyto(winner, crystal, where=first)
            else:
                new = np.flatnonzero(arrival < picked(best, at))
                won = picked(at, new)
                best[won], winner[won] = picked(arrival, new), picked(crystal, new)
        return winner

    def _offset(self, cell: Labels, rival: Labels) -> tuple[Field, Field]:
        down = picked(self._row_of, rival)
        down -= picked(self._row_of, cell)
        right = picked(self._column_of, rival)
        right -= picked(self._column_of, cell)
        return down, right

    def _spot(self, chosen: NDArray[np.intp]) -> tuple[Field, ...]:
        return tuple(picked(part, chosen) for part in (*self._part, *(self._warp or ())))

    def _rivals(self, pixels: int) -> list[_Rival]:
        """Return the neighbours that may be first at one of so many pixels."""
        columns = self._nuclei.cells[1]
        rivals = [
            _Rival((down, right), down * columns + right, None) for down, right in _neighbours(self._reach)
        ]
        if pixels < _LOOK_AHEAD_PIXELS * self._nuclei.table.shape[1]:
            return rivals
        return [rival._replace(able=able) for rival, able in zip(rivals, self._able(rivals), strict=True)]

    def _able(self, rivals: Sequence[_Rival]) -> NDArray[np.bool_]:
        """Return whether each rival can be first anywhere in each cell, shape (K, N).

        Notes
        -----
        Distance is a norm, so inside a cell it differs from that of the centre by at most the norm of
        half a cell.
        """
        cells = np.arange(self._nuclei.table.shape[1])
        centre = (np.full(len(cells), 0.5, dtype=np.float32),) * 2
        half = self._half_cell(cells)
        earliest, latest = [], []
        for rival in rivals:
            crystal = (cells + rival.shift).clip(0, len(cells) - 1)
            distance, reach = self._distance(crystal, centre, rival.offset), half.take(crystal)
            earliest.append(self._nuclei.arrival(crystal, distance - reach))
            latest.append(self._nuclei.arrival(crystal, distance + reach))
        return np.asarray(np.stack(earliest) <= np.min(latest, axis=0) + _ROUNDING)

    def _half_cell(self, rival: Labels) -> Field:
        """Return half a cell with its boundaries' waves, as each crystal measures it."""
        half = np.float32(0.5)
        waviness = np.abs(self._nuclei.at(8, rival))
        y, x = (half + waviness * np.abs(wave).max() for wave in self._warp or (half * 0, half * 0))
        return np.maximum(self._nuclei.distance(rival, y, x), self._nuclei.distance(rival, y, -x))

    def _distance(self, rival: Labels, spot: tuple[Field, ...], offset: tuple[Any, Any]) -> Field:
        """Return how far, in radii of their crystals, spots lie whose own cells lie an offset before."""
        y, x = (
            part - np.asarray(cells, dtype=np.float32) for part, cells in zip(spot[:2], offset, strict=True)
        )
        y -= self._nuclei.at(0, rival)
        x -= self._nuclei.at(1, rival)
        if len(spot) == 4:
            waviness = self._nuclei.at(8, rival)
            y += waviness * spot[2]
            waviness *= spot[3]
            x += waviness
        return self._nuclei.distance(rival, y, x)


class _Contest(NamedTuple):
    """Crystals that compete for spots: which spots, None for all, the crystals, their cells' offset."""

    at: NDArray[np.intp] | None
    crystal: Labels
    offset: tuple[Any, Any]


class _Rival(NamedTuple):
    """A neighbour: its cell's offset, the same in entries of the block, where it may be first."""

    offset: tuple[int, int]
    shift: int
    able: NDArray[np.bool_] | None

    def contest(self, cell: Labels) -> _Contest:
        """Return the contest for spots in some cells."""
        if self.able is None:
            return _Contest(None, cell + self.shift, self.offset)
        at = np.flatnonzero(picked(self.able, cell))
        return _Contest(at, picked(cell, at) + self.shift, self.offset)


def _without_repeats(rivals: Sequence[Labels]) -> Iterator[tuple[NDArray[np.intp] | None, Labels]]:
    """Yield the rivals one by one, each where it is not among those before it."""
    yield None, rivals[0]
    for number, rival in enumerate(rivals[1:], start=1):
        new = np.all([rival != earlier for earlier in rivals[:number]], axis=0)
        at = np.flatnonzero(new)
        yield at, picked(rival, at)


def node_step(lattice: Lattice, window: Window) -> int:
    """Return at every how many pixels of a window to look first: 1 where crystals are too small."""
    if window.stride > 1:
        return 1
    return int(np.clip(window.pixels(lattice.spacing_um) / 3.5, 1, 8))


def filled(front: Front, lattice: Lattice, window: Window, wanted: NDArray[np.intp]) -> Labels:
    """Return the winners of pixels of a window, looking only at every few pixels inside crystals.

    Parameters
    ----------
    front : Front
        The race for all pixels of the window.
    lattice : Lattice
        Its lattice.
    window : Window
        Where.
    wanted : ndarray, shape (M,), intp
        Flat indices of the pixels to look at; a pixel's winner does not depend on the others.

    Returns
    -------
    ndarray, shape (M,), intp
        Index into the block of nuclei.
    """
    step = node_step(lattice, window)
    rows, columns = (np.flatnonzero(places % step == 0) for places in (window.rows, window.columns))
    if step == 1 or min(len(rows), len(columns)) < 2:
        return front.winner(wanted)
    looked_at = np.zeros(window.shape, dtype=bool)
    looked_at.ravel()[wanted] = True
    winner, inside = _from_nodes(front, window, (rows, columns), step, looked_at)
    rest = np.flatnonzero(looked_at & ~inside)
    winner.ravel()[rest] = front.winner(rest)
    return winner.ravel().take(wanted)


def _from_nodes(
    front: Front,
    window: Window,
    nodes: tuple[NDArray[np.intp], NDArray[np.intp]],
    step: int,
    looked_at: NDArray[np.bool_],
) -> tuple[Labels, NDArray[np.bool_]]:
    """Return the winner of each pixel between nodes that is looked at, and which pixels lie there.

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
    inside[inner] = True
    winner[inner] = _spread(corners[0], step)
    row, column = np.nonzero(_spread(mixed, step) & looked_at[inner])
    block = row // step * (len(columns) - 1) + column // step
    pixels = (row + rows[0]) * window.width + (column + columns[0])
    winner.ravel()[pixels] = front.winner_among(pixels, [corner.ravel().take(block) for corner in corners])
    return winner, inside


def _spread(blocks: NDArray[Any], step: int) -> NDArray[Any]:
    """Repeat each block over its pixels."""
    return np.repeat(np.repeat(blocks, step, axis=0), step, axis=1)


def _neighbours(reach: int) -> Iterator[tuple[int, int]]:
    """Yield cells within reach, nearest first, without the far corners."""
    side = range(-reach, reach + 1)
    cells = [(y, x) for y in side for x in side if y * y + x * x < 2 * reach * reach or reach == 1]
    yield from sorted(cells, key=lambda cell: cell[0] ** 2 + cell[1] ** 2)
