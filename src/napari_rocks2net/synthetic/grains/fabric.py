"""Grain map of a section: the grain and the crystal that each pixel of a window belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.grains.growth import Front, find_winners, node_step
from napari_rocks2net.synthetic.grains.habits import Population, chosen_codes, directions, populate
from napari_rocks2net.synthetic.petrology.minerals import MINERALS
from napari_rocks2net.synthetic.petrology.plan import LayerPlan, SectionPlan
from napari_rocks2net.synthetic.plane.lattice import block_of, cells_near
from napari_rocks2net.synthetic.plane.noise import rough_noise
from napari_rocks2net.synthetic.plane.window import Window

Labels = NDArray[np.intp]
Floats = NDArray[np.float32]

RESOLVED_PIXELS = 1.6
_WAVY_PIXELS = 5.0
_TYPICAL_CRYSTALS = 1024
_LAYER_BITS = 58
_WHOLE_WINDOW_SHARE = 0.5
_FEW_PIXELS = 2


@dataclass(frozen=True)
class CrystalTable:
    """The crystals of a window; index = crystal label."""

    number: NDArray[np.int64]  # (N,) int64. Number of the crystal, the same in every window.
    mineral: NDArray[np.int64]  # (N,) int64. Index into the order of `MINERALS`.
    angle: Floats  # (N,) float32. Direction of its length in radians, from x towards y.
    place_um: NDArray[np.float64]  # (N, 2) float64. y and x of its nucleus in micrometres.
    diameter_um: Floats  # (N,) float32. Mean diameter of its population in micrometres.
    ooid: NDArray[np.bool_]  # (N,) bool. Whether it is an ooid with shells.


@dataclass(frozen=True)
class Fabric:
    """Grains and crystals of a window."""

    # (Y, X) int64. Number of each pixel's grain, the same in every window. A rock fragment is one grain.
    # Grains smaller than 1.6 pixels get a number a pixel.
    grains: NDArray[np.int64]
    # (Y, X) bool. Whether the pixel belongs to the matrix, cement or pores between the grains.
    matrix: NDArray[np.bool_]
    # (Y, X) intp. Index into the table of crystals; those below the resolution are drawn from typical ones.
    crystals: Labels
    # (Y, X) float32. 0 at the nucleus of the crystal to 1 at its outline, if nothing was in its way.
    time: Floats
    table: CrystalTable  # The crystals.

    def spread(self, per_crystal: NDArray[Any]) -> NDArray[Any]:
        """Return a value of each crystal, shape (..., N), at every pixel, shape (..., Y, X)."""
        return per_crystal.take(self.crystals, axis=-1, mode="clip")


def draw_fabric(plan: SectionPlan, window: Window) -> Fabric:
    """Return the grains and crystals of a section in a window.

    Parameters
    ----------
    plan : SectionPlan
        The section.
    window : Window
        Where.
    """
    canvas = _Canvas(window)
    canvas.draw(plan, np.arange(window.height * window.width), fragment=False)
    return canvas.fabric()


class _Canvas:
    """Grain maps under the brush; the uppermost layer comes first and leaves the others what is free."""

    def __init__(self, window: Window) -> None:
        self._window = window
        size = window.height * window.width
        self._grains = np.zeros(size, dtype=np.int64)
        self._matrix = np.zeros(size, dtype=bool)
        self._crystals = np.zeros(size, dtype=np.intp)
        self._time = np.zeros(size, dtype=np.float32)
        self._tables: list[CrystalTable] = []
        self._count = 0

    def draw(self, plan: SectionPlan, pixels: NDArray[np.intp], fragment: bool) -> None:
        """Draw a section, or the inside of the fragments of a rock, on some pixels."""
        free, share = pixels, 1.0
        for number in reversed(range(len(plan.layers))):
            layer = plan.layers[number]
            # Decided by the plan, not by the window: every window has to take the same way.
            whole = not fragment and share > _WHOLE_WINDOW_SHARE
            covered, numbers = self._paint_layer(layer, free, whole, fragment)
            if not fragment:
                self._grains[free[covered]] = numbers | (number << _LAYER_BITS)
                self._matrix[free[covered]] = number == 0 and len(plan.layers) > 1
            uncovered = np.ones(len(free), dtype=bool)
            uncovered[covered] = False
            free, share = free[uncovered], share * (1 - layer.cover)
        self._fill_fragments(plan, pixels)

    def fabric(self) -> Fabric:
        """Return the maps, and the table of the crystals that are seen."""
        shape = self._window.shape
        visible = np.zeros(self._count, dtype=bool)
        visible[self._crystals] = True
        columns = {
            name: np.concatenate([getattr(one, name) for one in self._tables])[visible]
            for name in CrystalTable.__dataclass_fields__
        }
        crystals = (np.cumsum(visible, dtype=np.intp) - 1).take(self._crystals)
        return Fabric(
            grains=self._grains.reshape(shape),
            matrix=self._matrix.reshape(shape),
            crystals=crystals.reshape(shape),
            time=self._time.reshape(shape),
            table=CrystalTable(**columns),
        )

    def _paint_layer(
        self, layer: LayerPlan, pixels: NDArray[np.intp], whole: bool, fragment: bool
    ) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Paint a layer on some pixels; return indices of those that it covers, and their grains."""
        if self._window.pixels(layer.diameter_um) < RESOLVED_PIXELS * self._window.stride:
            return self._paint_unresolved(layer, pixels)
        reach = 2 if layer.cover > 0.3 and self._window.pixels(layer.diameter_um) > _WAVY_PIXELS else 1
        block = block_of(layer.lattice, self._window, reach)
        few = not whole and len(pixels) < _FEW_PIXELS * block[1][0] * block[1][1]
        cells = cells_near(layer.lattice, self._window, pixels, block, reach) if few else None
        population = populate(layer, *block, cells)
        label, time = self._grow(layer, population, pixels, reach, whole, fragment)
        covered = np.flatnonzero(time < 1) if layer.cover < 1 else np.arange(len(pixels))
        label, time = label[covered], time[covered]
        self._paint_crystals(layer, population, pixels[covered], label, time)
        return covered, population.numbers[label]

    def _grow(
        self,
        layer: LayerPlan,
        population: Population,
        pixels: NDArray[np.intp],
        reach: int,
        whole: bool,
        fragment: bool,
    ) -> tuple[NDArray[np.intp], Floats]:
        """Return which crystal of a layer each pixel lies in, and where in it."""
        whole = whole and node_step(layer.lattice, self._window) > 1
        area = np.arange(self._grains.size) if whole else pixels
        warp = None if fragment else self._warp(layer, area)
        front = Front(layer.lattice, population.nuclei, self._window, area, warp, reach)
        chosen = pixels if whole else np.arange(len(area))
        label = find_winners(front, layer.lattice, self._window, chosen) if whole else front.winner(chosen)
        if layer.cover < 1 or layer.zoned:
            return label, front.time(chosen, label)
        return label, np.zeros(len(label), dtype=np.float32)

    def _paint_unresolved(
        self, layer: LayerPlan, pixels: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Give every pixel one of a set of typical crystals: it shows many, none of them clearly."""
        window = self._window
        row, column = np.divmod(pixels, window.width)
        place = ((window.rows[row] + (1 << 28)) << 29) | (window.columns[column] + (1 << 28))
        covered = np.arange(len(pixels))
        if layer.cover < 1:
            covered = np.flatnonzero(layer.rng.branch("cover").uniform(place) < layer.cover)
        bits = layer.rng.branch("typical").bits(place[covered])
        self._paint(pixels[covered], (bits % np.uint64(_TYPICAL_CRYSTALS)).astype(np.intp), np.float32(0.5))
        numbers = np.arange(_TYPICAL_CRYSTALS, dtype=np.int64)
        code, angle = chosen_codes(layer, numbers), directions(layer, numbers)
        self._add(layer, numbers, code, angle, np.zeros((len(numbers), 2)))
        return covered, place[covered]

    def _paint_crystals(
        self,
        layer: LayerPlan,
        population: Population,
        pixels: NDArray[np.intp],
        label: NDArray[np.intp],
        time: Floats,
    ) -> None:
        """Paint grown crystals; ooids get a core of quartz, larger or smaller or none."""
        numbers, place_um = population.numbers, population.place_um.T
        ooids = layer.outline == "ooids"
        if ooids:
            core = time < layer.rng.branch("core").uniform(numbers, -0.2, 0.5)[label]
            label = np.where(core, label + len(numbers), label)
        self._paint(pixels, label, time)
        self._add(layer, numbers, population.code, population.angle, place_um)
        if ooids:
            quartz = np.full_like(population.code, list(MINERALS).index("quartz"))
            self._add(replace(layer, outline="crystals"), numbers, quartz, population.angle, place_um)

    def _paint(self, pixels: NDArray[np.intp], label: NDArray[np.intp], time: Floats | np.float32) -> None:
        self._crystals[pixels] = label + self._count
        self._time[pixels] = time

    def _add(
        self,
        layer: LayerPlan,
        numbers: NDArray[np.int64],
        code: NDArray[np.int64],
        angle: Floats,
        place_um: NDArray[np.float64],
    ) -> None:
        """Add the crystals that a layer painted to the table."""
        diameter = np.full(len(numbers), layer.diameter_um, dtype=np.float32)
        ooid = np.full(len(numbers), layer.outline == "ooids")
        own = layer.rng.bits(numbers).view(np.int64)
        self._tables.append(CrystalTable(own, code, angle, place_um, diameter, ooid))
        self._count += len(numbers)

    def _fill_fragments(self, plan: SectionPlan, pixels: NDArray[np.intp]) -> None:
        """Draw the inside of grains that are fragments of rocks."""
        if not plan.fragments:
            return
        code = np.concatenate([table.mineral for table in self._tables])[self._crystals[pixels]]
        for index, fragment in enumerate(plan.fragments):
            own = pixels[code == -1 - index]
            if len(own):
                self.draw(fragment, own, fragment=True)

    def _warp(self, layer: LayerPlan, pixels: NDArray[np.intp]) -> tuple[Floats, Floats] | None:
        """Return the waves of the layer's boundaries, none where they would be too small to see."""
        window = self._window
        if window.pixels(layer.diameter_um) < _WAVY_PIXELS or window.stride > 1:
            return None
        waves = (
            rough_noise(window, 0.45 * layer.diameter_um, layer.rng.branch("wave", axis)) for axis in (0, 1)
        )
        across, along = (np.float32(layer.waviness) * wave.ravel()[pixels] for wave in waves)
        return across, along
