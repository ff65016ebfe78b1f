"""Crystal habits: each nucleus of a layer gets a mineral, a size, a direction and an outline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.petrology.minerals import ANHEDRAL, FLAKE, MINERALS, TABLET, Habit
from napari_rocks2net.synthetic.petrology.plan import LayerPlan
from napari_rocks2net.synthetic.plane.lattice import Nuclei, identities, jitters

Floats = NDArray[np.float32]

OUTLINES: Mapping[str, Habit] = MappingProxyType(
    {
        "laths": Habit((4.0, 8.0), 1.0, 1.85, 0.12, 0.2, 0.8),
        "rounded": Habit((1.0, 1.5), 0.15, 1.5, 0.5),
        "subangular": Habit((1.0, 1.8), 0.6, 1.45, 0.9),
        "angular": Habit((1.0, 1.9), 1.0, 1.55, 0.8),
        "shards": Habit((2.5, 6.0), 0.7, 1.1, 2.6),
        "ooids": Habit((1.0, 1.25), 0.0, 2.0, 0.15),
    }
)
"""Outlines of grains that did not grow where they lie."""

_LONGEST = 1.75
_HABITS = tuple(mineral.habit for mineral in MINERALS.values())


@dataclass(frozen=True)
class Population:
    """The grains of a layer in a block of its lattice."""

    numbers: NDArray[np.int64]  # (N,) int64. Number of each grain within its layer.
    code: NDArray[np.int64]  # (N,) int64. Mineral or fragment, as in `LayerPlan`.
    angle: Floats  # (N,) float32. Direction of its length in radians, from x towards y.
    place_um: NDArray[np.float64]  # (2, N) float64. y and x of its nucleus in micrometres.
    nuclei: Nuclei  # How each grows.


def populate(
    plan: LayerPlan,
    first: tuple[int, int],
    cells: tuple[int, int],
    cell_indices: NDArray[np.intp] | None = None,
) -> Population:
    """Return the grains of a block of a layer's lattice, the same for every block that holds their cells.

    Parameters
    ----------
    plan : LayerPlan
        The layer.
    first, cells : tuple of 2 ints
        Corner and size of the block in cells.
    cell_indices : ndarray, shape (W,), intp, optional
        Flat indices of the cells to fill; by default all. The others hold zeros.
    """
    all_numbers = identities(first, cells)
    chosen = np.arange(len(all_numbers)) if cell_indices is None else cell_indices
    numbers = all_numbers[chosen]
    code = chosen_codes(plan, numbers)
    angle = directions(plan, numbers)
    table = _growth_table(plan, numbers, code, angle)
    cell = np.stack(np.divmod(chosen, cells[1])) + np.array(first)[:, None]
    place_um = np.linalg.inv(plan.lattice.matrix()) @ (cell + table[:2])
    if cell_indices is not None:
        code, angle, table, place_um = (
            _spread_out(values, cell_indices, len(all_numbers)) for values in (code, angle, table, place_um)
        )
    return Population(all_numbers, code, angle, place_um, Nuclei(first, cells, table))


def _spread_out(values: NDArray[Any], cell_indices: NDArray[np.intp], count: int) -> NDArray[Any]:
    """Put the last axis of values at so many places of zeros."""
    spread = np.zeros((*values.shape[:-1], count), dtype=values.dtype)
    spread[..., cell_indices] = values
    return spread


def chosen_codes(plan: LayerPlan, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what each grain of a layer is, (N,) int64; see `LayerPlan`.

    Parameters
    ----------
    plan : LayerPlan
        The layer.
    numbers : ndarray, shape (N,), int64
        Number of each grain within its layer.
    """
    draw = plan.rng.branch("mineral").uniform(numbers)
    return plan.codes[np.minimum(np.searchsorted(np.cumsum(plan.shares), draw), len(plan.codes) - 1)]


def directions(plan: LayerPlan, numbers: NDArray[np.int64]) -> Floats:
    """Return the direction of each grain in radians, (N,) float32: any, or near that of a strong foliation.

    Parameters
    ----------
    plan, numbers
        See `chosen_codes`.
    """
    lattice = plan.lattice
    rng = plan.rng.branch("angle")
    if lattice.aspect < 1.05:
        return rng.uniform(numbers, 0, np.pi)
    strayed = np.float32(0.35 / (lattice.aspect - 0.75))
    return np.asarray(lattice.direction + strayed * rng.normal(numbers), dtype=np.float32)


def _habit_values(plan: LayerPlan, code: NDArray[np.int64]) -> Floats:
    """Return aspect (low, high), facets, corner, waviness, lead and size of each grain, shape (7, N)."""
    habits = [_habit(plan.outline, int(one)) for one in plan.codes]
    rows = [(*h.aspect, h.facets, h.corner, h.waviness, h.lead, h.size) for h in habits]
    order = np.argsort(plan.codes)
    kind = order[np.searchsorted(plan.codes[order], code)]
    return np.array(rows, dtype=np.float32)[kind].T


def _habit(outline: str, code: int) -> Habit:
    if outline in ("crystals", "laths") and not (
        outline == "laths" and code >= 0 and _HABITS[code] is TABLET
    ):
        return _HABITS[code] if code >= 0 else ANHEDRAL
    return FLAKE if code >= 0 and _HABITS[code] is FLAKE else OUTLINES[outline]


def _growth_table(
    plan: LayerPlan, numbers: NDArray[np.int64], code: NDArray[np.int64], angle: Floats
) -> Floats:
    """Return the table of `Nuclei`."""
    low, high, facets, corner, waviness, lead, size = _habit_values(plan, code)
    rng = plan.rng
    spread = np.float32(plan.spread) * rng.branch("size").normal(numbers)
    radius = np.float32(plan.radius_cells) * size * np.exp(spread - np.float32(plan.spread**2 / 2))
    stretch = np.sqrt(low + (high - low) * rng.branch("aspect").uniform(numbers))
    length = np.minimum(radius * stretch, _LONGEST)
    width = radius / stretch
    sine, cosine = np.sin(angle), np.cos(angle)
    to_um = np.linalg.inv(plan.lattice.matrix()).astype(np.float32) / np.float32(plan.lattice.spacing_um)
    u = (sine * to_um[0, 0] + cosine * to_um[1, 0], sine * to_um[0, 1] + cosine * to_um[1, 1])
    v = (cosine * to_um[0, 0] - sine * to_um[1, 0], cosine * to_um[0, 1] - sine * to_um[1, 1])
    weight = radius / np.float32(plan.radius_cells) if plan.cover < 1 else np.ones_like(radius)
    varied = corner * rng.branch("corner").uniform(numbers, 0.85, 1.15)
    jitter = jitters(rng.branch("place"), numbers, plan.lattice.jitter)
    matrix = (u[0] / length, u[1] / length, v[0] / width, v[1] / width)
    rows = (*jitter, *matrix, facets, 1 / varied, waviness, -lead, weight)
    return np.stack([np.asarray(row, dtype=np.float32) for row in rows])
