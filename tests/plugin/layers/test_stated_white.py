"""A layer that shows a file has the white that the file states, in Classify and in maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from napari.layers import Image
from tests.imaging.test_stated_depth import DARK, in_8_bits, png, tagged

from napari_rocks2net.imaging import read_image, read_plane, read_white
from napari_rocks2net.plugin.layers.image_planes import image_planes
from napari_rocks2net.plugin.slides.layer_slide import slide_of
from napari_rocks2net.slides import open_slide


def layer_of(path: Path, values: np.ndarray) -> Image:
    return Image(values, metadata={"rocks2net": {"file": str(path)}})


@pytest.mark.parametrize("name", ["dark.tif", "packed.tif", "dark.png"])
def test_a_layer_that_shows_the_file_has_its_white(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "dark.png":
        png(path, DARK, 12)
    elif name == "packed.tif":
        tifffile.imwrite(path, DARK, photometric="minisblack", bitspersample=12)
    else:
        tifffile.imwrite(path, DARK, photometric="minisblack", **tagged(281, 4095))
    assert read_white(path) == 4095
    (plane,) = image_planes(layer_of(path, DARK))
    np.testing.assert_array_equal(plane.read(), read_image(path))
    (changed,) = image_planes(layer_of(path, DARK // 2))
    assert changed.read().max() == in_8_bits(DARK // 2, 1023).max()


def test_a_map_has_the_white_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "stack.ome.tif"
    stack = np.stack([DARK, DARK * 4])
    with tifffile.TiffWriter(path, ome=True) as file:
        file.write(stack, subifds=1, tile=(32, 32), photometric="minisblack", metadata={"axes": "ZYX"})
        file.write(stack[:, ::2, ::2], subfiletype=1, tile=(32, 32), photometric="minisblack")
    with open_slide(path) as slide:
        assert len(slide.levels) == 2
        np.testing.assert_array_equal(slide.read(0, 0, 0, 60, 80), read_plane(path, (0,)))
    with slide_of(layer_of(path, stack), (0,)) as slide:
        np.testing.assert_array_equal(slide.read(0, 0, 0, 60, 80), read_plane(path, (0,)))
