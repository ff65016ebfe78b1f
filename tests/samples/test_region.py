"""A region is an area of an image, or an error that says why it is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Outline

from napari_rocks2net.samples import Region, RegionError


def test_a_rectangle_knows_its_box_and_that_it_is_upright():
    region = Region.rectangle(1, 2, 11, 22, plane=(3,))

    assert (region.box, region.kind, region.plane) == ((1, 2, 11, 22), "rectangle", (3,))
    assert region.is_upright


def test_a_turned_rectangle_and_a_polygon_are_not_upright():
    corners = ((0, 5), (5, 10), (10, 5), (5, 0))

    assert not Region(corners, "rectangle").is_upright
    assert not Region(Region.rectangle(0, 0, 4, 4).vertices, "polygon").is_upright


def test_equal_regions_are_one_key():
    same = {Region.rectangle(0, 0, 4, 4), Region.rectangle(0.0, 0.0, 4.0, 4.0)}
    other = Region.rectangle(0, 0, 4, 4, plane=(1,))

    assert len(same) == 1
    assert other not in same


@pytest.mark.parametrize(
    ("vertices", "kind", "message"),
    [
        (((0, 0), (0, 4)), "polygon", "2 vertices"),
        (((0, 0), (0, 4), (4, 4)), "rectangle", "3 vertices"),
        (((0, 0), (0, 4), (0, 8)), "polygon", "no area"),
        (((0, 0), (0, math.nan), (4, 4)), "polygon", "no area"),
        (((0, 0), (0, math.inf), (4, 4)), "polygon", "no area"),
        (((0, 0), (0, 4), (4, 4)), "circle", "rectangle or a polygon"),
    ],
)
def test_what_is_no_area_is_refused_with_the_reason(vertices, kind, message):
    with pytest.raises(RegionError, match=message):
        Region(vertices, kind)


@pytest.mark.parametrize("edges", [(4, 0, 0, 4), (0, 4, 4, 4), (0, 0, math.nan, 4)])
def test_the_edges_of_a_rectangle_are_in_order(edges):
    with pytest.raises(RegionError, match="y0 < y1"):
        Region.rectangle(*edges)


def pixels_inside(region: Region | None, height: int, width: int) -> np.ndarray:
    """Return which pixels of an image have their centre in a region, by matplotlib."""
    if region is None:
        return np.zeros(height * width, bool)
    centres = np.argwhere(np.ones((height, width))) + 0.5
    return Outline([*region.vertices, region.vertices[0]], closed=True).contains_points(centres)


corner = st.tuples(st.integers(-50, 90), st.integers(-50, 90))


@settings(max_examples=60, deadline=None)
@given(st.lists(corner, min_size=3, max_size=3, unique=True), st.integers(5, 40), st.integers(5, 40))
def test_a_clipped_region_has_the_same_pixels_of_the_image(vertices, height, width):
    try:
        region = Region(tuple(vertices))
    except RegionError:
        return
    clipped = region.clipped(height, width)
    same = pixels_inside(region, height, width) == pixels_inside(clipped, height, width)
    # Centres on an outline may fall on either side.
    assert same.mean() > 0.9
    if clipped is not None:
        y0, x0, y1, x1 = clipped.box
        assert min(y0, x0) >= 0
        assert max(y1 - height, x1 - width) <= 0


def test_a_clipped_rectangle_is_a_rectangle_and_what_lies_beside_is_nothing():
    assert Region.rectangle(-5, 3, 50, 90, plane=(2,)).clipped(20, 30) == Region.rectangle(0, 3, 20, 30, (2,))
    assert Region.rectangle(2, 3, 4, 5).clipped(20, 30) == Region.rectangle(2, 3, 4, 5)
    assert Region.rectangle(20, 3, 50, 9).clipped(20, 30) is None
    assert Region(((-9, -9), (-9, -1), (-1, -1))).clipped(20, 30) is None
