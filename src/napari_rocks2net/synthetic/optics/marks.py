"""Marks inside crystals: twins, cleavage, cracks and dust."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.grains.crystals import Crystals, mineral_flag
from napari_rocks2net.synthetic.grains.fabric import Fabric
from napari_rocks2net.synthetic.petrology.minerals import MINERALS
from napari_rocks2net.synthetic.plane.noise import smooth_noise
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window

Field = NDArray[np.float32]
Pixels = NDArray[np.intp]

_LEAST_MARKED_PIXELS = 7.0


def twins(fabric: Fabric, crystals: Crystals, window: Window) -> tuple[Field, Field]:
    """Return the turn of the extinction by twins, and the dark traces of twin planes.

    Parameters
    ----------
    fabric : Fabric
        The crystals' map.
    crystals : Crystals
        Their orientations.
    window : Window
        Where.

    Returns
    -------
    turn : ndarray, shape (Y, X), float32
        Radians.
    traces : ndarray, shape (Y, X), float32
        0 to 1.
    """
    turn = np.zeros(window.height * window.width, dtype=np.float32)
    traces = np.zeros_like(turn)
    for kind, pattern in _PATTERNS.items():
        shows = crystals.twinned & mineral_flag("twins", kind)[crystals.mineral] & _large(fabric, window)
        pixels = _pixels_of(shows, fabric)
        if len(pixels):
            label = fabric.crystals.ravel().take(pixels)
            along, across = _own_axes(fabric, crystals, window, pixels)
            share, lines = pattern(along, across, label, crystals, window)
            turn[pixels] = share * crystals.twin_turn[label]
            traces[pixels] = lines
    return turn.reshape(window.shape), traces.reshape(window.shape)


def _large(fabric: Fabric, window: Window) -> NDArray[np.bool_]:
    """Return which crystals are large enough to show marks."""
    return fabric.table.diameter_um > _LEAST_MARKED_PIXELS * window.um_per_pixel


def _pixels_of(chosen: NDArray[np.bool_], fabric: Fabric) -> Pixels:
    """Return the flat indices of the pixels of the chosen crystals."""
    return np.flatnonzero(fabric.spread(chosen)) if chosen.any() else np.zeros(0, dtype=np.intp)


def _own_axes(fabric: Fabric, crystals: Crystals, window: Window, pixels: Pixels) -> tuple[Field, Field]:
    """Return pixels' places along and across their crystals in micrometres from the nuclei."""
    label = fabric.crystals.ravel().take(pixels)
    row = pixels // window.width
    places = window.y_um[:, 0].take(row), window.x_um[0].take(pixels - row * window.width)
    y, x = (
        (place - nucleus.take(label)).astype(np.float32)
        for place, nucleus in zip(places, fabric.table.place_um.T, strict=True)
    )
    sine, cosine = np.sin(crystals.angle).take(label), np.cos(crystals.angle).take(label)
    return x * cosine + y * sine, y * cosine - x * sine


def _albite(
    along: Field, across: Field, label: Pixels, crystals: Crystals, window: Window
) -> tuple[Field, Field]:
    """Return lamellae of uneven width, some of which wedge out."""
    period = np.maximum(crystals.lamella_um, 3 * window.um_per_pixel)[label]
    seed = (6.2832 * crystals.phase)[label]
    phase = across * (6.2832 / period)
    wedge = 0.3 * np.sin(along * (0.17 / period) + 0.5 * phase + 3 * seed)
    wave = np.sin(phase + seed) + 0.9 * np.sin(0.37 * phase + 5 * seed) + 0.6 * np.sin(2.3 * phase + 9 * seed)
    sharp = period * np.float32(0.22 / window.um_per_pixel)
    return np.clip((wave + wedge + 0.9 * np.sin(7 * seed)) * sharp + 0.5, 0, 1), np.zeros_like(along)


def _tartan(
    along: Field, across: Field, label: Pixels, crystals: Crystals, window: Window
) -> tuple[Field, Field]:
    """Return two crossing sets of spindle-shaped lamellae."""
    period = np.maximum(0.55 * crystals.lamella_um, 4 * window.um_per_pixel)[label]
    seed = (6.2832 * crystals.phase)[label]
    a, b = along * (6.2832 / period), across * (6.2832 / period)
    first = np.sin(a + 0.9 * np.sin(0.23 * b + seed)) * (0.65 + 0.35 * np.sin(0.31 * b + 3 * seed))
    second = np.sin(b + 0.9 * np.sin(0.19 * a + 2 * seed)) * (0.65 + 0.35 * np.sin(0.27 * a + 5 * seed))
    return 0.35 * (first + second), np.zeros_like(along)


def _calcite(
    along: Field, across: Field, label: Pixels, crystals: Crystals, window: Window
) -> tuple[Field, Field]:
    """Return thin parallel lamellae, in half of the crystals two sets."""
    period = np.maximum(crystals.lamella_um, 6 * window.um_per_pixel)[label]
    width = np.maximum(0.09, 0.8 * window.um_per_pixel / period)
    lamellae = _thin_lines(uneven(across / period + crystals.phase[label]), width)
    second = crystals.phase[label] > 0.5
    oblique = (0.26 * across + 0.97 * along) / (1.4 * period)
    lamellae = np.maximum(lamellae, _thin_lines(uneven(oblique), width / 1.4) * second)
    return lamellae, 0.8 * lamellae


