"""Each grain's mineral, orientation and inner marks, as arrays over the grain labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.fabric import Fabric
from napari_rocks2net.synthetic.minerals import MINERALS
from napari_rocks2net.synthetic.recipes import Mode

PerGrain = NDArray[np.float32]


@dataclass(frozen=True)
class Crystals:
    """Optical properties of every grain of a section; index = grain label, index 0 unused.

    Parameters
    ----------
    mineral : ndarray, shape (N,), int
        Index into the order of `MINERALS`.
    extinction : ndarray, shape (N,), float32
        Angle of one vibration direction in radians; the other stands across it.
    birefringence : ndarray, shape (N,), float32
        Effective birefringence of the grain's cut, 0 to the mineral's largest.
    twinned : ndarray, shape (N,), bool
        Whether the grain shows its mineral's twins.
    twin_turn : ndarray, shape (N,), float32
        By how much the extinction of the second twin differs, in radians.
    lamella_angle : ndarray, shape (N,), float32
        Direction of the normal of twin planes and first cleavage in radians.
    lamella_um : ndarray, shape (N,), float32
        Distance of twin lamellae in micrometres.
    cleavage_um : ndarray, shape (N,), float32
        Distance of cleavage traces in micrometres.
    cleavage_strength : ndarray, shape (N,), float32
        0 where the cut shows none, to 1.
    undulose : ndarray, shape (N,), float32
        Wandering of the extinction in radians.
    shade : ndarray, shape (N,), float32
        Factor on the mineral's transmission, about 1.
    """

    mineral: NDArray[np.intp]
    extinction: PerGrain
    birefringence: PerGrain
    twinned: NDArray[np.bool_]
    twin_turn: PerGrain
    lamella_angle: PerGrain
    lamella_um: PerGrain
    cleavage_um: PerGrain
    cleavage_strength: PerGrain
    undulose: PerGrain
    shade: PerGrain


def mineral_property(name: str) -> NDArray[np.float32]:
    """Return one property of all minerals in table order.

    Parameters
    ----------
    name : str
        A numeric or colour field of `Mineral`.

    Returns
    -------
    ndarray, shape (M,) or (M, 3), float32
        The values.
    """
    return np.array([getattr(mineral, name) for mineral in MINERALS.values()], dtype=np.float32)


def mineral_flag(test: str, value: object) -> NDArray[np.bool_]:
    """Return for all minerals in table order whether a field has a value."""
    return np.array([getattr(mineral, test) == value for mineral in MINERALS.values()])


def grow_crystals(fabric: Fabric, mode: Mode, matrix_mode: Mode, rng: np.random.Generator) -> Crystals:
    """Give every grain of a fabric a mineral, an orientation and its marks.

    Parameters
    ----------
    fabric : Fabric
        The grains.
    mode, matrix_mode : mapping of str to float
        Shares of the minerals among the large grains and in the matrix.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Crystals
        One entry a label.
    """
    count = len(fabric.diameters)
    mineral = np.where(fabric.matrix, _minerals(matrix_mode, count, rng), _minerals(mode, count, rng))
    undulose = rng.uniform(0.2, 1.3) * mineral_property("undulose")[mineral]
    return Crystals(
        mineral=mineral,
        extinction=_extinctions(count, rng),
        birefringence=mineral_property("birefringence")[mineral] * _cut_factors(count, rng),
        twinned=rng.random(count) < mineral_property("twinned")[mineral],
        twin_turn=_uniform(0.3, 1.2, count, rng),
        lamella_angle=_uniform(0, np.pi, count, rng),
        lamella_um=_uniform(14, 60, count, rng),
        cleavage_um=_uniform(20, 60, count, rng),
        cleavage_strength=np.clip(_uniform(-0.5, 0.9, count, rng), 0, 1),
        undulose=np.radians(undulose * _uniform(0.2, 1.5, count, rng)).astype(np.float32),
        shade=_uniform(0.92, 1.0, count, rng),
    )


def _uniform(low: float, high: float, count: int, rng: np.random.Generator) -> PerGrain:
    return rng.uniform(low, high, count).astype(np.float32)


def _cut_factors(count: int, rng: np.random.Generator) -> PerGrain:
    """Return sin² of the angle between optic axis and line of sight for axes of any direction."""
    return np.asarray(1 - rng.random(count) ** 2, dtype=np.float32)


def _extinctions(count: int, rng: np.random.Generator) -> PerGrain:
    """Return extinction angles, at random or gathered about a lattice-preferred direction."""
    if rng.random() < 0.7:
        return _uniform(0, np.pi, count, rng)
    return rng.normal(rng.uniform(0, np.pi), rng.uniform(0.4, 0.9), count).astype(np.float32)


def _minerals(mode: Mode, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw minerals; the shares vary from section to section around the mode."""
    names = list(MINERALS)
    share = np.array(list(mode.values())) * rng.lognormal(0.0, 0.35, len(mode))
    index = np.array([names.index(name) for name in mode])
    return index[rng.choice(len(mode), size=count, p=share / share.sum())]
