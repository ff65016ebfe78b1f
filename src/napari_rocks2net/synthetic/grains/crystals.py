"""Crystal optics: orientation and inner marks, as arrays over the table of crystals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.grains.fabric import CrystalTable
from napari_rocks2net.synthetic.petrology.minerals import FLAKE, MINERALS
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG

PerCrystal = NDArray[np.float32]


@dataclass(frozen=True)
class Crystals:
    """Optical properties of every crystal of a window; index = crystal label."""

    mineral: NDArray[np.int64]  # (N,) int64. Index into the order of `MINERALS`.
    # (N,) float32. Direction of the crystal's length, its twin planes and its first cleavage in radians.
    angle: PerCrystal
    # (N,) float32. Angle of one vibration direction in radians; the other stands across it.
    extinction: PerCrystal
    # (N,) float32. How much of the mineral's birefringence and pleochroism the cut shows, 0 to 1.
    cut: PerCrystal
    birefringence: PerCrystal  # (N,) float32. Effective birefringence of the cut, 0 to the mineral's largest.
    twinned: NDArray[np.bool_]  # (N,) bool. Whether it shows its mineral's twins.
    twin_turn: PerCrystal  # (N,) float32. By how much the extinction of the second twin differs, in radians.
    lamella_um: PerCrystal  # (N,) float32. Distance of twin lamellae in micrometres.
    cleavage_um: PerCrystal  # (N,) float32. Distance of cleavage traces in micrometres.
    cleavage_strength: PerCrystal  # (N,) float32. 0 where the cut shows none, to 1.
    undulose: PerCrystal  # (N,) float32. Wandering of the extinction in radians.
    cloudy: PerCrystal  # (N,) float32. Alteration dust, 0 to 1.
    shade: PerCrystal  # (N,) float32. Factor on the mineral's transmission, about 1.
    phase: PerCrystal  # (N,) float32. A number from 0 to 1 that sets its marks apart from its neighbours'.


@lru_cache(maxsize=64)
def mineral_property(name: str) -> NDArray[np.float32]:
    """Return a numeric or colour field of `Mineral` for all of them, (M,) or (M, K) float32, read-only."""
    values = np.array([getattr(mineral, name) for mineral in MINERALS.values()], dtype=np.float32)
    values.setflags(write=False)
    return values


@lru_cache(maxsize=64)
def mineral_flag(field: str, value: object) -> NDArray[np.bool_]:
    """Return for all minerals in table order whether a field has a value, (M,) bool.

    Parameters
    ----------
    field : str
        A field of `Mineral`.
    value : object
        What it is compared with.
    """
    flags = np.array([getattr(mineral, field) == value for mineral in MINERALS.values()])
    flags.setflags(write=False)
    return flags


def grow_crystals(table: CrystalTable, rng: PositionRNG) -> Crystals:
    """Return the orientation and the marks of crystals, the same in every window.

    Parameters
    ----------
    table : CrystalTable
        The crystals.
    rng : PositionRNG
        Random numbers of the section.
    """
    mineral = table.mineral
    draws = rng.uniforms(table.number, 11)
    flake = mineral_flag("habit", FLAKE)[mineral]
    cut, turn = _cut(draws[0], flake, table.ooid), _extinction_angle(draws[1], mineral)
    albite = mineral_flag("twins", "albite")[mineral]
    cleavage = np.clip(-0.25 + 1.4 * draws[2], 0, 1) * np.where(flake, 0.35 + 0.65 * cut, 1)
    return Crystals(
        mineral=mineral,
        angle=table.angle,
        extinction=table.angle + turn,
        cut=cut,
        birefringence=mineral_property("birefringence")[mineral] * cut,
        twinned=draws[3] < mineral_property("twinned")[mineral],
        twin_turn=np.where(albite, -2 * turn, 0.25 + draws[4]),
        lamella_um=14 * np.exp(1.86 * draws[5]),
        cleavage_um=(18 + 42 * draws[6]) * np.where(flake, 0.45, 1).astype(np.float32),
        cleavage_strength=cleavage.astype(np.float32),
        undulose=np.radians(mineral_property("undulose"))[mineral] * (0.1 + 1.6 * draws[7]),
        cloudy=mineral_property("cloudy")[mineral] * (0.3 + 1.2 * draws[8]),
        shade=0.9 + 0.1 * draws[9],
        phase=draws[10],
    )


def _cut(draw: NDArray[np.floating], flake: NDArray[np.bool_], ooid: NDArray[np.bool_]) -> PerCrystal:
    """Return sin² of the angle between optic axis and line of sight, for axes of any direction."""
    cut = 1 - draw**2
    # A flake that shows its length is cut across its cleavage, so its birefringence is never low.
    cut = np.where(flake, 0.45 + 0.55 * cut, cut).astype(np.float32)
    return np.where(ooid, 1, cut).astype(np.float32)


def _extinction_angle(draw: NDArray[np.floating], mineral: NDArray[np.integer]) -> PerCrystal:
    """Return the angles in radians from a crystal's length to a vibration direction, to either side."""
    low, high = np.radians(mineral_property("extinction_degrees")).T
    signed = 2 * draw - 1
    size = low[mineral] + (high - low)[mineral] * np.abs(signed)
    return np.asarray(np.sign(signed) * size, dtype=np.float32)
