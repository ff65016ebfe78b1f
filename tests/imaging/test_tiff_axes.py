"""Pictures of tifffile's own files lie along the axes that these name, wherever they stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from tests.field_files import colour_photo

from napari_rocks2net.imaging import as_rgb, count_pages, picture_size, read_image, read_plane

PHOTO = colour_photo()


@pytest.mark.parametrize(
    ("axes", "values", "pictures"),
    [
        ("YXC", PHOTO, 1),
        ("YXS", PHOTO, 1),
        ("CYX", PHOTO.transpose(2, 0, 1), 1),
        ("YCX", PHOTO.transpose(0, 2, 1), 1),
        ("XYC", PHOTO.transpose(1, 0, 2), 1),
        ("CXY", PHOTO.transpose(2, 1, 0), 1),
        ("YXC", np.dstack([PHOTO, PHOTO[..., :1]]), 1),
        ("ZYXC", PHOTO[None].repeat(2, axis=0), 2),
        ("YXCZ", PHOTO[..., None].repeat(2, axis=3), 2),
        (None, PHOTO, 1),
        (None, PHOTO[None].repeat(2, axis=0), 2),
    ],
)
def test_grey_pages_become_the_colour_photo(
    tmp_path: Path, axes: str | None, values: np.ndarray, pictures: int
) -> None:
    path = tmp_path / "photo.tif"
    tifffile.imwrite(path, values, photometric="minisblack", metadata={} if axes is None else {"axes": axes})
    np.testing.assert_array_equal(read_image(path), PHOTO)
    assert count_pages(path) == pictures
    assert picture_size(path) == (60, 80)
    if pictures == 2:
        np.testing.assert_array_equal(read_plane(path, (1,)), PHOTO)


@pytest.mark.parametrize("axes", ["YXZ", "YXT"])
def test_other_last_axes_are_planes(tmp_path: Path, axes: str) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, PHOTO, photometric="minisblack", metadata={"axes": axes})
    assert count_pages(path) == 3
    for plane in range(3):
        np.testing.assert_array_equal(read_plane(path, (plane,))[..., 0], PHOTO[..., plane])


@pytest.mark.parametrize("least", [0, -500])
def test_imagejs_signed_numbers_are_signed(tmp_path: Path, least: int) -> None:
    """ImageJ stores them as unsigned ones, with a straight line that leads back."""
    stack = (np.arange(2 * 60 * 80) % 3000 + least).astype(np.int16).reshape(2, 60, 80)
    calibration = {"cf": 0, "c0": -32768.0, "c1": 1.0, "vunit": "Gray Value"}
    stored = (stack.astype(np.int32) + 32768).astype(np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", stored, imagej=True, metadata=calibration)
    levels = (0.0, 4095.0) if least == 0 else (-500.0, 2499.0)
    for plane in range(2):
        expected = as_rgb(stack[plane], levels=levels)
        np.testing.assert_array_equal(read_plane(tmp_path / "a.tif", (plane,)), expected)