def _simple(
    along: Field, across: Field, label: Pixels, crystals: Crystals, window: Window
) -> tuple[Field, Field]:
    """Return two halves that meet at a plane along the length."""
    return np.clip(across / window.um_per_pixel + 0.5, 0, 1), np.zeros_like(along)


_PATTERNS = {"albite": _albite, "tartan": _tartan, "calcite": _calcite, "simple": _simple}


def cleavage(fabric: Fabric, crystals: Crystals, window: Window) -> Field:
    """Return cleavage traces (Y, X) float32 of the crystals that show them, 0 to 1 on a trace.

    Parameters
    ----------
    fabric, crystals, window
        See `twins`.
    """
    lines = np.zeros(window.height * window.width, dtype=np.float32)
    visible = (crystals.cleavage_strength > 0.05) & _large(fabric, window)
    for index, mineral in enumerate(MINERALS.values()):
        cleaved = visible & (crystals.mineral == index)
        if not (mineral.cleavages and cleaved.any()):
            continue
        pixels = _pixels_of(cleaved, fabric)
        label = fabric.crystals.ravel().take(pixels)
        along, across = _own_axes(fabric, crystals, window, pixels)
        traces = [
            _traces(along, across, label, turn, crystals, window) for turn in np.radians(mineral.cleavages)
        ]
        lines[pixels] = np.max(traces, axis=0) * crystals.cleavage_strength[label]
    return lines.reshape(window.shape)


def _traces(
    along: Field, across: Field, label: Pixels, turn: float, crystals: Crystals, window: Window
) -> Field:
    """Return one set of broken traces at an angle to the length."""
    period = np.maximum(crystals.cleavage_um, 3.5 * window.um_per_pixel)[label]
    sine, cosine = np.float32(np.sin(turn)), np.float32(np.cos(turn))
    phase = uneven((across * cosine - along * sine) / period + crystals.phase[label])
    line = np.round(phase)
    reach = (along * cosine + across * sine) / (3.5 * period)
    unbroken = np.sin(6.2832 * reach + 2.4 * line + 40 * crystals.phase[label]) > -0.55
    return _thin_lines(phase, np.maximum(1.0, 0.45 * window.um_per_pixel) / period) * unbroken


def uneven(phase: NDArray[np.floating]) -> Field:
    """Return a phase whose steps differ, so that lines do not lie at equal distances."""
    return np.asarray(phase + 0.3 * np.sin(1.9 * phase) + 0.2 * np.sin(4.3 * phase + 1.0), dtype=np.float32)


def _thin_lines(phase: Field, width: NDArray[np.floating]) -> Field:
    """Return dark lines, 1 on a line and 0 off it, one a period of the phase, of half a width in periods."""
    return np.asarray(np.clip(1.5 - np.abs(phase - np.round(phase)) / width, 0, 1), dtype=np.float32)


def cracks(window: Window, wavelength_um: float, width_um: float, patches: Field, rng: PositionRNG) -> Field:
    """Return curved cracks (Y, X) float32, 0 to 1: the zero lines of a smooth noise, interrupted.

    Parameters
    ----------
    window : Window
        Where.
    wavelength_um : float
        Distance between cracks in micrometres.
    width_um : float
        Half-width of a crack in micrometres; it is drawn at least half a pixel wide.
    patches : ndarray, shape (Y, X), float32
        Noise of unit variance; cracks break off where it is below -0.4.
    rng : PositionRNG
        Random numbers.
    """
    noise = smooth_noise(window, wavelength_um, rng)
    down, right = np.gradient(noise)
    slope = np.sqrt(down * down + right * right) + np.float32(0.02 / window.pixels(wavelength_um))
    width = np.float32(max(0.5, window.pixels(width_um)))
    line = np.clip(1.5 - np.abs(noise) / slope / width, 0, 1)
    return np.asarray(line * (patches > -0.4), dtype=np.float32)


def ooid_shells(fabric: Fabric, crystals: Crystals, window: Window) -> tuple[Pixels, Field, Field]:
    """Return the shells of ooids and the radial direction of their fibres.

    Parameters
    ----------
    fabric, crystals, window
        See `twins`.

    Returns
    -------
    pixels : ndarray, shape (P,), intp
        Flat indices of the pixels of ooids.
    shells : ndarray, shape (P,), float32
        Darkness of the shell, 0 to 1.
    radial : ndarray, shape (P,), float32
        Direction away from the centre in radians.
    """
    pixels = _pixels_of(fabric.table.ooid, fabric)
    along, across = _own_axes(fabric, crystals, window, pixels)
    label = fabric.crystals.ravel().take(pixels)
    phase = fabric.time.ravel()[pixels] * (5 + 6 * crystals.phase[label])
    shells = 0.5 + 0.3 * np.sin(6.2832 * phase) + 0.2 * np.sin(2.9 * 6.2832 * phase + 1)
    radial = np.arctan2(across, along) + crystals.angle[label]
    return pixels, np.asarray(shells, dtype=np.float32), np.asarray(radial, dtype=np.float32)
