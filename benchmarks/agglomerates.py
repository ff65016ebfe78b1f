"""Synthetic SEM images of agglomerates: chains and clumps of overlapping bodies on a dark ground."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.synthetic.scene import Scene, SemImage
from napari_rocks2net.crystals.synthetic.solids import SOLIDS, Floats

# Distance of neighbours as a share of the sum of their radii; less for those that stand behind.
NEAREST, FARTHEST = 0.6, 0.95
# Brightness of bodies behind.
FAINTEST, LEAST_FAINT = 0.4, 0.75
# Bodies of an agglomerate, on average.
MEAN_BODIES = 5
TRIES = 20


class _Disc(NamedTuple):
    y: float
    x: float
    radius: float


def draw_agglomerates(
    shape: tuple[int, int] = (512, 640),
    diameter: float = 24.0,
    count: int = 120,
    spread: float = 0.15,
    faint: float = 0.2,
    noise: float = 0.04,
    pixel_size: float = 0.02,
    seed: int = 0,
) -> SemImage:
    """Return a drawing of bodies that cling together, from single ones over pairs to chains and clumps.

    Parameters
    ----------
    shape : tuple of int
        Height and width in pixels.
    diameter : float
        Typical diameter in pixels.
    count : int
        Bodies that are placed; where there is no room, or of which too little is seen, there are fewer.
    spread : float
        Standard deviation of the logarithm of the diameters.
    faint : float
        Share of the bodies that stand behind others and are fainter, 0..1.
    noise : float
        Standard deviation of the detector's noise, of a range of 1.
    pixel_size : float
        Micrometres a pixel.
    seed : int
        The same seed draws the same image.

    Raises
    ------
    CrystalError
        When a number is out of range.
    """
    if not (4 <= diameter <= min(shape) and count >= 1):
        raise CrystalError(
            f"{count} bodies of {diameter:g} pixels in {shape}: pass one body at least, "
            "and a diameter from 4 up to the shorter side."
        )
    rng = np.random.default_rng(seed)
    scene = Scene(shape, rng)
    discs: list[_Disc] = []
    placed = 0
    while placed < count:
        bodies = min(int(rng.geometric(1 / MEAN_BODIES)), count - placed)
        placed += bodies
        radii = diameter / 2 * np.exp(rng.normal(scale=spread, size=bodies))
        agglomerate = _agglomerate(shape, radii, discs, rng)
        discs += agglomerate
        for number, disc in enumerate(agglomerate):
            _place(scene, disc, number > 0 and rng.uniform() < faint, rng)
    return scene.photograph(diameter, noise, pixel_size, rng)


def _agglomerate(
    shape: tuple[int, int], radii: Floats, others: list[_Disc], rng: np.random.Generator
) -> list[_Disc]:
    """Return one body on the ground and each next one beside the last (chain) or beside any (clump)."""
    discs: list[_Disc] = []
    clumped = rng.uniform()
    for radius in radii:
        neighbours = discs if rng.uniform() < clumped else discs[-1:]
        for _ in range(TRIES):
            disc = _beside(neighbours, radius, rng) if discs else _anywhere(shape, radius, rng)
            if _is_free(disc, shape, [*others, *discs]):
                discs.append(disc)
                break
    return discs


def _anywhere(shape: tuple[int, int], radius: float, rng: np.random.Generator) -> _Disc:
    y, x = rng.uniform((0, 0), shape)
    return _Disc(y, x, radius)


def _beside(neighbours: list[_Disc], radius: float, rng: np.random.Generator) -> _Disc:
    """Return a disc at the side of one of several."""
    neighbour = neighbours[int(rng.integers(len(neighbours)))]
    angle = rng.uniform(0, 2 * math.pi)
    away = rng.uniform(NEAREST, FARTHEST) * (radius + neighbour.radius)
    return _Disc(neighbour.y + away * math.sin(angle), neighbour.x + away * math.cos(angle), radius)


def _is_free(disc: _Disc, shape: tuple[int, int], others: list[_Disc]) -> bool:
    """Tell whether a disc has its centre in the image and overlaps none too much."""
    if not (0 <= disc.y < shape[0] and 0 <= disc.x < shape[1]):
        return False
    y, x, radius = np.array(others or [_Disc(-math.inf, -math.inf, 0.0)]).T
    return bool(np.all(np.hypot(y - disc.y, x - disc.x) >= NEAREST * (radius + disc.radius)))


def _place(scene: Scene, disc: _Disc, behind: bool, rng: np.random.Generator) -> None:
    name = str(rng.choice(list(SOLIDS)))
    surface = SOLIDS[name](disc.radius, rng)
    surface = surface - np.nanmin(surface) + (0 if behind else rng.uniform(0.3, 0.8))
    brightness = rng.uniform(FAINTEST, LEAST_FAINT) if behind else 1.0
    scene.place(name, disc.radius * surface, int(disc.y), int(disc.x), brightness)
