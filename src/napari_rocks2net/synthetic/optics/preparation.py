"""Preparation flaws: air bubbles in the mounting medium, scratches of the polish."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.petrology.minerals import MOUNT_INDEX
from napari_rocks2net.synthetic.plane.lattice import Lattice, block_of, identities, jitters
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window

Field = NDArray[np.float32]

_BUBBLE_CELLS = Lattice(700.0, 1.0, 0.0, 1.0)
_BUBBLE_RADIUS_UM = (18.0, 240.0)
_SCRATCH_CELLS = Lattice(500.0, 1.0, 0.0, 1.0)
_HALF_SCRATCH_UM = (120.0, 1400.0)
_APERTURE = 0.35
_LEAST_LIGHT = 0.03
_RIM_STEPS = 512


@dataclass(frozen=True)
class Preparation:
    """Preparation of a section: its bubbles and scratches."""

    bubbles: float  # Share, 0 to 1, of the squares of 0.7 mm that hold a bubble.
    scratches: float  # Share, 0 to 1, of the squares of 0.5 mm in which a scratch has its middle.
    direction: float  # Direction in radians, from x towards y, of most scratches: that of the last stroke.
    rng: PositionRNG  # Random numbers of their places and shapes.

    @classmethod
    def random(cls, rng: PositionRNG) -> Preparation:
        """Draw a preparation: a third of all have bubbles, half have scratches, and most of these few."""
        generator = rng.generator()
        bubbled, scratched = generator.random(2) < (0.35, 0.5)
        shares = np.array([0.3, 0.6]) * generator.random(2) ** 2 + 0.02
        direction = float(generator.uniform(0, np.pi))
        return cls(float(bubbled * shares[0]), float(scratched * shares[1]), direction, rng)

    def transmission(self, window: Window) -> tuple[Field, Field]:
        """Return what bubbles and scratches take, the same at every place whichever window shows it.

        Returns
        -------
        light : ndarray, shape (Y, X), float32
            Factor on the light with any polars, 0.03 on the rim of a bubble to about 1.3 beside it.
        thickness : ndarray, shape (Y, X), float32
            Factor on the thickness of the section, less than 1 in the groove of a scratch.
        """
        light = np.ones(window.shape, dtype=np.float32)
        thickness = np.ones(window.shape, dtype=np.float32)
        for scratch in self._scratches(window):
            _scratch(scratch, window, light, thickness)
        for bubble in self._bubbles(window):
            _add_bubble(bubble, window, light)
        return light, thickness

    def _bubbles(self, window: Window) -> Iterator[_Bubble]:
        rng = self.rng.branch("bubbles")
        numbers, places = _places(_BUBBLE_CELLS, window, _BUBBLE_RADIUS_UM[1], self.bubbles, rng)
        size, flat, turn, depth = rng.branch("shape").uniforms(numbers, 4).astype(np.float64)
        low, high = _BUBBLE_RADIUS_UM
        for (y, x), *shape in zip(places, size, flat, turn, depth, strict=True):
            of_size, of_flat, of_turn, of_depth = shape
            radius = low * (high / low) ** (of_size**1.6)
            yield _Bubble(y, x, radius, 1 + 0.15 * of_flat, np.pi * of_turn, 14 + 30 * of_depth)

    def _scratches(self, window: Window) -> Iterator[_Scratch]:
        rng = self.rng.branch("scratches")
        numbers, places = _places(_SCRATCH_CELLS, window, _HALF_SCRATCH_UM[1], self.scratches, rng)
        draws = rng.branch("shape").uniforms(numbers, 8).astype(np.float64)
        low, high = _HALF_SCRATCH_UM
        for (y, x), (stray, angle, length, bend, width, depth, side, more) in zip(
            places, draws.T, strict=True
        ):
            along = self.direction + 0.14 * (angle - 0.5) if stray < 0.7 else np.pi * angle
            first = _Scratch(
                y,
                x,
                along,
                half_um=low * (high / low) ** length,
                bend=4e-5 * (bend - 0.5),
                width_um=0.9 + 2.1 * width**3,
                depth=0.5 + 0.8 * depth,
                side=1.0 if side < 0.5 else -1.0,
            )
            # A grit has several edges, so scratches come in bundles.
            yield from (first.beside(strand, 6 + 25 * side) for strand in range(1 + int(5 * more**2)))


@dataclass(frozen=True)
class _Bubble:
    """An air bubble pressed flat: its place, radius and the layer of mount it lies in, in micrometres."""

    y: float
    x: float
    radius: float
    aspect: float
    turn: float
    layer_um: float


@dataclass(frozen=True)
class _Scratch:
    """A groove: middle, direction, half length, bend in 1/µm, half width, depth, which flank is lit."""

    y: float
    x: float
    angle: float
    half_um: float
    bend: float
    width_um: float
    depth: float
    side: float

    def beside(self, strand: int, gap_um: float) -> _Scratch:
        """Return one of the fainter and shorter scratches beside it, or itself for strand 0."""
        away, fainter = strand * gap_um * (1 + 0.3 * strand % 1), 0.75**strand
        y, x = self.y + away * np.cos(self.angle), self.x - away * np.sin(self.angle)
        return replace(self, y=y, x=x, half_um=self.half_um * fainter, depth=self.depth * fainter)


def _places(
    cells: Lattice, window: Window, reach_um: float, share: float, rng: PositionRNG
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return numbers and places (y, x) in micrometres of what lies in a share of the cells near a window."""
    if share <= 0:
        return np.zeros(0, dtype=np.int64), np.zeros((0, 2))
    first, block = block_of(cells, window, int(np.ceil(reach_um / cells.spacing_um)))
    numbers = identities(first, block)
    corner = np.stack(np.divmod(np.arange(len(numbers)), block[1])) + np.array(first)[:, None]
    places = (corner + jitters(rng.branch("place"), numbers, cells.jitter)) * cells.spacing_um
    occupied = rng.branch("there").uniform(numbers) < share
    return numbers[occupied], places.T[occupied]


