"""Regions cut out of an image."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.imaging import ImageError, crop_region

RGB = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)


def test_region_is_cut_between_pixel_edges() -> None:
    np.testing.assert_array_equal(crop_region(RGB, "1,2,4,7"), RGB[1:4, 2:7])
    np.testing.assert_array_equal(crop_region(RGB, " 0.6, 2.2, 4.4, 7 "), RGB[1:4, 2:7])


def test_empty_text_is_the_whole_image() -> None:
    np.testing.assert_array_equal(crop_region(RGB, ""), RGB)


def test_region_is_cut_at_the_edges_of_the_image() -> None:
    np.testing.assert_array_equal(crop_region(RGB, "-3,5,2,90"), RGB[:2, 5:])


@pytest.mark.parametrize("region", ["10,0,20,5", "-9,0,-2,5", "3,3,3,6", "4,0,2,5", "0,0,0.4,5"])
def test_region_without_a_pixel_is_refused(region: str) -> None:
    with pytest.raises(ImageError, match="6 x 8 pixels"):
        crop_region(RGB, region)


@pytest.mark.parametrize("region", ["1,2,3", "1,2,3,4,5", "a,b,c,d", "1;2;3;4", "0,0,nan,5", "0,0,inf,5"])
def test_region_that_is_not_four_numbers_is_refused(region: str) -> None:
    with pytest.raises(ImageError, match="four numbers"):
        crop_region(RGB, region)
