"""Strips of large pictures: together they are the picture, and no chunk is read twice."""

from __future__ import annotations

from typing import Any

import dask.array as da
import numpy as np
import pytest

from napari_rocks2net.imaging import as_rgb, black_and_white
from napari_rocks2net.imaging.strips import reduced_rgb, rgb_strips, value_strips


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "bool"])
@pytest.mark.parametrize("shape", [(57, 83), (57, 83, 3), (57, 83, 4)])
@pytest.mark.parametrize("chunks", [None, (20, 83), (57, 30)])
def test_strips_together_are_the_picture(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator, dtype: str, shape: tuple[int, ...], chunks: Any
) -> None:
    monkeypatch.setattr("napari_rocks2net.imaging.strips.STRIP_BYTES", 4000)
    values = (rng.random((2, *shape)) * (1 if dtype == "float32" else 250)).astype(dtype)
    if dtype == "float32":
        values[:, :25] = np.nan
    lazy = values if chunks is None else da.from_array(values, (1, *chunks, *shape[2:]))
    levels = black_and_white([values])
    for index in ((0,), (1,)):
        whole = as_rgb(values[index], levels=levels)
        np.testing.assert_array_equal(np.concatenate(list(rgb_strips(lazy, index, levels))), whole)
        blocks = whole[:56, :80].reshape(14, 4, 20, 4, 3).mean(axis=(1, 3))
        reduced = reduced_rgb(lazy[:, :56, :80], index, (14, 20), levels)
        np.testing.assert_allclose(reduced, blocks, atol=0.51)


def test_arrays_of_files_are_not_read_whole(tmp_path: Any) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        data = file.create_dataset("scan", data=np.arange(60_000).reshape(300, 200), chunks=(64, 200))
        strips = list(value_strips(data))
        np.testing.assert_array_equal(np.concatenate(strips), data[:])


def test_transparent_strips_are_black_unless_nothing_of_the_picture_is_seen(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    monkeypatch.setattr("napari_rocks2net.imaging.strips.STRIP_BYTES", 4000)
    values = rng.integers(0, 256, (57, 83, 4), np.uint8)
    values[..., 3] = 0
    for opaque in (0, 20):
        values[:opaque, :, 3] = 255
        together = np.concatenate(list(rgb_strips(values, (), (0, 255))))
        np.testing.assert_array_equal(together, as_rgb(values))
        assert together[30:].any() == (opaque == 0)
