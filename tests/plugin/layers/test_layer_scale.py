from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from napari_rocks2net.pixel_scale import PixelSize
from napari_rocks2net.plugin.count.count_request import CountRequest
from napari_rocks2net.plugin.crystals.crystal_layers import show_crystals
from napari_rocks2net.plugin.crystals.measuring import LabelledPicture
from napari_rocks2net.plugin.layers.image_planes import image_plane
from napari_rocks2net.plugin.layers.layer_scale import (
    UNNAMED_UNIT,
    LayerScale,
    give_scale,
    pixel_size_of_layer,
    require_square_pixels,
    scaled_planes,
)
from napari_rocks2net.plugin.layers.plane import ImageLayerError
from napari_rocks2net.plugin.slides.layer_slide import slide_of


@pytest.mark.parametrize(
    ("place", "size", "unit", "micrometres"),
    [
        ({}, 1, "pixel", None),
        ({"scale": (0.02, 0.02), "units": ("um", "um")}, 0.02, "µm", 0.02),
        ({"scale": (20, 20), "units": ("nm", "nm")}, 20, "nm", 0.02),
        ({"scale": (0.02, 0.02)}, 0.02, UNNAMED_UNIT, None),
    ],
)
def test_the_scale_of_a_layer(
    layers: Any, place: dict[str, Any], size: float, unit: str, micrometres: float | None
) -> None:
    scale = LayerScale.of(layers.add_image(np.zeros((40, 50)), **place))
    assert scale.size == pytest.approx(size)
    assert scale.unit == unit
    assert scale.micrometres == (None if micrometres is None else pytest.approx(micrometres))


def test_the_scale_of_a_layer_counts_before_its_file(layers: Any) -> None:
    image = layers.add_image(np.zeros((40, 50)), scale=(20, 20), units=("nm", "nm"))
    size = pixel_size_of_layer(image)
    assert size is not None
    assert size.micrometres == pytest.approx(0.02)
    assert pixel_size_of_layer(layers.add_image(np.zeros((40, 50)))) is None


def test_pixels_that_are_not_square_have_no_size(layers: Any) -> None:
    image = layers.add_image(np.zeros((40, 50)), scale=(20, 30), units=("nm", "nm"))
    assert pixel_size_of_layer(image) is None
    assert scaled_planes(image)[0].micrometres is None


def test_each_page_of_a_file_has_the_size_that_it_says(layers: Any, tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    pages = np.arange(6000, dtype=np.uint8).reshape(3, 40, 50)
    with tifffile.TiffWriter(path) as file:
        for page, pixels in zip(pages, (1e6, 1e7, 300), strict=True):
            options = {"resolution": (pixels, pixels), "resolutionunit": "CENTIMETER", "metadata": None}
            file.write(page, photometric="minisblack", **options)
    (image,) = layers.open(str(path), plugin="napari")
    assert [plane.micrometres for plane in scaled_planes(image)] == [0.01, 0.001, None]
    assert [slide_of(image, (page,)).um_per_pixel for page in range(3)] == [0.01, 0.001, None]
    layers.dims.set_current_step(0, 1)
    assert CountRequest.of(layers, image).um_per_pixel == 0.001
    crystals = show_crystals(layers, image_plane(image, (0,)), np.ones((40, 50), int))
    _, request = LabelledPicture.of_layers(layers, crystals, image)
    assert (request.pixel_size, request.unit) == (0.01, "µm")


def test_pixels_that_are_not_square_are_refused_with_both_sides(layers: Any) -> None:
    with pytest.raises(ImageLayerError, match="2 x 1"):
        require_square_pixels(layers.add_image(np.zeros((40, 50)), scale=(2, 1)))


@pytest.mark.parametrize(
    "place",
    [{"scale": (-2, 3)}, {"affine": np.diag([2.0, 4, 1])}, {"shear": [0.4], "rotate": 30, "scale": (1, -1)}],
)
def test_a_scale_that_is_given_is_the_one_that_is_read_however_the_layer_lies(
    layers: Any, place: dict[str, Any]
) -> None:
    image = layers.add_image(np.zeros((40, 50)), **place)
    signs = np.sign(image.scale)
    give_scale(layers, image, PixelSize(0.7, "typed"))
    size = pixel_size_of_layer(image)
    assert size is not None
    assert size.micrometres == pytest.approx(0.7)
    np.testing.assert_array_equal(np.sign(image.scale), signs)
