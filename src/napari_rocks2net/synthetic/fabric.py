"""The grain map of a section: where the grains lie and which population each belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.recipes import Texture
from napari_rocks2net.synthetic.tessellation import (
    GrainSeeds,
    grain_seeds,
    log_normal_diameters,
    power_diagram,
)
from napari_rocks2net.synthetic.textures import rough_noise

Labels = NDArray[np.int32]
Shape = tuple[int, int]

_RESOLVED_PIXELS = 1.6
_MATRIX_PIXELS = (0.5, 3.0)


@dataclass(frozen=True)
class Fabric:
    """Grains without minerals.

    Parameters
    ----------
    grains : ndarray, shape (Y, X), int32
        Label of each pixel's grain, 1 and up. Grains below the resolution get one label a pixel.
    diameters : ndarray, shape (N + 1,), float32
        Typical diameter in pixels of each label's population; index 0 is unused.
    matrix : ndarray, shape (N + 1,), bool
        Whether a label belongs to the matrix between the large grains; index 0 is unused.
    """

    grains: Labels
    diameters: NDArray[np.float32]
    matrix: NDArray[np.bool_]


@dataclass(frozen=True)
class GrainShape:
    """How the grains of a section are shaped, besides their size.

    Parameters
    ----------
    spread : float
        Standard deviation of the logarithm of the diameter.
    aspect : float
        Length over width of the grains, 1 for none preferred.
    direction : float
        Direction of the long axes in radians.
    waviness : float
        Amplitude of the boundaries' waves in diameters; sutured boundaries are wavy.
    """

    spread: float
    aspect: float
    direction: float
    waviness: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> GrainShape:
        """Draw a shape: half of all sections are equant, the others more or less aligned."""
        aspect = 1.0 if rng.random() < 0.5 else float(rng.uniform(1.1, 2.2))
        waviness = float(rng.uniform(0.008, 0.08))
        return cls(float(rng.uniform(0.2, 0.5)), aspect, float(rng.uniform(0, np.pi)), waviness)


def crystalline(shape: Shape, diameter: float, rng: np.random.Generator) -> Fabric:
    """Draw interlocking crystals.

    Parameters
    ----------
    shape : tuple of 2 ints
        Height and width in pixels.
    diameter : float
        Mean diameter in pixels.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Fabric
        Crystals only; one label a pixel if they are smaller than 1.6 pixels.
    """
    form = GrainShape.drawn(rng)
    if diameter < _RESOLVED_PIXELS:
        cells = np.arange(shape[0] * shape[1], dtype=np.int32).reshape(shape)
    else:
        _, _, cells = _tessellated(shape, diameter, form, rng)
    return _fabric(cells, np.zeros(shape, dtype=bool), diameter, diameter)


def clastic(shape: Shape, diameter: float, rng: np.random.Generator) -> Fabric:
    """Draw rounded clasts, each inside its own circle, in a fine matrix or cement."""
    form = GrainShape.drawn(rng)
    seeds, places, cells = _tessellated(shape, diameter, form, rng)
    packing = rng.uniform(0.45, 0.85)
    reach = (packing - 1) * np.maximum(seeds.weights[cells], 0)
    return _in_matrix(cells, seeds.power(places, cells) < reach, diameter, rng)


def porphyritic(shape: Shape, diameter: float, rng: np.random.Generator) -> Fabric:
    """Draw scattered angular phenocrysts in a fine groundmass."""
    form = GrainShape.drawn(rng)
    _, _, cells = _tessellated(shape, diameter, form, rng)
    share = rng.uniform(0.12, 0.4)
    kept = rng.random(cells.max() + 1) < share
    return _in_matrix(cells, kept[cells], diameter, rng)


def laths(shape: Shape, diameter: float, rng: np.random.Generator) -> Fabric:
    """Draw crossing laths, the last on top, in a fine groundmass."""
    cover = rng.uniform(0.6, 1.5)
    count = max(3, round(cover * shape[0] * shape[1] / (np.pi / 4 * diameter**2)))
    centres = rng.random((count, 2)) * shape
    widths = log_normal_diameters(count, diameter, 0.35, rng) * 0.45
    lengths = widths * rng.uniform(3.0, 6.0, count)
    flow = rng.uniform(0, np.pi)
    angles = flow + rng.normal(0, rng.uniform(0.2, 2.0), count)
    cells = np.full(shape, -1, dtype=np.int32)
    for label in range(count):
        _paint_lath(cells, label, centres[label], (lengths[label], widths[label]), angles[label])
    return _in_matrix(np.maximum(cells, 0), cells >= 0, diameter, rng)


FABRICS: dict[Texture, Callable[[Shape, float, np.random.Generator], Fabric]] = {
    "crystalline": crystalline,
    "clastic": clastic,
    "porphyritic": porphyritic,
    "laths": laths,
}


def _tessellated(
    shape: Shape, diameter: float, form: GrainShape, rng: np.random.Generator
) -> tuple[GrainSeeds, NDArray[np.float64], Labels]:
    """Return seeds, each pixel's place in their plane and each pixel's cell."""
    places = _places(shape, diameter, form, rng)
    margin = 1.5 * diameter
    low = places.min(axis=(0, 1)) - margin
    high = places.max(axis=(0, 1)) + margin
    seeds = grain_seeds(tuple(low), tuple(high - low), diameter, form.spread, rng)
    stride = int(np.clip(diameter / 5, 1, min(8, *shape)))
    return seeds, places, power_diagram(seeds, places, stride)


def _places(shape: Shape, diameter: float, form: GrainShape, rng: np.random.Generator) -> NDArray[np.float64]:
    """Squeeze the plane along the grains' long axes, keeping areas, and let it waver."""
    rows, columns = np.meshgrid(*(np.arange(n, dtype=np.float64) for n in shape), indexing="ij", sparse=True)
    amplitude = form.waviness * diameter
    wavelength = max(2.0, 0.45 * diameter)
    y = rows + amplitude * rough_noise(shape, wavelength, rng)
    x = columns + amplitude * rough_noise(shape, wavelength, rng)
    sine, cosine, stretch = np.sin(form.direction), np.cos(form.direction), np.sqrt(form.aspect)
    return np.stack([(cosine * y - sine * x) * stretch, (sine * y + cosine * x) / stretch], axis=-1)


