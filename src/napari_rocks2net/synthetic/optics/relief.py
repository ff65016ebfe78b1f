"""Relief and scattering: boundaries, rough surfaces, cleavage, cracks, dust, inclusions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.grains.crystals import Crystals, mineral_property
from napari_rocks2net.synthetic.grains.fabric import Fabric
from napari_rocks2net.synthetic.optics.marks import cleavage, cracks
from napari_rocks2net.synthetic.petrology.minerals import MOUNT_INDEX
from napari_rocks2net.synthetic.petrology.plan import SectionPlan
from napari_rocks2net.synthetic.plane.noise import blurred, smooth_noise
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window

Field = NDArray[np.float32]


def _boundary_steps(labels: NDArray[np.integer], value: Field) -> tuple[Field, Field]:
    """Find the boundaries of grains (Y, X), and the step of a value (Y, X) across them.

    Returns
    -------
    boundary : ndarray, shape (Y, X), float32
        Share of the pixel's two forward neighbours that belong to another grain: 0, 0.5 or 1; the
        last row and column have no such neighbours and show none.
    step : ndarray, shape (Y, X), float32
        Largest absolute difference of the value to such a neighbour.
    """
    boundary = np.zeros(labels.shape, dtype=np.float32)
    step = np.zeros(labels.shape, dtype=np.float32)
    for pixel, neighbour in ((np.s_[:-1, :], np.s_[1:, :]), (np.s_[:, :-1], np.s_[:, 1:])):
        differs = labels[pixel] != labels[neighbour]
        boundary[pixel] += np.float32(0.5) * differs
        step[pixel] = np.maximum(step[pixel], np.abs(value[pixel] - value[neighbour]) * differs)
    return boundary, step


def shadow(
    plan: SectionPlan, fabric: Fabric, crystals: Crystals, window: Window, twin_traces: Field
) -> tuple[Field, Field, Field]:
    """Return the share of light left by everything that scatters it.

    Parameters
    ----------
    plan : SectionPlan
        The section.
    fabric, crystals, window
        See `twins`.
    twin_traces : ndarray, shape (Y, X), float32
        Dark traces of twin planes, 0 to 1.

    Returns
    -------
    shadow : ndarray, shape (Y, X), float32
        0 to about 1.2.
    twinkle : ndarray, shape (Y, X), float32
        How much of the relief, 0 to 1, comes and goes when the stage turns, as in carbonates.
    boundary : ndarray, shape (Y, X), float32
        Where crystals meet, 0 to 1, see `_boundary_steps`.
    """
    low, high = (mineral_property(name)[crystals.mineral] for name in ("index_low", "index_high"))
    share = 0.25 + 0.5 * crystals.cut
    # How far each crystal's mean index lies from the mount's.
    relief = fabric.spread(np.abs(low * (1 - share) + high * share - MOUNT_INDEX).astype(np.float32))
    boundary, step = _boundary_steps(fabric.crystals, relief)
    twinkle = fabric.spread(np.minimum(4 * mineral_property("birefringence")[crystals.mineral], 0.6))
    if window.stride > 1:
        # Scattered points show no lines between them.
        return np.ones(window.shape, dtype=np.float32), twinkle, boundary
    dark = _boundary_darkness(boundary, step, relief, window)
    if plan.coating > 0:
        # Films around clasts; the matrix has none of its own.
        grain = np.where(fabric.matrix, -1, fabric.grains)
        rim, _ = _boundary_steps(grain, np.zeros(grain.shape, dtype=np.float32))
        dark += plan.coating * np.minimum(1.6 * blurred(rim, max(0.6, window.pixels(3.0))), 1)
    lines = cleavage(fabric, crystals, window)
    dark += 0.75 * lines * np.minimum(relief * 5 + 0.2, 1)
    dark += 0.35 * twin_traces
    light = _roughened(dark, relief, fabric, crystals, window, plan.rng)
    return light, twinkle, boundary


def _roughened(
    dark: Field, relief: Field, fabric: Fabric, crystals: Crystals, window: Window, rng: PositionRNG
) -> Field:
    """Return the light left by lines and by what is finer: cracks, dust and rough surfaces."""
    patches = smooth_noise(window, 110.0, rng.branch("patches"))
    specks = smooth_noise(window, 6.5, rng.branch("specks"))
    dark += _cracks(fabric.spread(crystals.mineral), patches, window, rng)
    dark += _dust(fabric.spread(crystals.cloudy), patches, specks, rng)
    rough = np.minimum(0.012 + 0.75 * relief, 0.14) * specks
    return np.clip((1 - dark) * (1 + rough), 0.03, 1.2).astype(np.float32)


def _boundary_darkness(boundary: Field, step: Field, relief: Field, window: Window) -> Field:
    """Return the dark of grain boundaries, deeper where the relief is higher or jumps."""
    strength = np.asarray(boundary * (0.14 + np.minimum(4.2 * relief + 4.5 * step, 0.9)), dtype=np.float32)
    width = window.pixels(2.2)
    if width < 0.4:
        return np.asarray(strength * min(1.0, 2.5 * width))
    return np.asarray(blurred(strength, width) * (1 + 1.6 * width))


def _cracks(mineral: NDArray[np.int64], patches: Field, window: Window, rng: PositionRNG) -> Field:
    """Return cracks in the minerals that have them; brittle ones have a second, finer set."""
    brittle = mineral_property("fractures").take(mineral)
    if brittle.max() == 0:
        return np.zeros(window.shape, dtype=np.float32)
    field = 0.85 * brittle * cracks(window, 130.0, 2.8, patches, rng.branch("cracks"))
    if brittle.max() > 0.3:
        fine = cracks(window, 48.0, 1.4, patches, rng.branch("fine cracks"))
        field += 0.75 * np.maximum(brittle - 0.3, 0) * fine
    return np.asarray(field, dtype=np.float32)


def _dust(cloudy: Field, patches: Field, specks: Field, rng: PositionRNG) -> Field:
    """Return alteration dust in the crystals that carry it, and rare inclusions in all."""
    generator = rng.branch("dust").generator()
    cloud = (0.12 + np.clip(specks - 0.2, 0, 2) * 0.55) * np.clip(patches * 0.5 + 0.6, 0, 1.2)
    dark = generator.uniform(0.3, 0.9) * cloud * cloudy
    dark += generator.uniform(0.1, 0.9) * np.clip(-specks - 1.9, 0, 1) * np.clip(1.2 * patches, 0.3, 2)
    return np.asarray(dark, dtype=np.float32)
