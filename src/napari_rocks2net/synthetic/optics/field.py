"""Optical field: light through a section in PPL and XPL at any stage angle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.grains.crystals import Crystals, grow_crystals, mineral_property
from napari_rocks2net.synthetic.grains.fabric import Fabric
from napari_rocks2net.synthetic.optics.light import MAX_RETARDATION_NM, interference_colours
from napari_rocks2net.synthetic.optics.marks import ooid_shells, twins
from napari_rocks2net.synthetic.optics.relief import shadow
from napari_rocks2net.synthetic.petrology.plan import SectionPlan
from napari_rocks2net.synthetic.plane.noise import blurred, rough_noise, smooth_noise
from napari_rocks2net.synthetic.plane.window import Window, strips

Field = NDArray[np.float32]

_STAINS = {"clay": (0.5, 0.75, 1.05), "iron": (0.42, 1.15, 1.7), "carbon": (0.95, 1.0, 1.05)}


@dataclass(frozen=True)
class OpticalField:
    """Optical properties of every pixel, whatever the stage angle."""

    # (Y, X) float32. Angle of one vibration direction in radians, twins and undulose extinction included.
    extinction: Field
    retardation: Field  # (Y, X) float32. Retardation in nanometres, 0 to 6000.
    # (3, Y, X) float32. Linear transmission for light along the two vibration directions, 0 to 1.
    colour_low: Field
    colour_high: Field
    # (3, Y, X) float32. Factors on interference colours that are not those of the chart; None for none.
    anomaly: Field | None
    # (Y, X) float32. Share of light that boundaries, cleavage, cracks, relief and dust let through, 0 to 1.2.
    shadow: Field
    twinkle: Field  # (Y, X) float32. How much of the shadow comes and goes when the stage turns, 0 to 1.
    # (3, Y, X) or (3, 1, 1) float32. Linear transmission of what knows no grain: clay, iron and organic
    # films, flaws of the preparation.
    stain: Field
    # (Y, X) float32. Share of the contrast that is left where grains are smaller than a pixel, 0 to 1.
    resolved: Field

    def through(self, light: Field, thickness: Field) -> OpticalField:
        """Return the field with factors on its light and on its thickness.

        Parameters
        ----------
        light, thickness : ndarray, shape (Y, X), float32
            From `Preparation.transmission`.
        """
        return replace(self, stain=self.stain * light, retardation=self.retardation * thickness)


def optical_field(plan: SectionPlan, fabric: Fabric, window: Window) -> OpticalField:
    """Return what lies inside and between the grains, ready for any stage angle.

    Parameters
    ----------
    plan : SectionPlan
        The section.
    fabric : Fabric
        Its grains in the window.
    window : Window
        Where.
    """
    crystals = grow_crystals(fabric.table, plan.rng.branch("crystals"))
    turn, traces = twins(fabric, crystals, window)
    shade, twinkle, boundary = shadow(plan, fabric, crystals, window, traces)
    extinction = _extinction(plan, fabric, crystals, window) + turn
    _add_ooids(fabric, crystals, window, extinction, shade)
    low, high, anomalous = (
        mineral_property(name).T.take(crystals.mineral, axis=-1)
        for name in ("colour_low", "colour_high", "anomalous")
    )
    # A cut across the optic axis shows one colour only, the darker one.
    low = high + (low - high) * crystals.cut
    return OpticalField(
        extinction=extinction,
        retardation=_retardation(plan, fabric, crystals, boundary, window),
        colour_low=fabric.spread(low * crystals.shade),
        colour_high=fabric.spread(high * crystals.shade),
        anomaly=fabric.spread(anomalous) if (anomalous != 1).any() else None,
        shadow=shade,
        twinkle=twinkle,
        stain=_stain(plan, window),
        resolved=fabric.spread(_resolved(plan, fabric, window)),
    )


def plane_polarised(field: OpticalField, stage: float = 0.0) -> Field:
    """Return the picture in plane-polarised light, (3, Y, X) float32, linear RGB, 1 = the lamp.

    Parameters
    ----------
    field : OpticalField
        The section.
    stage : float
        Turn of the stage in radians.
    """

    def light(strip: slice) -> Field:
        """Return the light of a strip, without films and unresolved grains."""
        along = np.cos(field.extinction[strip] - np.float32(stage)) ** 2
        transmitted = 1 - (1 - field.shadow[strip]) * (1 - field.twinkle[strip] * along)
        picture = field.colour_low[:, strip] - field.colour_high[:, strip]
        picture *= along
        picture += field.colour_high[:, strip]
        picture *= transmitted
        return picture

    return _received(field, light)


def crossed_polarised(field: OpticalField, stage: float = 0.0) -> Field:
    """Return the picture between crossed polars, (3, Y, X) float32, 1 = the lamp with parallel polars.

    Parameters
    ----------
    field, stage
        See `plane_polarised`.

    Notes
    -----
    I = sin²(2(phi - stage)) sin²(pi Γ / λ), the second factor from the Michel-Lévy table. Stray
    light is left to the microscope.
    """
    chart = np.ascontiguousarray(interference_colours().T)

    def light(strip: slice) -> Field:
        """Return the light of a strip, without films and unresolved grains."""
        bright = np.sin(2 * (field.extinction[strip] - np.float32(stage))) ** 2
        bright *= 0.5 * np.minimum(field.shadow[strip], 1)
        picture = field.colour_low[:, strip] + field.colour_high[:, strip]
        picture *= bright
        picture *= chart.take(np.rint(field.retardation[strip]).astype(np.intp), axis=-1, mode="clip")
        if field.anomaly is not None:
            picture *= field.anomaly[:, strip]
        return picture

    return _received(field, light)


def _received(field: OpticalField, light: Callable[[slice], Field]) -> Field:
    """Return the light of strips of a section as a picture, less what its films and grain sizes take.

    Grains that share a pixel are averaged: contrast falls with their number.
    """
    picture = np.empty(field.colour_low.shape, dtype=np.float32)
    for strip in strips(len(field.resolved)):
        picture[:, strip] = light(strip)
    if field.resolved.min() < 1.0:
        mean = blurred(picture, 1.4)
        picture *= field.resolved
        mean *= 1 - field.resolved
        picture += mean
    picture *= field.stain
    return picture


def _extinction(plan: SectionPlan, fabric: Fabric, crystals: Crystals, window: Window) -> Field:
    """Return extinction angles with undulose extinction and zoning, twins left out."""
    coarsest = max(layer.diameter_um for layer in plan.layers)
    wander = smooth_noise(window, 0.55 * coarsest, plan.rng.branch("undulose"))
    extinction = fabric.spread(crystals.extinction)
    wander *= fabric.spread(crystals.undulose)
    extinction += wander
    zoned = np.radians(mineral_property("zoned"))[crystals.mineral]
    if zoned.any():
        steps = fabric.time + 0.08 * np.sin(25 * fabric.time)
        extinction += fabric.spread(zoned * (crystals.phase - 0.3)) * steps
    return np.asarray(extinction, dtype=np.float32)


def _add_ooids(fabric: Fabric, crystals: Crystals, window: Window, extinction: Field, shade: Field) -> None:
    """Give ooids their shells and radial fibres, which show a dark cross between crossed polars."""
    if not fabric.table.ooid.any():
        return
    pixels, shells, radial = ooid_shells(fabric, crystals, window)
    fibrous = crystals.phase[fabric.crystals.ravel()[pixels]] > 0.35
    extinction.ravel()[pixels] = np.where(fibrous, radial, extinction.ravel()[pixels])
    shade.ravel()[pixels] *= 1 - 0.4 * shells


def _retardation(
    plan: SectionPlan, fabric: Fabric, crystals: Crystals, boundary: Field, window: Window
) -> Field:
    """Return retardations; small grains lie over each other and partly cancel.

    Notes
    -----
    n thin retarders of random direction, each of retardation Γ/n, add like a random walk: Γ/sqrt(n).
    """
    layers = _overlying(fabric, plan.thickness_um)
    per_crystal = np.asarray(crystals.birefringence * plan.thickness_um * 1000 / np.sqrt(layers))
    wedge = smooth_noise(window, 300.0, plan.rng.branch("wedge"))
    wedge *= np.float32(0.02)
    wedge += np.float32(1)
    # Boundaries seldom stand upright: crystals thin out towards them.
    slope = blurred(boundary, max(0.6, window.pixels(5.0)))
    slope *= np.float32(1.5)
    slope = 1 - np.float32(0.25) * np.minimum(slope, 1)
    slope *= wedge
    slope *= fabric.spread(per_crystal)
    return np.clip(slope, 0, MAX_RETARDATION_NM)


def _overlying(fabric: Fabric, thickness_um: float) -> Field:
    """Return for each crystal how many of its population lie over each other, at least 1."""
    return np.maximum(1.0, thickness_um / np.maximum(fabric.table.diameter_um, 0.1)).astype(np.float32)


def _resolved(plan: SectionPlan, fabric: Fabric, window: Window) -> Field:
    """Return for each crystal the contrast left by others beside and over it in one pixel."""
    beside = np.clip(fabric.table.diameter_um / window.um_per_pixel, 0.15, 1.0)
    return (beside / np.sqrt(_overlying(fabric, plan.thickness_um))).astype(np.float32)


def _stain(plan: SectionPlan, window: Window) -> Field:
    """Return films of clay, iron or organic matter, in patches or laminae."""
    depths = np.zeros((3, 1, 1), dtype=np.float32)
    for name, depth in plan.stains.items():
        depths += np.float32(depth) * np.array(_STAINS[name], dtype=np.float32)[:, None, None]
    if not depths.any():
        return np.ones((3, 1, 1), dtype=np.float32)
    patches = rough_noise(window, plan.stain_um, plan.rng.branch("stain"), octaves=4)
    if plan.laminated:
        direction = plan.layers[0].lattice.direction
        across = window.y_um * np.cos(direction) - window.x_um * np.sin(direction)
        lamina = np.sin(
            across / (0.6 * plan.stain_um) + 0.9 * patches + 1.3 * np.sin(across / (1.7 * plan.stain_um))
        )
        patches = 0.55 * patches + lamina.astype(np.float32)
    strength = np.clip(0.55 * patches + 0.6, 0, 2.2)
    stain = np.empty((3, *window.shape), dtype=np.float32)
    for strip in strips(window.height):
        stain[:, strip] = np.exp(-strength[strip] * depths)
    return stain
