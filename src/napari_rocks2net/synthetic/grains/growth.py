"""Crystal growth (Johnson-Mehl tessellation): nuclei on a lattice grow until they meet."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.grains.nearest_candidates import (
    Candidates,
    all_candidates,
    distinct_candidates,
    nearest_candidates,
)
from napari_rocks2net.synthetic.plane.lattice import Labels, Lattice, Nuclei, take_clipped
from napari_rocks2net.synthetic.plane.window import Window, strips

Field = NDArray[np.float32]

_PIXELS_AT_ONCE = 1 << 15
# Pixels a cell from which on looking ahead saves more than it costs, and pixels a part worth one: measured.
_LOOK_AHEAD_PIXELS = 8
_PIXELS_A_PART = 9
_MOST_PARTS_A_SIDE = 4
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
        rows, columns = (np.arange(count, dtype=np.float32) for count in nuclei.cells)
        self._row_of, self._column_of = rows.repeat(len(columns)), np.tile(columns, len(rows))
        # Parts of a cell depend on the place alone; coordinates from a block's corner would round otherwise.
        self._part = (np.empty(len(pixels), np.float32), np.empty(len(pixels), np.float32))
        self._cell = np.empty(len(pixels), np.intp)
        for some in strips(len(pixels), _PIXELS_AT_ONCE):
            places = lattice.places_of(window, pixels[some])
            down, right = whole = [np.floor(place) for place in places]
            for part, place, cell in zip(self._part, places, whole, strict=True):
                part[some] = place - cell
            self._cell[some] = (down - nuclei.first[0]) * nuclei.cells[1] + (right - nuclei.first[1])

    def winner(self, chosen: NDArray[np.intp]) -> Labels:
        """Return the crystal (M,) that reaches each of M chosen pixels first, as index into the block."""
        part, candidates = self._candidates(chosen)
        return self._race(chosen, part, candidates)

    def winner_among(self, chosen: NDArray[np.intp], part: NDArray[np.intp], rivals: Labels) -> Labels:
        """Return which of some crystals (M,) reaches each pixel first.

        Parameters
        ----------
        chosen : ndarray, shape (M,), intp
            Indices into the pixels that take part.
        part : ndarray, shape (M,), intp
            The part of the window that each lies in.
        rivals : ndarray, shape (K, A), intp
            The crystals to choose from in each part.
        """
        return self._race(chosen, part, distinct_candidates(rivals))

    def time(self, chosen: NDArray[np.intp], winner: Labels) -> Field:
        """Return the distance (M,) float32 from each pixel to its crystal's nucleus in crystal radii.

        Parameters
        ----------
        chosen : ndarray, shape (M,), intp
            Indices into the pixels that take part.
        winner : ndarray, shape (M,), intp
            Crystals, from `winner`.
        """
        time = np.empty(len(chosen), dtype=np.float32)
        for some in strips(len(chosen), _PIXELS_AT_ONCE):
            time[some] = self._distance(winner[some], self._spot(chosen[some]))
        return time

    def _race(self, chosen: NDArray[np.intp], part: NDArray[np.intp], candidates: Candidates) -> Labels:
        """Return which rival of its part is first at each chosen pixel."""
        winner = np.empty(len(chosen), dtype=np.intp)
        # Pixels of as many rivals come together: those still waiting for a rival are always the first few.
        most_first = np.argsort(np.uint8(255) - take_clipped(candidates.count, part), kind="stable")
        for some in strips(len(chosen), _PIXELS_AT_ONCE):
            which = most_first[some]
            winner[which] = self._first(
                self._spot(take_clipped(chosen, which)), take_clipped(part, which), candidates
            )
        return winner

    def _first(self, spot: tuple[Field, ...], part: NDArray[np.intp], candidates: Candidates) -> Labels:
        """Return the rival that arrives first at each spot, of equal ones the first named.

        Spots come in order of the number of their rivals, the most first.
        """
        count = take_clipped(candidates.count, part)
        winner = take_clipped(candidates.crystal[0], part)
        best = np.full(len(part), np.inf, dtype=np.float32)
        for rank in range(int(count[0])):
            waiting = np.s_[: np.count_nonzero(count > max(rank, 1))]
            crystal = take_clipped(candidates.crystal[rank], part[waiting])
            waiting_spot = tuple(values[waiting] for values in spot)
            arrival = self._nuclei.arrival(crystal, self._distance(crystal, waiting_spot))
            sooner = arrival < best[waiting]
            np.copyto(best[waiting], arrival, where=sooner)
            np.copyto(winner[waiting], crystal, where=sooner)
        return winner

    def _spot(self, chosen: NDArray[np.intp]) -> tuple[Field, ...]:
        """Return where pixels lie in their cells, the cells' rows and columns, and the waves."""
        cell = take_clipped(self._cell, chosen)
        parts, waves = (
            [take_clipped(one, chosen) for one in pair] for pair in (self._part, self._warp or ())
        )
        return (*parts, take_clipped(self._row_of, cell), take_clipped(self._column_of, cell), *waves)

    def _candidates(self, chosen: NDArray[np.intp]) -> tuple[NDArray[np.intp], Candidates]:
        """Return the part of a cell that each chosen pixel lies in, and who may be first in each part."""
        cell = take_clipped(self._cell, chosen)
        occupied = np.zeros(self._nuclei.table.shape[1], dtype=bool)
        occupied[cell] = True
        cells = np.flatnonzero(occupied)
        density = len(chosen) / max(len(cells), 1)
        side = int(np.clip(np.sqrt(density / _PIXELS_A_PART), 1, _MOST_PARTS_A_SIDE))
        part = take_clipped(np.cumsum(occupied) - 1, cell)
        if side > 1:
            for values in self._part:
                # Rounded to single precision, a place may lie on the far border.
                step = np.minimum(take_clipped(values, chosen) * np.float32(side), np.float32(side - 1))
                part = part * side + step.astype(np.intp)
        places = (np.arange(side, dtype=np.float32) + np.float32(0.5)) / np.float32(side)
        centres = np.stack([places.repeat(side), np.tile(places, side)])
        cells, centre = cells.repeat(side * side), np.tile(centres, len(cells))
        shifts = [down * self._nuclei.cells[1] + right for down, right in _neighbours(self._reach)]
        rivals = cells + np.array(shifts)[:, None]
        if density < _LOOK_AHEAD_PIXELS:
            return part, all_candidates(rivals)
        spot = (*centre, take_clipped(self._row_of, cells), take_clipped(self._column_of, cells))
        return part, nearest_candidates(rivals, self._possible(rivals, spot, side))

    def _possible(self, rivals: Labels, centre: tuple[Field, ...], side: int) -> NDArray[np.bool_]:
        """Return whether each rival can be first anywhere in each part, shape (K, A).

        Notes
        -----
        Distance is a norm, so inside a part it differs from that of the centre by at most the norm of
        half a part.
        """
        half = self._half_part(side)
        earliest = np.empty(rivals.shape, dtype=np.float32)
        latest = np.full(rivals.shape[1], np.inf, dtype=np.float32)
        for rival, early in zip(rivals, earliest, strict=True):
            distance, reach = self._distance(rival, centre), take_clipped(half, rival)
            early[:] = self._nuclei.arrival(rival, distance - reach)
            np.minimum(latest, self._nuclei.arrival(rival, distance + reach), out=latest)
        return np.asarray(earliest <= latest + _ROUNDING)

    def _half_part(self, side: int) -> Field:
        """Return half a part with its boundaries' waves, as each crystal measures it."""
        crystals = np.arange(self._nuclei.table.shape[1])
        half = np.float32(0.5 / side)
        waviness = np.abs(self._nuclei.table[8])
        y, x = (half + waviness * np.abs(wave).max() for wave in self._warp or (half * 0, half * 0))
        return np.maximum(self._nuclei.distance(crystals, y, x), self._nuclei.distance(crystals, y, -x))

    def _distance(self, crystal: Labels, spot: tuple[Field, ...]) -> Field:
        """Return how far spots lie from crystals, in radii of these."""
        y, x = self._from_cell(0, crystal, spot), self._from_cell(1, crystal, spot)
        y -= self._nuclei.at(0, crystal)
        x -= self._nuclei.at(1, crystal)
        if len(spot) == 6:
            waviness = self._nuclei.at(8, crystal)
            y += waviness * spot[4]
            waviness *= spot[5]
            x += waviness
        return self._nuclei.distance(crystal, y, x)

    def _from_cell(self, axis: int, crystal: Labels, spot: tuple[Field, ...]) -> Field:
        """Return how far along an axis spots lie from the corners of crystals' cells, in cells."""
        apart = take_clipped((self._row_of, self._column_of)[axis], crystal)
        apart -= spot[2 + axis]
        return np.subtract(spot[axis], apart, out=apart)


