"""A layer that shows a file has the white that the file states, in Classify and in maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from napari.components import ViewerModel
from napari.layers import Image
from tests.imaging.test_stated_depth import DARK, in_8_bits, png, tagged

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.imaging import as_rgb, read_image, read_levels, read_plane
from napari_rocks2net.plugin.layers.image_planes import image_planes
from napari_rocks2net.plugin.layers.layer_files import plane_key
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
    assert read_levels(path) == (0, 4095)
    (plane,) = image_planes(layer_of(path, DARK))
    np.testing.assert_array_equal(plane.read(), read_image(path))
    (changed,) = image_planes(layer_of(path, DARK // 2))
    assert changed.read().max() == in_8_bits(DARK // 2, 1023).max()


@pytest.mark.parametrize(("least", "levels"), [(0, (0, 4095)), (-500, (-500, 2499))])
def test_a_layer_of_imagejs_signed_numbers_is_as_bright_as_its_file(
    layers: ViewerModel, tmp_path: Path, least: int, levels: tuple[int, int]
) -> None:
    """ImageJ stores them as unsigned ones, which are what napari's reader gives."""
    signed = (np.arange(2 * 60 * 80) % 3000 + least).astype(np.int16).reshape(2, 60, 80)
    stored = (signed.astype(np.int32) + 32768).astype(np.uint16)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, stored, imagej=True, metadata={"cf": 0, "c0": -32768.0, "c1": 1.0})
    (layer,) = layers.open(path, plugin="napari")
    planes = image_planes(layer)
    assert len(planes) == 2
    for number, plane in enumerate(planes):
        expected = as_rgb(signed[number], levels=levels)
        np.testing.assert_array_equal(plane.read(), expected)
        np.testing.assert_array_equal(read_plane(path, (number,)), expected)
        assert plane_key(plane) == ImageKey.of(path, (number,))
    # What is no longer the file's is judged by its own numbers.
    layer.data = stored // 16
    changed = image_planes(layer)[0]
    assert changed.brightness() == (0, 4095)


def test_a_number_that_stands_for_no_pixel_does_not_make_a_layer_darker_than_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    values = DARK.astype(np.int16)
    values[:10] = -9999
    tifffile.imwrite(path, values, photometric="minisblack", extratags=[(42113, "s", 0, "-9999", True)])
    (plane,) = image_planes(layer_of(path, values))
    np.testing.assert_array_equal(plane.read(), read_image(path))
    assert plane.read()[0].max() == 0


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
