"""JPEG losses: the quantised cosine transform of 8 x 8 blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.plane.window import strips

Field = NDArray[np.float32]

# ITU-T T.81, table K.1: quantisation of luminance at quality 50.
_LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    dtype=np.float32,
)
# ITU-T T.871: RGB to luminance and two colour differences.
_TO_YCC = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], dtype=np.float32
)


def compressed(picture: Field, quality: int) -> Field:
    """Return a picture (3, Y, X) float32 as JPEG would give it back.

    Parameters
    ----------
    picture : ndarray, shape (3, Y, X), float32
        Display levels, 0 to 255; both sides whole multiples of 8.
    quality : int
        1 to 99, as in libjpeg.
    """
    scale = 5000 / quality if quality < 50 else 200 - 2 * quality
    steps = np.clip(np.floor((_LUMINANCE * scale + 50) / 100), 1, 255).astype(np.float32)
    result = np.empty_like(picture)
    for strip in strips(picture.shape[1]):
        result[:, strip] = _compressed_strip(picture[:, strip], steps)
    return result


def _compressed_strip(picture: Field, steps: Field) -> Field:
    height, width = picture.shape[1:]
    channels = np.empty(picture.shape, dtype=np.float32)
    for row, channel in zip(_TO_YCC, channels, strict=True):
        _weighted(row, picture, channel)
    blocks = channels.reshape(3, height // 8, 8, width // 8, 8).transpose(2, 4, 0, 1, 3)
    coefficients = _transformed(_transformed(np.ascontiguousarray(blocks)).swapaxes(0, 1))
    grid = steps.T[:, :, None, None, None]
    coefficients /= grid
    np.rint(coefficients, out=coefficients)
    coefficients *= grid
    restored = _restored(_restored(coefficients).swapaxes(0, 1))
    luma, *chroma = restored.transpose(2, 3, 0, 4, 1).reshape(3, height, width)
    inverse = np.linalg.inv(_TO_YCC).astype(np.float32)
    return np.stack([luma + row[1] * chroma[0] + row[2] * chroma[1] for row in inverse])


def _transformed(samples: Field) -> Field:
    """Return the orthonormal cosine transform (type II) along the first axis of length 8.

    Sums of whole planes in a fixed order, no matrix product: bytes must not depend on the size.
    """
    cosine = _cosine_matrix()
    halves = samples[:4] + samples[:3:-1], samples[:4] - samples[:3:-1]
    transformed = np.empty_like(samples)
    for f in range(8):
        _weighted(cosine[f, :4], halves[f % 2], transformed[f])
    return transformed


def _restored(coefficients: Field) -> Field:
    """Undo `_transformed`."""
    cosine = _cosine_matrix()
    restored = np.empty_like(coefficients)
    even, odd = np.empty_like(coefficients[0]), np.empty_like(coefficients[0])
    for k in range(4):
        _weighted(cosine[::2, k], coefficients[::2], even)
        _weighted(cosine[1::2, k], coefficients[1::2], odd)
        np.add(even, odd, out=restored[k])
        np.subtract(even, odd, out=restored[7 - k])
    return restored


def _weighted(weights: Field, planes: Field, total: Field) -> None:
    """Write the weighted sum of planes, term by term."""
    np.multiply(weights[0], planes[0], out=total)
    for weight, plane in zip(weights[1:], planes[1:], strict=True):
        total += weight * plane


def _cosine_matrix() -> Field:
    """Return the orthonormal 8-point cosine transform (type II)."""
    frequency, place = np.arange(8)[:, None], np.arange(8)[None, :]
    matrix = np.cos(np.pi * (2 * place + 1) * frequency / 16) / 2
    matrix[0] /= np.sqrt(2)
    return matrix.astype(np.float32)
