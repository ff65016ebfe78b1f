"""Light through a section: what the eye gets in PPL and in XPL at any stage angle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.crystals import Crystals, mineral_flag, mineral_property
from napari_rocks2net.synthetic.fabric import Fabric
from napari_rocks2net.synthetic.light import MAX_RETARDATION_NM, interference_colours
from napari_rocks2net.synthetic.minerals import MINERALS, MOUNT_INDEX
from napari_rocks2net.synthetic.textures import (
    blurred,
    boundary_steps,
    cracks,
    rough_noise,
    smooth_noise,
    stripe_phase,
    thin_lines,
)

Field = NDArray[np.float32]

THICKNESS_UM = 30.0
_LEAST_MARKED_PIXELS = 7.0


@dataclass(frozen=True)
class OpticalField:
    """What every pixel does to light, whatever the stage angle.

    Parameters
    ----------
    extinction : ndarray, shape (Y, X), float32
        Angle of one vibration direction in radians, twins and undulose extinction included.
    retardation : ndarray, shape (Y, X), float32
        Retardation in nanometres, 0 to 6000.
    colour_low, colour_high : ndarray, shape (Y, X, 3), float32
        Linear transmission for light along the two vibration directions, 0 to 1.
    shadow : ndarray, shape (Y, X), float32
        Share of light that boundaries, cleavage, cracks, relief and dust let through, 0 to 1.
    stain : ndarray, shape (Y, X, 3), float32
        Linear transmission of clay, iron and organic films that know no grain, 0 to 1.
    resolved : ndarray, shape (Y, X), float32
        Share of the contrast that is left where grains are smaller than a pixel, 0 to 1.
    """

    extinction: Field
    retardation: Field
    colour_low: Field
    colour_high: Field
    shadow: Field
    stain: Field
    resolved: Field


def optical_field(
    fabric: Fabric, crystals: Crystals, um_per_pixel: float, rng: np.random.Generator
) -> OpticalField:
    """Draw what lies inside and between the grains.

    Parameters
    ----------
    fabric : Fabric
        The grain map.
    crystals : Crystals
        The grains' minerals and orientations.
    um_per_pixel : float
        Scale, above 0.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    OpticalField
        The section, ready for any stage angle.
    """
    grains = fabric.grains
    mineral = crystals.mineral[grains]
    extinction, twin_lines = _extinction(fabric, crystals, um_per_pixel, rng)
    tint = crystals.shade[grains][..., None]
    return OpticalField(
        extinction=extinction,
        retardation=_retardation(fabric, crystals, um_per_pixel, rng),
        colour_low=mineral_property("colour_low")[mineral] * tint,
        colour_high=mineral_property("colour_high")[mineral] * tint,
        shadow=_shadow(fabric, crystals, um_per_pixel, twin_lines, rng),
        stain=_stain(grains.shape, um_per_pixel, rng),
        resolved=_resolved(fabric, um_per_pixel)[grains],
    )


def plane_polarised(field: OpticalField, stage: float = 0.0) -> Field:
    """Return the picture in plane-polarised light.

    Parameters
    ----------
    field : OpticalField
        The section.
    stage : float
        Turn of the stage in radians.

    Returns
    -------
    ndarray, shape (Y, X, 3), float32
        Linear RGB, 1 = the lamp.
    """
    along = np.cos(field.extinction - np.float32(stage))[..., None] ** 2
    picture = (field.colour_low * along + field.colour_high * (1 - along)) * field.shadow[..., None]
    return _with_lost_contrast(picture, field.resolved) * field.stain


def crossed_polarised(field: OpticalField, stage: float = 0.0) -> Field:
    """Return the picture between crossed polars.

    Parameters
    ----------
    field : OpticalField
        The section.
    stage : float
        Turn of the stage in radians.

    Returns
    -------
    ndarray, shape (Y, X, 3), float32
        Linear RGB, 1 = the lamp with parallel polars.

    Notes
    -----
    I = sin²(2(phi - stage)) sin²(pi Γ / λ), the second factor from the Michel-Lévy table. Stray
    light is left to the microscope.
    """
    bright = np.sin(2 * (field.extinction - np.float32(stage))) ** 2 * field.shadow
    colours = interference_colours()[np.round(field.retardation).astype(np.intp)]
    picture = colours * bright[..., None] * (0.5 * (field.colour_low + field.colour_high))
    return _with_lost_contrast(picture, field.resolved) * field.stain


def _with_lost_contrast(picture: Field, resolved: Field) -> Field:
    """Average over the grains that share a pixel: contrast falls with their number."""
    if resolved.min() == 1.0:
        return picture
    share = resolved[..., None]
    return picture * share + blurred(picture, 2.5) * (1 - share)


def _extinction(
    fabric: Fabric, crystals: Crystals, um_per_pixel: float, rng: np.random.Generator
) -> tuple[Field, Field]:
    """Return extinction angles and the dark traces of twin planes."""
    grains, diameter = fabric.grains, fabric.diameters
    wander = smooth_noise(grains.shape, max(3.0, 0.6 * float(np.median(diameter[grains]))), rng)
    extinction = crystals.extinction[grains] + crystals.undulose[grains] * wander
    lines = np.zeros(grains.shape, dtype=np.float32)
    shows = crystals.twinned & (diameter >= _LEAST_MARKED_PIXELS)
    pixels = np.nonzero(shows[grains])
    if len(pixels[0]) == 0:
        return extinction, lines
    turn, trace = _twins(pixels, grains[pixels], crystals, um_per_pixel)
    extinction[pixels] += turn
    lines[pixels] = trace
    return extinction, lines


def _twins(
    pixels: tuple[NDArray[np.intp], ...],
    labels: NDArray[np.int32],
    crystals: Crystals,
    um_per_pixel: float,
) -> tuple[Field, Field]:
    """Return the turn of the extinction and the dark traces at pixels of twinned grains."""
    rows, columns = (index.astype(np.float32) for index in pixels)
    angle = crystals.lamella_angle[labels]
    period = np.maximum(crystals.lamella_um[labels] / um_per_pixel, 2.5).astype(np.float32)
    phase = stripe_phase(rows, columns, angle, period)
    across = stripe_phase(rows, columns, angle + np.float32(np.pi / 2), period)
    mineral = crystals.mineral[labels]
    albite = np.clip(4 * np.sin(2 * np.pi * phase) + 0.5, 0, 1)
    tartan = 0.5 * (np.sin(2 * np.pi * phase) + np.sin(2 * np.pi * across))
    planes = thin_lines(phase * 0.5, 0.6 / period)
    kind = [mineral_flag("twins", name)[mineral] for name in ("albite", "tartan", "calcite")]
    turn = crystals.twin_turn[labels] * np.select(kind, [albite, 0.6 * tartan, planes], 0.0)
    return turn.astype(np.float32), np.where(kind[2], planes, 0).astype(np.float32)


def _retardation(fabric: Fabric, crystals: Crystals, um_per_pixel: float, rng: np.random.Generator) -> Field:
    """Return retardations; small grains lie over each other and partly cancel.

    Notes
    -----
    n thin retarders of random direction, each of retardation Γ/n, add like a random walk: Γ/sqrt(n).
    """
    grains = fabric.grains
    thickness = THICKNESS_UM * rng.uniform(0.9, 1.1)
    layers = _layers(fabric, um_per_pixel, thickness)
    per_grain = crystals.birefringence * thickness * 1000 / np.sqrt(layers)
    wedge = 1 + 0.025 * smooth_noise(grains.shape, 0.4 * max(grains.shape), rng)
    wedge += 0.012 * smooth_noise(grains.shape, 120 / um_per_pixel, rng)
    boundary, _ = boundary_steps(grains, np.zeros(grains.shape, dtype=np.float32))
    slope = 1 - 0.35 * np.minimum(1.5 * blurred(boundary, max(0.6, 6.0 / um_per_pixel)), 1)
    return np.clip(per_grain[grains] * wedge * slope, 0, MAX_RETARDATION_NM).astype(np.float32)


def _layers(fabric: Fabric, um_per_pixel: float, thickness_um: float) -> Field:
    """Return for each label how many grains of its population lie over each other, at least 1."""
    diameter_um = np.maximum(fabric.diameters * um_per_pixel, 0.1)
    return np.maximum(1.0, thickness_um / diameter_um).astype(np.float32)


def _resolved(fabric: Fabric, um_per_pixel: float) -> Field:
    """Return for each label the contrast left by grains beside and over each other in one pixel."""
    beside = np.clip(fabric.diameters, 0.15, 1.0)
    return (beside / np.sqrt(_layers(fabric, um_per_pixel, THICKNESS_UM))).astype(np.float32)


def _shadow(
    fabric: Fabric, crystals: Crystals, um_per_pixel: float, twin_lines: Field, rng: np.random.Generator
) -> Field:
    """Return the share of light left by everything that scatters it."""
    grains = fabric.grains
    mineral = crystals.mineral[grains]
    relief = _relief(crystals)[grains]
    dark = _boundary_darkness(grains, relief, um_per_pixel)
    dark += 0.5 * _cleavage(fabric, crystals, um_per_pixel) * np.minimum(relief * 4 + 0.25, 1)
    dark += 0.3 * twin_lines
    crack = cracks(grains.shape, 90 / um_per_pixel, 2.5 / um_per_pixel, rng)
    dark += 0.6 * crack * mineral_property("fractures")[mineral]
    dark += _dust(grains.shape, mineral, um_per_pixel, rng) + _inclusions(grains.shape, um_per_pixel, rng)
    shagreen = 1 + np.minimum(0.012 + 0.6 * relief, 0.1) * smooth_noise(grains.shape, 8 / um_per_pixel, rng)
    return np.clip((1 - dark) * shagreen, 0.03, 1.2).astype(np.float32)


def _relief(crystals: Crystals) -> NDArray[np.float32]:
    """Return each grain's relief: how far its index lies from the mount's."""
    low, high = mineral_property("index_low"), mineral_property("index_high")
    share = np.sin(crystals.extinction) ** 2
    index = low[crystals.mineral] * (1 - share) + high[crystals.mineral] * share
    return np.abs(index - MOUNT_INDEX).astype(np.float32)


def _boundary_darkness(grains: NDArray[np.int32], relief: Field, um_per_pixel: float) -> Field:
    """Return the dark of grain boundaries, deeper where the relief is higher or jumps."""
    boundary, step = boundary_steps(grains, relief)
    strength = np.asarray(boundary * (0.16 + np.minimum(3.0 * relief + 4.0 * step, 0.75)), dtype=np.float32)
    width = 2.4 / um_per_pixel
    if width < 0.4:
        return np.asarray(strength * min(1.0, 2.5 * width))
    return np.asarray(blurred(strength, width) * (1 + 1.6 * width))


def _cleavage(fabric: Fabric, crystals: Crystals, um_per_pixel: float) -> Field:
    """Return cleavage traces, 0 to 1."""
    grains = fabric.grains
    lines = np.zeros(grains.shape, dtype=np.float32)
    shown = (crystals.cleavage_strength > 0) & (fabric.diameters >= _LEAST_MARKED_PIXELS)
    for index, mineral in enumerate(MINERALS.values()):
        cleaved = shown & (crystals.mineral == index)
        if not mineral.cleavages or not cleaved.any():
            continue
        pixels = np.nonzero(cleaved[grains])
        for turn in mineral.cleavages:
            lines[pixels] = np.maximum(lines[pixels], _traces(pixels, grains, crystals, turn, um_per_pixel))
    return lines


def _traces(
    pixels: tuple[NDArray[np.intp], ...],
    grains: NDArray[np.int32],
    crystals: Crystals,
    turn_degrees: float,
    um_per_pixel: float,
) -> Field:
    """Return one set of cleavage traces at given pixels."""
    labels = grains[pixels]
    rows, columns = (index.astype(np.float32) for index in pixels)
    period = np.maximum(crystals.cleavage_um[labels] / um_per_pixel, 3.0).astype(np.float32)
    angle = crystals.lamella_angle[labels] + np.float32(np.radians(turn_degrees))
    phase = stripe_phase(rows, columns, angle, period)
    along = stripe_phase(columns, -rows, angle, 3 * period)
    unbroken = np.sin(2 * np.pi * along + 3 * np.round(phase)) > -0.5
    return thin_lines(phase, 0.5 / period) * unbroken * crystals.cleavage_strength[labels]


def _dust(
    shape: tuple[int, int], mineral: NDArray[np.intp], um_per_pixel: float, rng: np.random.Generator
) -> Field:
    """Return alteration dust: patches of fine specks in the minerals that carry it."""
    patches = np.clip(smooth_noise(shape, 160 / um_per_pixel, rng) * 0.4 + 0.5, 0, 1)
    specks = np.clip(smooth_noise(shape, 7 / um_per_pixel, rng) - 0.3, 0, 2)
    strength = rng.uniform(0.1, 0.7)
    return strength * patches * specks * mineral_property("cloudy")[mineral]


def _inclusions(shape: tuple[int, int], um_per_pixel: float, rng: np.random.Generator) -> Field:
    """Return rare dark specks and trails of fluid inclusions in any mineral."""
    specks = np.clip(smooth_noise(shape, 6 / um_per_pixel, rng) - 2.0, 0, 1)
    trails = np.exp(-((smooth_noise(shape, 260 / um_per_pixel, rng) / 0.15) ** 2))
    return np.asarray(rng.uniform(0.1, 0.8) * specks * (0.35 + 2.0 * trails), dtype=np.float32)


def _stain(shape: tuple[int, int], um_per_pixel: float, rng: np.random.Generator) -> Field:
    """Return stains of clay, iron or organic matter, in patches or laminae, in two of three sections."""
    strength = max(0.0, rng.uniform(-0.3, 0.6))
    wavelength = np.exp(rng.uniform(np.log(40), np.log(900))) / um_per_pixel
    patches = rough_noise(shape, wavelength, rng)
    if rng.random() < 0.4:
        rows = np.arange(shape[0], dtype=np.float32)[:, None]
        patches = patches * 0.6 + np.sin(rows / np.float32(wavelength) + patches)
    depth = strength * np.clip(patches + 0.4, 0, 2.5)
    absorbs = np.array([0.5, 0.75, 1.0]) if rng.random() < 0.6 else np.array([0.9, 0.95, 1.0])
    return np.exp(-depth[..., None] * absorbs).astype(np.float32)
