"""Patterns inside and between grains: smooth noise, lamellae, boundaries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Field = NDArray[np.float32]


def smooth_noise(shape: tuple[int, int], wavelength: float, rng: np.random.Generator) -> Field:
    """Return a smooth random field of about unit variance.

    Parameters
    ----------
    shape : tuple of 2 ints
        Height and width in pixels.
    wavelength : float
        Distance in pixels over which the field changes; at 1 or less it is white noise.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray, shape (Y, X), float32
        Mean about 0, standard deviation about 1.
    """
    step = max(1.0, wavelength)
    nodes = (int(np.ceil(shape[0] / step)) + 3, int(np.ceil(shape[1] / step)) + 3)
    coarse = rng.standard_normal(nodes, dtype=np.float32)
    if step == 1.0:
        return coarse[: shape[0], : shape[1]]
    down = _spline_rows(shape[0], step, float(rng.random()), nodes[0])
    across = _spline_rows(shape[1], step, float(rng.random()), nodes[1])
    return np.asarray(down @ coarse @ across.T, dtype=np.float32)


def _spline_rows(length: int, step: float, shift: float, nodes: int) -> Field:
    """Return the matrix that interpolates nodes to pixels by cubic B-splines scaled to unit variance."""
    position = np.arange(length) / step + 1 + shift
    left = position.astype(np.intp)
    t = position - left
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, 3 * t * (1 + t - t**2) + 1, t**3], axis=1)
    weights /= np.sqrt((weights**2).sum(axis=1, keepdims=True))
    matrix = np.zeros((length, nodes + 2), dtype=np.float32)
    np.put_along_axis(matrix, left[:, None] + np.arange(-1, 3), weights.astype(np.float32), axis=1)
    return matrix[:, :nodes]


def rough_noise(shape: tuple[int, int], wavelength: float, rng: np.random.Generator) -> Field:
    """Return noise with detail at four scales, like the outline of a cloud.

    Parameters
    ----------
    shape : tuple of 2 ints
        Height and width in pixels.
    wavelength : float
        Largest distance in pixels over which the field changes.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray, shape (Y, X), float32
        Mean about 0, standard deviation about 1.
    """
    share = 0.65 ** np.arange(4)
    octaves = [smooth_noise(shape, wavelength / 2.3**level, rng) for level in range(4)]
    return np.asarray(np.tensordot(share, octaves, axes=1) / np.sqrt((share**2).sum()), dtype=np.float32)


def stripe_phase(rows: Field, columns: Field, angle: Field, period: Field) -> Field:
    """Return how many stripe periods lie between a pixel and the origin.

    Parameters
    ----------
    rows, columns : ndarray, float32
        Pixel coordinates.
    angle : ndarray, float32
        Direction of the stripes' normal in radians.
    period : ndarray, float32
        Distance between stripes in pixels.

    Returns
    -------
    ndarray, float32
        Phase in periods, slightly uneven so that lamellae differ in width.
    """
    phase = (rows * np.sin(angle) + columns * np.cos(angle)) / period
    return np.asarray(phase + 0.32 * np.sin(1.9 * phase) + 0.21 * np.sin(4.3 * phase + 1.0))


def thin_lines(phase: Field, width: Field) -> Field:
    """Return dark lines, one a period.

    Parameters
    ----------
    phase : ndarray, float32
        Phase in periods.
    width : ndarray, float32
        Half-width of a line in periods.

    Returns
    -------
    ndarray, float32
        1 on a line, 0 off it.
    """
    return np.asarray(np.clip(1.5 - np.abs(phase - np.round(phase)) / width, 0, 1), dtype=np.float32)


def boundary_steps(labels: NDArray[np.int32], index: Field) -> tuple[Field, Field]:
    """Find grain boundaries and the step of the refractive index across them.

    Parameters
    ----------
    labels : ndarray, shape (Y, X), int32
        Grain map.
    index : ndarray, shape (Y, X), float32
        Refractive index.

    Returns
    -------
    boundary : ndarray, shape (Y, X), float32
        Share of the pixel's two forward neighbours that belong to another grain: 0, 0.5 or 1. The last
        row and column have no such neighbours and repeat the ones before, or the edge would be lighter.
    step : ndarray, shape (Y, X), float32
        Largest absolute difference of index to such a neighbour.
    """
    boundary = np.zeros(labels.shape, dtype=np.float32)
    step = np.zeros(labels.shape, dtype=np.float32)
    for here, there in ((np.s_[:-1, :], np.s_[1:, :]), (np.s_[:, :-1], np.s_[:, 1:])):
        differs = labels[here] != labels[there]
        boundary[here] += 0.5 * differs
        step[here] = np.maximum(step[here], np.abs(index[here] - index[there]) * differs)
    if min(labels.shape) > 1:
        for field in (boundary, step):
            field[-1] = field[-2]
            field[:, -1] = field[:, -2]
    return boundary, step


def cracks(shape: tuple[int, int], wavelength: float, width: float, rng: np.random.Generator) -> Field:
    """Return curved cracks: the zero lines of a smooth noise, interrupted at random.

    Parameters
    ----------
    shape : tuple of 2 ints
        Height and width in pixels.
    wavelength : float
        Distance between cracks in pixels.
    width : float
        Half-width of a crack in pixels.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray, shape (Y, X), float32
        0 to 1.
    """
    noise = smooth_noise(shape, wavelength, rng)
    slope = np.hypot(*np.gradient(noise)) + 0.02 / wavelength
    line = np.clip(1.5 - np.abs(noise) / slope / width, 0, 1)
    return np.asarray(line * (smooth_noise(shape, 0.7 * wavelength, rng) > -0.4), dtype=np.float32)


def blurred(field: Field, sigma: float) -> Field:
    """Return a Gaussian blur over the first two axes; channels are never mixed."""
    sigmas = (sigma, sigma) + (0.0,) * (field.ndim - 2)
    return np.asarray(ndimage.gaussian_filter(field, sigmas, mode="nearest", truncate=3.0))
