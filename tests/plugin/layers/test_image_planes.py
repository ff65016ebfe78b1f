"""Image layers become the pictures that a person sees in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from napari.layers import Image, Labels

from napari_rocks2net.classify import CriticalArea
from napari_rocks2net.imaging import as_rgb, read_image
from napari_rocks2net.imaging.reduction import block_means, sensible_size
from napari_rocks2net.plugin.layers.image_planes import image_plane, image_planes, shown_step
from napari_rocks2net.plugin.layers.plane import ImageLayerError


def test_an_rgb_layer_is_one_picture_as_it_is(rgb: np.ndarray) -> None:
    (plane,) = image_planes(Image(rgb, name="photo"))
    assert (plane.name, plane.index, plane.size) == ("photo", (), (70, 100))
    np.testing.assert_array_equal(plane.read(), rgb)


def test_contrast_limits_do_not_change_what_is_read_of_a_grey_layer() -> None:
    grey = np.array([[0, 1000, 2000, 4095]], dtype=np.uint16)
    (plane,) = image_planes(Image(grey, contrast_limits=(1000, 2000)))
    np.testing.assert_array_equal(plane.read()[0, :, 0], [0, 62, 125, 255])


@pytest.mark.parametrize("make", [np.asarray, lambda stack: da.from_array(stack, chunks=(1, 1, 4))])
def test_planes_of_a_deep_stack_share_one_white(make: Callable[[np.ndarray], object]) -> None:
    stack = np.array([[[0, 100, 200, 255]], [[0, 1000, 2000, 4095]]], dtype=np.uint16)
    dark, bright = image_planes(Image(make(stack)))
    np.testing.assert_array_equal(dark.read()[0, :, 0], [0, 6, 12, 16])
    np.testing.assert_array_equal(bright.read()[0, :, 0], [0, 62, 125, 255])


def test_a_stack_gives_one_picture_for_each_plane(rng: np.random.Generator) -> None:
    stack = rng.integers(0, 256, (2, 3, 40, 50), dtype=np.uint8)
    planes = image_planes(Image(stack, contrast_limits=(0, 255)))
    assert [plane.index for plane in planes] == list(np.ndindex(2, 3))
    np.testing.assert_array_equal(planes[4].read()[..., 0], stack[1, 1])


def test_a_stack_of_rgb_pictures_keeps_its_colours(rng: np.random.Generator) -> None:
    stack = rng.integers(0, 256, (2, 40, 50, 3), dtype=np.uint8)
    planes = image_planes(Image(stack))
    np.testing.assert_array_equal(planes[1].read(), stack[1])


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_photo_too_small_for_napari_to_guess_rgb_is_one_picture(channels: int) -> None:
    layer = Image(np.full((20, 25, channels), 255, np.uint8))
    assert not layer.rgb
    (plane,) = image_planes(layer)
    assert plane.read().shape == (20, 25, 3)
    assert plane.outline().shape == (4, 3)


def test_one_pixel_is_a_picture() -> None:
    (plane,) = image_planes(Image(np.full((1, 1), 7, np.uint8)))
    assert plane.read().shape == (1, 1, 3)


def test_dask_data_is_computed_when_the_picture_is_read_and_not_before() -> None:
    computed = []

    def block(block_info: object = None) -> np.ndarray:
        computed.append(1)
        return np.full((1, 40, 50), 9, np.uint8)

    stack = da.map_blocks(block, chunks=((1,) * 5, (40,), (50,)), dtype=np.uint8)
    layer = Image(stack, contrast_limits=(0, 255))
    computed.clear()
    planes = image_planes(layer)
    assert not computed
    assert planes[2].read().max() == 9
    assert len(computed) == 1


def halves(rgb: np.ndarray, count: int) -> list[np.ndarray]:
    """Return the levels of a pyramid, each the means of blocks of 2 x 2 pixels of the one before."""
    levels = [rgb]
    for _ in range(count):
        height, width = levels[-1].shape[:2]
        blocks = levels[-1].reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
        levels.append(np.rint(blocks).astype(np.uint8))
    return levels


def test_a_multiscale_layer_gives_the_pixels_of_its_file(rng, monkeypatch) -> None:
    """A very large one is reduced like its file: the level of that size is read."""
    rgb = rng.integers(0, 256, (96, 160, 3), dtype=np.uint8).repeat(4, 0).repeat(4, 1)
    (plane,) = image_planes(Image(halves(rgb, 3), multiscale=True))
    np.testing.assert_array_equal(plane.read(), rgb)

    monkeypatch.setattr("napari_rocks2net.imaging.reduction.LARGEST_READ_WHOLE", 1000)
    monkeypatch.setattr("napari_rocks2net.imaging.reduction.SENSIBLE_SIDE", 60)
    (plane,) = image_planes(Image(halves(rgb, 3), multiscale=True))
    reduced = block_means([rgb], rgb.shape[:2], sensible_size(*rgb.shape[:2]))
    assert plane.read().shape == reduced.shape == plane.pixels.shape == (96, 160, 3)
    np.testing.assert_array_equal(plane.read(), reduced)
    np.testing.assert_allclose(plane.vertices(CriticalArea(0, 0, 96, 160))[2], [383.5, 639.5])


def test_a_deep_multiscale_layer_has_the_white_of_its_finest_level() -> None:
    finest = np.full((64, 64), 100, np.uint16)
    finest[10, 10] = 4000
    levels = [finest, np.full((32, 32), 100, np.uint16)]
    (plane,) = image_planes(Image(levels, multiscale=True))
    assert plane.brightness() == (0, 4095)


def test_a_small_multiscale_layer_is_read_at_full_size() -> None:
    levels = [np.zeros((200 // k, 300 // k)) for k in (1, 2)]
    (plane,) = image_planes(Image(levels, multiscale=True))
    assert plane.read().shape == (200, 300, 3)


def test_the_outline_runs_along_the_outer_pixel_edges() -> None:
    planes = image_planes(Image(np.zeros((3, 40, 50))))
    np.testing.assert_array_equal(
        planes[2].outline(), [[2, -0.5, -0.5], [2, -0.5, 49.5], [2, 39.5, 49.5], [2, 39.5, -0.5]]
    )


@settings(deadline=None)
@given(
    size=st.tuples(st.integers(1, 5000), st.integers(1, 5000)),
    corners=st.tuples(*[st.floats(0, 0.45), st.floats(0, 0.45), st.floats(0.55, 1), st.floats(0.55, 1)]),
)
def test_an_area_leads_to_vertices_and_back(
    size: tuple[int, int], corners: tuple[float, float, float, float]
) -> None:
    (plane,) = image_planes(Image(np.broadcast_to(np.uint8(0), size), contrast_limits=(0, 1)))
    area = CriticalArea(*(np.array(corners) * np.tile(size, 2)).tolist())
    back = plane.area(plane.vertices(area))
    np.testing.assert_allclose(back.box, area.box, rtol=1e-9, atol=1e-9)


def test_a_rectangle_that_sticks_out_is_cut_at_the_edge(rgb: np.ndarray) -> None:
    (plane,) = image_planes(Image(rgb))
    area = plane.area(np.array([[-20, 50], [-20, 300], [30, 300], [30, 50]], float))
    assert area.box == (0, 50.5, 30.5, 100)


def test_a_rectangle_beside_the_picture_is_refused(rgb: np.ndarray) -> None:
    (plane,) = image_planes(Image(rgb))
    with pytest.raises(ValueError, match="y0 < y1"):
        plane.area(np.array([[-20, 5], [-20, 30], [-2, 30], [-2, 5]], float))


def test_another_kind_of_layer_is_refused_by_name() -> None:
    with pytest.raises(ImageLayerError, match="'grains' is not an image layer"):
        image_planes(Labels(np.zeros((4, 4), int), name="grains"))


def test_constant_and_nan_pictures_can_be_read() -> None:
    picture = np.full((40, 50), np.nan)
    picture[0, 0] = 1
    (plane,) = image_planes(Image(picture))
    assert plane.read().shape == (40, 50, 3)


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
    labels = layers.add_labels(np.zeros((40, 50), int), **image_plane(image).plane_transform.keywords)
    for point in ((0, 0), (7, 31), (39, 49)):
        np.testing.assert_allclose(labels.data_to_world(point), image.data_to_world(point))
    assert labels.units == image.units


def test_a_part_of_a_result_lies_on_its_part_of_the_image(layers: Any) -> None:
    image = layers.add_image(np.zeros((40, 50)), **CROOKED)
    transform = image_plane(image).plane_transform
    part = layers.add_labels(np.zeros((9, 9), int), **transform.of_part(11, 23).keywords)
    np.testing.assert_allclose(part.data_to_world((2, 3)), image.data_to_world((13, 26)))
    cells = layers.add_labels(np.zeros((9, 9), int), **transform.with_cells(4, 5).keywords)
    np.testing.assert_allclose(cells.data_to_world((2, 3)), image.data_to_world((8, 15)))


def test_a_result_on_a_plane_of_a_stack_is_seen_with_this_plane_alone(layers: Any) -> None:
    image = layers.add_image(
        np.zeros((4, 40, 50)),
        scale=(10, 0.5, -0.25),
        translate=(2, 6, 8),
        affine=np.array([[1, 0, 0, 3], [0, 1, 0.2, 4], [0, 0.1, 1, 5], [0, 0, 0, 1.0]]),
    )
    own = image_plane(image, (2,)).own_transform
    labels = layers.add_labels(own.pixels(np.ones((40, 50), int)), **own.keywords)
    for point in ((0, 0), (7, 31)):
        place = image.data_to_world((2, *point))
        np.testing.assert_allclose(labels.data_to_world(own.points(np.array(point))), place)
    for plane, value in ((2, 1), (3, 0)):
        layers.dims.set_current_step(0, plane)
        assert (labels.get_value(layers.dims.point, world=True) or 0) == value


def test_of_a_stack_the_plane_is_taken_that_is_shown(layers: Any) -> None:
    stack = np.zeros((3, 40, 50))
    stack[2] = 7
    image = layers.add_image(stack, scale=(10, 0.5, 0.5), translate=(0, 6, 8))
    layers.dims.set_current_step(0, 2)
    plane = image_plane(image, shown_step(layers, image))
    assert plane.size == (40, 50)
    assert (plane.read_values() == 7).all()
    np.testing.assert_allclose(plane.plane_transform.keywords["scale"], (0.5, 0.5))
    np.testing.assert_allclose(plane.plane_transform.keywords["translate"], (6, 8))


@pytest.mark.parametrize("shape", [(40, 50, 3), (12, 14, 3), (2, 40, 50, 3)])
def test_colours_are_no_dimension_even_where_napari_takes_them_for_one(
    layers: Any, shape: tuple[int, ...]
) -> None:
    image = layers.add_image(np.zeros(shape, np.uint8))
    plane = image_plane(image)
    assert plane.size == shape[-3:-1]
    assert plane.read_values().shape == shape[-3:]
    assert plane.plane_transform.ndim == 2


def test_of_a_pyramid_the_finest_level_is_taken(layers: Any) -> None:
    image = layers.add_image([np.zeros((40, 50)), np.zeros((20, 25))], multiscale=True)
    assert image_plane(image).size == (40, 50)


def test_what_is_no_picture_is_refused_by_name(layers: Any) -> None:
    points = layers.add_points(np.zeros((1, 2)), name="my points")
    with pytest.raises(ImageLayerError, match="my points"):
        image_plane(points)


@pytest.mark.parametrize("limits", [None, (0, 65535), (300, 900)])
def test_a_layer_its_file_and_its_array_are_one_picture_to_a_model(
    tmp_path: Path, rng: np.random.Generator, limits: tuple[int, int] | None
) -> None:
    """A grey photo of a 12-bit camera, as napari opens it and as a person sets its contrast."""
    grey = rng.integers(200, 3000, (40, 50)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "grey12.tif", grey, photometric="minisblack", compression="zlib")
    (plane,) = image_planes(Image(tifffile.imread(tmp_path / "grey12.tif"), contrast_limits=limits))
    np.testing.assert_array_equal(plane.read(), read_image(tmp_path / "grey12.tif"))
    np.testing.assert_array_equal(plane.read(), as_rgb(grey))
