"""Any array as RGB."""

from __future__ import annotations

import warnings

import dask.array
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_rocks2net.imaging import ImageError, as_rgb, black_and_white

PICTURES = hnp.array_shapes(min_dims=2, max_dims=2, max_side=12).flatmap(
    lambda shape: st.sampled_from([shape, (*shape, 1), (*shape, 3), (*shape, 4)])
)
TYPES = st.sampled_from(["bool", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"])


@given(TYPES.flatmap(lambda dtype: hnp.arrays(dtype, PICTURES)))
def test_any_type_and_layout_becomes_rgb_of_the_same_size(array: np.ndarray) -> None:
    colour = array[..., :3] if array.ndim == 3 else array
    if colour.dtype.kind == "f" and not np.isfinite(colour).any():
        with pytest.raises(ImageError, match="no finite value"):
            as_rgb(array)
        return
    rgb = as_rgb(array)
    assert rgb.shape == (*array.shape[:2], 3)
    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous


@given(hnp.arrays("u1", st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_eight_bit_rgb_stays_as_it_is_and_so_do_its_floats(rgb: np.ndarray) -> None:
    np.testing.assert_array_equal(as_rgb(rgb), rgb)
    np.testing.assert_array_equal(as_rgb(rgb.astype(np.float64) / 255), rgb)
    if rgb.max() > 1:
        np.testing.assert_array_equal(as_rgb(rgb.astype(np.float32)), rgb)


def test_grey_is_repeated_over_three_channels() -> None:
    grey = np.arange(10, dtype=np.uint8).reshape(2, 5)
    for array in (grey, grey[..., None], grey[None], grey[None, None]):
        np.testing.assert_array_equal(as_rgb(array), np.stack([grey] * 3, axis=-1))


@pytest.mark.parametrize("depth", [10, 12, 14, 16])
def test_camera_depth_follows_from_the_brightest_pixel(depth: int) -> None:
    white = 2**depth - 1
    np.testing.assert_array_equal(as_rgb(np.array([[0, white]], np.uint16))[0, :, 0], [0, 255])
    assert as_rgb(np.array([[0, white // 2 + 1]], np.uint16))[0, 1, 0] == 128


def test_negative_integers_run_from_smallest_to_largest() -> None:
    np.testing.assert_array_equal(as_rgb(np.array([[-100, 0, 100]], np.int16))[0, :, 0], [0, 128, 255])


def test_floats_beyond_one_run_from_smallest_to_largest() -> None:
    np.testing.assert_array_equal(as_rgb(np.array([[1000.5, 1001.5, 1002.5]]))[0, :, 0], [0, 128, 255])


def test_not_a_number_is_black_and_infinities_are_the_ends() -> None:
    array = np.array([[np.nan, -np.inf, np.inf, 0.5]], np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(as_rgb(array)[0, :, 0], [0, 0, 255, 128])


def test_constant_picture_has_one_colour() -> None:
    assert np.unique(as_rgb(np.full((3, 3), -7.5))).size == 1


def test_a_plane_is_shown_with_the_black_and_white_of_its_stack() -> None:
    stack = np.array([[[0, 500]], [[0, 4000]]], np.uint16)
    levels = black_and_white(stack)
    assert levels == (0.0, 4095.0)
    np.testing.assert_array_equal(as_rgb(stack[0], levels=levels)[0, :, 0], [0, 31])


@pytest.mark.parametrize(("dtype", "opaque"), [("u1", 255), ("u2", 65535), ("f4", 1.0)])
def test_opacity_blends_over_black(dtype: str, opaque: float) -> None:
    rgba = np.full((1, 2, 4), opaque, dtype)
    rgba[0, 1, 3] = 0
    np.testing.assert_array_equal(as_rgb(rgba), [[[255, 255, 255], [0, 0, 0]]])


def test_dask_is_computed_and_a_view_is_not_changed() -> None:
    rgb = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    np.testing.assert_array_equal(as_rgb(dask.array.from_array(rgb, chunks=(1, 2, 3))), rgb)
    flipped = rgb[::-1, ::-1]
    np.testing.assert_array_equal(as_rgb(flipped), flipped)


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0, 3), (4, 5, 0)])
def test_empty_array_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match="empty"):
        as_rgb(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("shape", [(), (7,), (5, 6, 2), (3, 50, 60), (2, 5, 6, 3)])
def test_other_layouts_are_refused_with_their_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match="channels last"):
        as_rgb(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("array", [np.zeros((2, 2), complex), np.array([["a", "b"]]), np.array([[None, 1]])])
def test_other_values_are_refused(array: np.ndarray) -> None:
    with pytest.raises(ImageError, match="pass integers or floats"):
        as_rgb(array)
