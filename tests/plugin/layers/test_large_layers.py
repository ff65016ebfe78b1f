"""Layers that are too large to be copied: read once, by strips, and off the GUI thread."""

from __future__ import annotations

import threading
import tracemalloc
from typing import Any

import dask.array as da
import numpy as np
import pytest
from napari.layers import Image

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.imaging.strips import checksum, value_strips
from napari_rocks2net.plugin.layers.image_planes import image_planes

SIDE = 12_000
CHUNK = 500


class CountingScan:
    """A lazy scan of 430 MB that draws its chunks: dark, with a bright lower right quarter."""

    def __init__(self) -> None:
        self.read = np.zeros((SIDE // CHUNK, 1), int)
        self.threads: set[int] = set()
        empty = da.zeros((SIDE, SIDE, 3), dtype=np.uint8, chunks=(CHUNK, SIDE, 3))
        self.array = da.map_blocks(self._draw, empty, dtype=np.uint8, meta=np.empty((0, 0, 0), np.uint8))

    def _draw(self, block: np.ndarray, block_info: Any = None) -> np.ndarray:
        row = block_info[0]["chunk-location"][0]
        self.read[row] += 1
        self.threads.add(threading.get_ident())
        stripes = np.zeros_like(block)
        stripes[:, SIDE // 2 :] = 200 * (row >= SIDE // CHUNK // 2)
        return stripes


@pytest.fixture
def scan() -> CountingScan:
    return CountingScan()


def test_a_lazy_scan_is_read_once_and_never_held(scan: CountingScan) -> None:
    (plane,) = image_planes(Image(scan.array, rgb=True, multiscale=False, visible=False))
    scan.read[:] = 0
    tracemalloc.start()
    picture = plane.read()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (scan.read == 1).all()
    assert peak < 0.25e9, "of 0.43e9 bytes"
    assert min(picture.shape[:2]) >= 2048
    expected = np.zeros(picture.shape, np.uint8)
    middle = picture.shape[0] // 2
    expected[middle:, middle:] = 200
    np.testing.assert_array_equal(picture, expected)
    np.testing.assert_allclose(plane.reduction, SIDE / picture.shape[0])
    area = plane.area(np.array([[SIDE / 2, SIDE / 2], [SIDE, SIDE]]) - 0.5)
    np.testing.assert_allclose(area.box, (middle, middle, *picture.shape[:2]))


@pytest.mark.parametrize("size", [256, 1216])
@pytest.mark.parametrize("resize", ["stretch", "pad", "native"])
def test_a_large_layer_becomes_what_its_file_becomes(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator, resize: Any, size: int
) -> None:
    monkeypatch.setattr("napari_rocks2net.imaging.reduction.LARGEST_READ_WHOLE", 2_000_000)
    monkeypatch.setattr("napari_rocks2net.imaging.reduction.SENSIBLE_SIDE", 1024)
    rgb = rng.integers(0, 256, (2100, 3200, 3), dtype=np.uint8)
    (plane,) = image_planes(Image(rgb, rgb=True, multiscale=False, visible=False))
    preprocessing = Preprocessing(size, resize)
    assert plane.read().shape == (1050, 1600, 3)
    np.testing.assert_array_equal(preprocessing.resized(plane.read()), preprocessing.resized(rgb))


def test_the_checksum_of_a_plane_is_that_of_its_picture(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    pixels = rng.integers(0, 5000, (300, 200), dtype=np.uint16)
    (plane,) = image_planes(Image(pixels))
    whole = checksum([plane.read_finest()])
    monkeypatch.setattr("napari_rocks2net.imaging.strips.STRIP_BYTES", 10_000)
    assert plane.digest == whole
    assert len(list(value_strips(pixels))) > 10
