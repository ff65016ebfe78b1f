from __future__ import annotations

import numpy as np
import pytest
import tifffile

from napari_rocks2net.imaging import ImageError, as_rgb, read_image, read_plane


@pytest.mark.parametrize(
    ("shape", "plane", "photometric"),
    [
        ((3, 8, 9), (2,), "minisblack"),
        ((2, 3, 8, 9), (1, 2), "minisblack"),
        ((4, 8, 9, 3), (3,), "rgb"),
    ],
)
def test_a_page_of_a_tiff_is_read_as_numpy_would_index_it(tmp_path, rng, shape, plane, photometric):
    pixels = rng.integers(0, 256, shape, dtype=np.uint8)
    tifffile.imwrite(tmp_path / "stack.tif", pixels, photometric=photometric)
    np.testing.assert_array_equal(read_plane(tmp_path / "stack.tif", plane), as_rgb(pixels[plane]))


def test_a_stack_that_is_one_page_is_indexed(tmp_path, rng):
    pixels = rng.integers(0, 256, (3, 8, 9), dtype=np.uint8)
    tifffile.imwrite(
        tmp_path / "volume.tif", pixels, photometric="minisblack", volumetric=True, tile=(1, 16, 16)
    )
    np.testing.assert_array_equal(read_plane(tmp_path / "volume.tif", (1,)), as_rgb(pixels[1]))


def test_an_array_of_numpy_is_a_stack(tmp_path, rng):
    pixels = rng.random((3, 8, 9))
    np.save(tmp_path / "stack.npy", pixels)
    np.testing.assert_array_equal(read_plane(tmp_path / "stack.npy", (1,)), as_rgb(pixels[1]))


def test_without_a_plane_the_image_is_read(tmp_path, write_photo):
    path = write_photo(tmp_path / "a.png")
    np.testing.assert_array_equal(read_plane(path, ()), read_image(path))


@pytest.mark.parametrize("plane", [(3,), (0, 0, 0, 0)])
@pytest.mark.parametrize(
    "name", ["stack.tif", "stack.npy", "photo.png", "broken.tif", "none.tif", "pickle.npy"]
)
def test_a_plane_that_cannot_be_read_is_named(tmp_path, rng, write_photo, name, plane):
    pixels = rng.integers(0, 256, (3, 8, 9), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "stack.tif", pixels, photometric="minisblack")
    np.save(tmp_path / "stack.npy", pixels)
    np.save(tmp_path / "pickle.npy", np.array([{}, {}, {}, {}]), allow_pickle=True)
    write_photo(tmp_path / "photo.png")
    (tmp_path / "broken.tif").write_bytes((tmp_path / "stack.tif").read_bytes()[:90])
    with pytest.raises(ImageError, match=name.replace(".", r"\.")):
        read_plane(tmp_path / name, plane)