@lru_cache(maxsize=1)
def _rim() -> Field:
    """Return the light through the rim of a bubble, from its flat inside to its edge.

    Notes
    -----
    The rim is half a tube of air. A ray at the share t of its radius meets it at the angle asin(t); seen
    from the mount it is totally reflected where n t > 1, and within that it is bent by
    2 (asin(n t) - asin(t)), of which the cone of the objective takes in less and less.
    """
    share = np.linspace(0, 1, _RIM_STEPS + 1)
    bent = 2 * (np.arcsin(np.minimum(MOUNT_INDEX * share, 1)) - np.arcsin(share))
    light = np.where(MOUNT_INDEX * share < 1, 1 - bent / (2 * _APERTURE), 0)
    return np.clip(light, _LEAST_LIGHT, 1).astype(np.float32)


def _add_bubble(bubble: _Bubble, window: Window, light: Field) -> None:
    """Darken the rim of a bubble, and brighten the thin line around it that its reflections reach."""
    rim = min(bubble.layer_um, 0.75 * bubble.radius)
    near = _box(window, bubble.y, bubble.x, bubble.radius * bubble.aspect + rim)
    y = window.y_um[near[0]] - bubble.y
    x = window.x_um[:, near[1]] - bubble.x
    if y.size == 0 or x.size == 0:
        return
    sine, cosine = np.sin(bubble.turn), np.cos(bubble.turn)
    along, across = (x * cosine + y * sine) / bubble.aspect, y * cosine - x * sine
    distance = np.sqrt(along * along + across * across) - bubble.radius
    inwards = np.clip(1 + distance / rim, 0, 1)
    through = _rim().take(np.rint(inwards * _RIM_STEPS).astype(np.intp))
    # The pixel at the edge is shared; outside, the light that the rim threw out adds to the lamp's.
    outside = np.clip(distance / window.um_per_pixel + 0.5, 0, 1)
    halo = 1 + 0.22 * np.clip(1 - distance / (0.45 * rim), 0, 1) ** 2
    light[near] *= (through * (1 - outside) + halo * outside).astype(np.float32)


def _scratch(scratch: _Scratch, window: Window, light: Field, thickness: Field) -> None:
    """Draw a scratch pixel by pixel along the axis that it lies nearer to."""
    steep = abs(np.sin(scratch.angle)) > abs(np.cos(scratch.angle))
    places = (window.y_um[:, 0], window.x_um[0]) if steep else (window.x_um[0], window.y_um[:, 0])
    middle = (scratch.y, scratch.x) if steep else (scratch.x, scratch.y)
    tangent = 1 / np.tan(scratch.angle) if steep else np.tan(scratch.angle)
    slant = 1 / np.sqrt(1 + tangent * tangent)
    step = places[0] - middle[0]
    line = np.flatnonzero(np.abs(step) < scratch.half_um * slant)
    step = step[line]
    centre = middle[1] + step * (tangent + scratch.bend * step)
    blunt = np.sqrt(scratch.width_um**2 + (0.4 * window.um_per_pixel) ** 2)
    reach = int(np.ceil(4 * blunt / slant / window.um_per_pixel))
    origin = window.left if steep else window.top
    nearest = np.rint(centre / window.um_per_pixel).astype(np.int64) - origin
    beside = nearest[:, None] + np.arange(-reach, reach + 1)
    offset = ((beside + origin) * window.um_per_pixel - centre[:, None]) * slant / blunt
    fading = 1 - (step / (scratch.half_um * slant)) ** 2
    strength = (scratch.depth * scratch.width_um / blunt * fading)[:, None]
    groove = strength * _bell(offset)
    # One flank throws its light towards the other.
    lit = 1 - groove + 0.5 * strength * _bell(offset - 1.7 * scratch.side)
    inside = (beside >= 0) & (beside < len(places[1]))
    at = np.broadcast_to(line[:, None], beside.shape)[inside], beside[inside]
    rows, columns = at if steep else at[::-1]
    light[rows, columns] *= np.maximum(lit[inside], _LEAST_LIGHT).astype(np.float32)
    thickness[rows, columns] *= (1 - 0.4 * groove[inside]).astype(np.float32)


def _bell(offset: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.exp(-0.5 * offset * offset))


def _box(window: Window, y: float, x: float, radius: float) -> tuple[slice, slice]:
    """Return the part of a window that a disc can lie in."""
    slices = []
    for place, corner, length in ((y, window.top, window.height), (x, window.left, window.width)):
        low, high = ((place + side * radius) / window.um_per_pixel - corner for side in (-1, 1))
        slices.append(slice(int(np.clip(low, 0, length)), int(np.clip(high + 2, 0, length))))
    return slices[0], slices[1]
