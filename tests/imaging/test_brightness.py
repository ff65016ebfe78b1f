"""One rule says what is black and white, whatever door a picture comes in by."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_rocks2net.imaging import ImageError, Preprocessing, as_rgb, black_and_white, read_image


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        (np.array([0, 3], np.uint8), (0, 255)),
        (np.array([False, True]), (0, 1)),
        (np.array([0, 255], np.uint16), (0, 255)),
        (np.array([7, 256], np.uint16), (0, 1023)),
        (np.array([0, 4095], np.int32), (0, 4095)),
        (np.array([0, 16384], np.uint16), (0, 65535)),
        (np.array([0, 2**32 - 1], np.uint32), (0, 2**32 - 1)),
        (np.array([-5, 90], np.int16), (-5, 90)),
        (np.array([0, 20000], np.int16), (0, 32767)),
        (np.array([0, 2**31 - 1], np.int32), (0, 2**31 - 1)),
        (np.array([0.2, 0.5]), (0, 1)),
        (np.array([0.0, 200.0]), (0, 255)),
        (np.array([0.0, 3000.0]), (0, 4095)),
        (np.array([10.5, 3000.5]), (10.5, 3000.5)),
        (np.array([np.nan, 0.5, np.inf]), (0, 1)),
    ],
)
def test_black_and_white_follow_type_and_range(values, levels):
    assert black_and_white([values]) == tuple(map(float, levels))


def test_the_brightest_plane_decides_for_all():
    stack = np.array([[[3, 200]], [[0, 3000]], [[9, 40]]], np.uint16)
    assert black_and_white(stack) == (0.0, 4095.0)
    assert black_and_white(stack - np.float32(0.5)) == (-0.5, 2999.5)


def test_no_more_planes_are_read_than_needed():
    def planes():
        yield np.array([60000], np.uint16)
        raise AssertionError("read on")

    assert black_and_white(planes()) == (0.0, 65535.0)


def test_a_stack_without_a_finite_value_is_refused():
    with pytest.raises(ImageError, match="no finite value"):
        black_and_white([np.full((2, 2), np.nan), np.full((2, 2), np.inf)])


@given(hnp.arrays("u2", st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 4095)))
def test_an_array_and_its_file_give_one_picture(tmp_path_factory, grey):
    path = tmp_path_factory.getbasetemp() / "grey12.tif"
    tifffile.imwrite(path, grey, photometric="minisblack")
    np.testing.assert_array_equal(read_image(path), as_rgb(grey))


def test_white_is_zero_is_scaled_before_it_is_turned_round(tmp_path):
    """A 12-bit picture in 16 bits: 4095 is black there, not nearly white."""
    tifffile.imwrite(tmp_path / "a.tif", np.array([[0, 2048, 4095]], np.uint16), photometric="miniswhite")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif")[0, :, 0], [255, 127, 0])


def test_a_model_says_which_rule_it_was_trained_by():
    assert Preprocessing().to_dict()["brightness"] == "depth"
    older = {key: value for key, value in Preprocessing().to_dict().items() if key != "brightness"}
    assert Preprocessing.from_dict(older) == Preprocessing()
    with pytest.raises(ValueError, match="brightness"):
        Preprocessing(brightness="stretched")
