"""Square windows of a picture as vectors of low frequencies, which find a picture that is part of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.samples.copies.perceptual_hash import TURNS, turned

Floats = npt.NDArray[np.float32]

# Pixels and frequencies a side of a window. The lowest frequency, shading and brightness, is of the lamp.
PIXELS = 16
FREQUENCIES = 8
# Sides of the windows, relative to the shorter side of the picture, and their steps, relative to theirs: of
# large ones, which are few, each pixel.
LARGE_SIDES, SMALL_SIDES = tuple(np.linspace(1, 0.72, 8)), tuple(np.geomspace(0.665, 0.48, 5))
LARGE_STEP, SMALL_STEP = 1 / PIXELS, 1 / 12
# A label hides few of these windows a side, each so large.
PLACES = 3
PLACE_SIDE = 0.6
LEAST_NORM = 1e-3

_pixels, _frequencies = np.arange(PIXELS), np.arange(1, FREQUENCIES + 1)
_COSINES = np.cos(np.pi * _frequencies[:, None] * (2 * _pixels + 1) / (2 * PIXELS)).astype(np.float32)
# Pictures have ever less of a frequency the higher it is.
_WEIGHTS = np.hypot(_frequencies[:, None], _frequencies).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Windows:
    """Square windows of a picture."""

    vectors: Floats
    """(N, 64) of length 1, so that their products are correlations."""
    places: Floats
    """(N, 3): upper edge, left edge and side of each, in pixels of the picture."""


def windows(grey: Floats) -> Windows:
    """Return windows of a picture (y, x) from its shorter side down to half of it, by small steps."""
    vectors, places = [], []
    for side in LARGE_SIDES + SMALL_SIDES:
        step = LARGE_STEP if side in LARGE_SIDES else SMALL_STEP
        scale = PIXELS / (side * min(grey.shape))
        shape = [max(PIXELS, round(length * scale)) for length in grey.shape]
        rows, columns = (_starts(length - PIXELS, step) for length in shape)
        every = np.lib.stride_tricks.sliding_window_view(_resized(grey, *shape), (PIXELS, PIXELS))
        vectors.append(_vectors(every[np.ix_(rows, columns)].reshape(-1, PIXELS, PIXELS)))
        y, x = np.meshgrid(rows / scale, columns / scale, indexing="ij")
        places.append(np.stack([y.ravel(), x.ravel(), np.full(y.size, PIXELS / scale)], 1))
    return Windows(np.concatenate(vectors), np.concatenate(places).astype(np.float32))


def middle_square(grey: Floats) -> Floats:
    """Return (8, 64): the vectors of the largest square about the middle, in all turns of the picture."""
    side = min(grey.shape)
    y, x = ((length - side) / 2 for length in grey.shape)
    image = Image.fromarray(np.ascontiguousarray(grey))
    box = (x, y, x + side, y + side)
    square = np.asarray(image.resize((PIXELS, PIXELS), Image.Resampling.BOX, box=box), np.float32)
    return _vectors(np.stack([turned(square, turn) for turn in range(TURNS)]))


def places_of_turns(grey: Floats) -> Floats:
    """Return (8, 9, 64): the vectors of windows at 3 x 3 places, in all turns of the picture."""
    side = round(PIXELS / PLACE_SIDE)
    small = _resized(grey, side, side)
    starts = np.linspace(0, side - PIXELS, PLACES).round().astype(int)
    pictures = [turned(small, turn) for turn in range(TURNS)]
    every = [each[y : y + PIXELS, x : x + PIXELS] for each in pictures for y in starts for x in starts]
    return _vectors(np.stack(every)).reshape(TURNS, PLACES**2, -1)


def _starts(free: int, step: float) -> npt.NDArray[np.int64]:
    count = int(np.ceil(free / (step * PIXELS))) + 1
    return np.unique(np.linspace(0, free, count).round().astype(np.int64))


def _resized(grey: Floats, height: int, width: int) -> Floats:
    image = Image.fromarray(np.ascontiguousarray(grey))
    return np.asarray(image.resize((width, height), Image.Resampling.BOX), np.float32)


def _vectors(pictures: Floats) -> Floats:
    """Return (N, 64) of N pictures (16, 16): their cosine transforms, weighted, of length 1."""
    count = len(pictures)
    rows = np.ascontiguousarray(pictures).reshape(-1, PIXELS) @ _COSINES.T
    columns = rows.reshape(count, PIXELS, FREQUENCIES).swapaxes(1, 2).reshape(-1, PIXELS) @ _COSINES.T
    weighted = (columns.reshape(count, FREQUENCIES, FREQUENCIES).swapaxes(1, 2) * _WEIGHTS).reshape(count, -1)
    lengths = np.linalg.norm(weighted, axis=1, keepdims=True)
    vectors: Floats = weighted / np.maximum(lengths, LEAST_NORM)
    return vectors