def node_step(lattice: Lattice, window: Window) -> int:
    """Return at every how many pixels to look first, 1 to 8: 1 where crystals are too small.

    Parameters
    ----------
    lattice : Lattice
        Of the crystals.
    window : Window
        Where.
    """
    if window.stride > 1:
        return 1
    return int(np.clip(window.pixels(lattice.spacing_um) / 3.5, 1, 8))


def find_winners(front: Front, lattice: Lattice, window: Window, pixels: NDArray[np.intp]) -> Labels:
    """Return the winners (M,) of pixels, looking only at every few pixels inside crystals.

    Parameters
    ----------
    front : Front
        The race for all pixels of the window.
    lattice : Lattice
        Its lattice.
    window : Window
        Where.
    pixels : ndarray, shape (M,), intp
        Flat indices of the pixels to look at; a pixel's winner does not depend on the others.
    """
    step = node_step(lattice, window)
    rows, columns = (np.flatnonzero(places % step == 0) for places in (window.rows, window.columns))
    if step == 1 or min(len(rows), len(columns)) < 2:
        return front.winner(pixels)
    nodes = front.winner((rows[:, None] * window.width + columns).ravel()).reshape(len(rows), len(columns))
    corners = np.stack([nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, :-1], nodes[1:, 1:]]).reshape(4, -1)
    block = take_clipped(_blocks(window, rows, columns, step), pixels)
    between, beyond = np.flatnonzero(block >= 0), np.flatnonzero(block < 0)
    winner = np.empty(len(pixels), dtype=np.intp)
    winner[between] = front.winner_among(take_clipped(pixels, between), take_clipped(block, between), corners)
    winner[beyond] = front.winner(take_clipped(pixels, beyond))
    return winner


def _blocks(window: Window, rows: Labels, columns: Labels, step: int) -> Labels:
    """Return the number of the block of nodes around each pixel of a window, -1 beyond, shape (P,).

    The nodes lie on whole multiples of the step in the endless plane, so that every window sees the
    same ones.
    """
    blocks = np.full(window.shape, -1, dtype=np.intp)
    numbers = np.arange((len(rows) - 1) * (len(columns) - 1)).reshape(len(rows) - 1, -1)
    inner = np.s_[rows[0] : rows[-1], columns[0] : columns[-1]]
    blocks[inner] = np.repeat(np.repeat(numbers, step, axis=1), step, axis=0)
    return blocks.ravel()


def _neighbours(reach: int) -> Iterator[tuple[int, int]]:
    """Yield cells within reach, nearest first, without the far corners."""
    side = range(-reach, reach + 1)
    cells = [(y, x) for y in side for x in side if y * y + x * x < 2 * reach * reach or reach == 1]
    yield from sorted(cells, key=lambda cell: cell[0] ** 2 + cell[1] ** 2)
