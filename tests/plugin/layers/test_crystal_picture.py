from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_rocks2net.plugin.layers.crystal_picture import (
    NAMELESS,
    LayerScale,
    Picture,
    known_pixel_size,
    moved_place,
    require_square_pixels,
    shown_step,
)
from napari_rocks2net.plugin.layers.image_planes import ImageLayerError

CROOKED = {
    "scale": (0.5, 0.5),
    "translate": (3, -4),
    "rotate": 30,
    "shear": [0.2],
    "affine": np.array([[1, 0.1, 5], [0, 1.2, 2], [0, 0, 1.0]]),
    "units": ("um", "um"),
}


def test_a_result_lies_where_its_image_lies_however_crooked(layers: Any) -> None:
    image = layers.add_image(np.zeros((40, 50)), **CROOKED)
    labels = layers.add_labels(np.zeros((40, 50), int), **Picture.of(image).place)
    for point in ((0, 0), (7, 31), (39, 49)):
        np.testing.assert_allclose(labels.data_to_world(point), image.data_to_world(point))
    assert labels.units == image.units


def test_a_part_of_a_result_lies_on_its_part_of_the_image(layers: Any) -> None:
    image = layers.add_image(np.zeros((40, 50)), **CROOKED)
    part = layers.add_labels(np.zeros((9, 9), int), **moved_place(Picture.of(image).place, 11, 23))
    np.testing.assert_allclose(part.data_to_world((2, 3)), image.data_to_world((13, 26)))


def test_of_a_stack_the_plane_is_taken_that_is_shown(layers: Any) -> None:
    stack = np.zeros((3, 40, 50))
    stack[2] = 7
    image = layers.add_image(stack, scale=(10, 0.5, 0.5), translate=(0, 6, 8))
    layers.dims.set_current_step(0, 2)
    picture = Picture.of(image, shown_step(layers, image))
    assert picture.shape == (40, 50)
    assert (picture.read() == 7).all()
    np.testing.assert_allclose(picture.place["scale"], (0.5, 0.5))
    np.testing.assert_allclose(picture.place["translate"], (6, 8))


@pytest.mark.parametrize("shape", [(40, 50, 3), (12, 14, 3), (2, 40, 50, 3)])
def test_colours_are_no_dimension_even_where_napari_takes_them_for_one(
    layers: Any, shape: tuple[int, ...]
) -> None:
    image = layers.add_image(np.zeros(shape, np.uint8))
    picture = Picture.of(image)
    assert picture.shape == shape[-3:-1]
    assert picture.read().shape == shape[-3:]
    assert len(picture.place["scale"]) == 2


def test_of_a_pyramid_the_finest_level_is_taken(layers: Any) -> None:
    image = layers.add_image([np.zeros((40, 50)), np.zeros((20, 25))], multiscale=True)
    assert Picture.of(image).shape == (40, 50)


def test_what_is_no_picture_is_refused_by_name(layers: Any) -> None:
    points = layers.add_points(np.zeros((1, 2)), name="my points")
    with pytest.raises(ImageLayerError, match="my points"):
        Picture.of(points)


@pytest.mark.parametrize(
    ("place", "size", "unit", "micrometres"),
    [
        ({}, 1, "pixel", None),
        ({"scale": (0.02, 0.02), "units": ("um", "um")}, 0.02, "µm", 0.02),
        ({"scale": (20, 20), "units": ("nm", "nm")}, 20, "nm", 0.02),
        ({"scale": (0.02, 0.02)}, 0.02, NAMELESS, None),
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
    size = known_pixel_size(image)
    assert size is not None
    assert size.micrometres == pytest.approx(0.02)
    assert known_pixel_size(layers.add_image(np.zeros((40, 50)))) is None


def test_pixels_that_are_not_square_are_refused_with_both_sides(layers: Any) -> None:
    with pytest.raises(ImageLayerError, match="2 x 1"):
        require_square_pixels(layers.add_image(np.zeros((40, 50)), scale=(2, 1)))
