"""Regions cut out of an image."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.samples import Region, crop_region

RGB = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)


def test_region_is_cut_between_pixel_edges() -> None:
    np.testing.assert_array_equal(crop_region(RGB, Region.rectangle(1, 2, 4, 7)), RGB[1:4, 2:7])
    np.testing.assert_array_equal(crop_region(RGB, Region.rectangle(0.6, 2.2, 4.4, 7)), RGB[1:4, 2:7])


def test_no_region_is_the_whole_image() -> None:
    np.testing.assert_array_equal(crop_region(RGB, None), RGB)


def test_region_is_cut_at_the_edges_of_the_image() -> None:
    np.testing.assert_array_equal(crop_region(RGB, Region.rectangle(-3, 5, 2, 90)), RGB[:2, 5:])


@pytest.mark.parametrize("edges", [(10, 0, 20, 5), (-9, 0, -2, 5), (0, 0, 0.4, 5)])
def test_region_without_a_pixel_is_refused(edges: tuple[float, ...]) -> None:
    with pytest.raises(ImageError, match="6 x 8 pixels"):
        crop_region(RGB, Region.rectangle(*edges))


def test_a_polygon_is_cut_out_with_its_bounding_box() -> None:
    region = Region(((1, 4), (3, 7), (4, 2)), "polygon")
    np.testing.assert_array_equal(crop_region(RGB, region), RGB[1:4, 2:7])