def _paint_lath(
    cells: Labels, label: int, centre: NDArray[np.float64], sides: tuple[float, float], angle: float
) -> None:
    """Write a label into the rectangle of given sides around a centre."""
    reach = int(np.ceil(np.hypot(*sides) / 2))
    top, left = (max(0, int(c) - reach) for c in centre)
    window = cells[top : int(centre[0]) + reach + 1, left : int(centre[1]) + reach + 1]
    if window.size == 0:
        return
    y = np.arange(top, top + window.shape[0])[:, None] - centre[0]
    x = np.arange(left, left + window.shape[1])[None, :] - centre[1]
    along = np.abs(x * np.cos(angle) + y * np.sin(angle)) < sides[0] / 2
    across = np.abs(y * np.cos(angle) - x * np.sin(angle)) < sides[1] / 2
    window[along & across] = label


def _in_matrix(cells: Labels, inside: NDArray[np.bool_], diameter: float, rng: np.random.Generator) -> Fabric:
    """Keep cells where they are inside and fill the rest with fine crystals."""
    coarsest = min(_MATRIX_PIXELS[1], diameter / 8)
    fine = float(np.exp(rng.uniform(np.log(_MATRIX_PIXELS[0]), np.log(coarsest))))
    matrix = crystalline(cells.shape, fine, rng)
    merged = np.where(inside, cells, matrix.grains + cells.max() + 1)
    return _fabric(merged.astype(np.int32), ~inside, diameter, fine)


def _fabric(cells: Labels, is_matrix: NDArray[np.bool_], diameter: float, matrix_diameter: float) -> Fabric:
    """Number the cells from 1 without gaps and note each one's population."""
    present = np.zeros(int(cells.max()) + 1, dtype=np.int32)
    present[cells.ravel()] = 1
    grains = np.cumsum(present, dtype=np.int32)[cells]
    matrix = np.zeros(int(grains.max()) + 1, dtype=bool)
    matrix[grains[is_matrix]] = True
    diameters = np.where(matrix, matrix_diameter, diameter).astype(np.float32)
    return Fabric(grains, diameters, matrix)
