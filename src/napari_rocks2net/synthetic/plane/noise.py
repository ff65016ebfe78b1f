"""Noise fields, the same at a place whichever window shows it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window, strips

Field = NDArray[np.float32]


def smooth_noise(window: Window, wavelength_um: float, rng: PositionRNG) -> Field:
    """Return a smooth random field (Y, X) float32 of mean about 0 and standard deviation about 1.

    Parameters
    ----------
    window : Window
        Where.
    wavelength_um : float
        Distance in micrometres over which the field changes; at a pixel or less it is white noise.
    rng : PositionRNG
        Random numbers.
    """
    if wavelength_um <= window.um_per_pixel:
        return rng.normal_lattice(window.rows, window.columns)
    shift = rng.branch("shift").generator().random(2)
    first, down = _spline(window.y_um[:, 0] / wavelength_um + shift[0])
    second, across = _spline(window.x_um[0] / wavelength_um + shift[1])
    # The nodes that places need, and the index of each place's first one.
    rows, columns = (np.unique(before[:, None] + np.arange(-1, 3)) for before in (first, second))
    first, second = np.searchsorted(rows, first - 1), np.searchsorted(columns, second - 1)
    nodes = rng.normal_lattice(rows, columns)
    field = np.empty(window.shape, dtype=np.float32)
    # Sums of equal terms in equal order, no matrix product: bytes must not depend on the window's size.
    for strip in strips(window.height):
        tall = _summed(nodes, first[strip], down[:, strip])
        field[strip] = _summed(np.ascontiguousarray(tall.T), second, across).T
    return field


def _summed(nodes: Field, first: NDArray[np.int64], weights: Field) -> Field:
    """Return the weighted sum of four rows of nodes for each place."""
    total = nodes.take(first, axis=0)
    total *= weights[0][:, None]
    for k in range(1, 4):
        term = nodes.take(first + k, axis=0)
        term *= weights[k][:, None]
        total += term
    return total


def _spline(position: NDArray[np.float64]) -> tuple[NDArray[np.int64], Field]:
    """Return the node before each position and four cubic B-spline weights scaled to unit variance."""
    node = np.floor(position).astype(np.int64)
    t = position - node
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, 3 * t * (1 + t - t**2) + 1, t**3])
    weights /= np.sqrt((weights**2).sum(axis=0))
    return node, weights.astype(np.float32)


def rough_noise(window: Window, wavelength_um: float, rng: PositionRNG, octaves: int = 3) -> Field:
    """Return such a field with detail at several scales, like the outline of a cloud.

    Parameters
    ----------
    window, wavelength_um, rng
        See `smooth_noise`; the wavelength is that of the largest scale.
    octaves : int
        Number of scales, at least 1; those below two pixels are left out.
    """
    wavelengths = [wavelength_um / 2.3**level for level in range(octaves)]
    resolved = [length for length in wavelengths if length > 2 * window.um_per_pixel] or wavelengths[:1]
    share = 0.62 ** np.arange(len(resolved))
    share = (share / np.sqrt((share**2).sum())).astype(np.float32)
    field = share[0] * smooth_noise(window, resolved[0], rng.branch(0))
    for level in range(1, len(resolved)):
        field += share[level] * smooth_noise(window, resolved[level], rng.branch(level))
    return field


def blurred(field: Field, sigma: float) -> Field:
    """Return a Gaussian blur, float32 of the same shape, over the last two axes; channels are never mixed.

    Parameters
    ----------
    field : ndarray, shape (Y, X) or (C, Y, X), float32
        Any values.
    sigma : float
        Standard deviation in pixels; below a quarter nothing changes.
    """
    if sigma < 0.25:
        return field
    reach = int(np.ceil(2.8 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights = (weights / weights.sum()).astype(np.float32)
    result = np.empty(field.shape, dtype=np.float32)
    planes = (-1, *field.shape[-2:])
    for plane, smooth in zip(field.reshape(planes), result.reshape(planes), strict=True):
        for strip in strips(len(plane)):
            near = np.arange(strip.start - reach, strip.stop + reach).clip(0, len(plane) - 1)
            tall = _weighted(plane.take(near, axis=0), weights)
            ends = [tall[:, end].repeat(reach, axis=1) for end in (np.s_[:1], np.s_[-1:])]
            padded = np.concatenate([ends[0], tall, ends[1]], axis=1)
            smooth[strip] = _weighted(padded.T, weights).T
    return result


def _weighted(padded: Field, weights: Field) -> Field:
    """Return the weighted sum of neighbours along the first axis, shorter by what reaches beyond it."""
    reach = len(weights) // 2
    length = len(padded) - 2 * reach
    total = padded[reach : reach + length] * weights[reach]
    for k in range(reach):
        pair = padded[k : k + length] + padded[2 * reach - k : 2 * reach - k + length]
        pair *= weights[k]
        total += pair
    return np.asarray(total, dtype=np.float32)
