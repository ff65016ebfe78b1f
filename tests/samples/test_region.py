"""A region is an area of an image, or an error that says why it is none."""

from __future__ import annotations

import math

import pytest

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
