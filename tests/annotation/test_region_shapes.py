"""Regions as shapes and back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.annotation import AnnotatedRegion, Vocabulary
from napari_rocks2net.annotation.region_shapes import (
    colours_of,
    features_of,
    outline,
    regions_of,
    shapes_of,
)
from napari_rocks2net.class_colours import NO_CLASS_COLOUR
from napari_rocks2net.samples import Region

LITHOLOGY = Vocabulary.of_classes("lithology", ["granite", "basalt"])
coordinates = st.floats(-100, 5000, allow_nan=False)


def round_trip(regions: list[AnnotatedRegion], earlier: dict[str, AnnotatedRegion]) -> list[AnnotatedRegion]:
    # napari keeps single precision.
    shapes = [(vertices.astype(np.float32), kind) for vertices, kind in shapes_of(regions)]
    features = features_of(regions, [LITHOLOGY])
    data, kinds = [vertices for vertices, _ in shapes], [kind for _, kind in shapes]
    return regions_of(data, kinds, features, ["lithology"], earlier)[0]


@given(st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=8, unique=True))
def test_a_region_comes_back_as_it_was_to_the_last_digit(vertices: list[tuple[float, float]]) -> None:
    points = np.array(vertices)
    if np.ptp(points, axis=0).min() < 1 or outline(points, "polygon") is None:
        return
    extra = {"properties": {"name": "x"}}
    region = AnnotatedRegion("a", Region(tuple(vertices)), {"lithology": "basalt"}, extra)
    assert round_trip([region], {"a": region}) == [region]


def test_a_pixel_centre_is_half_a_pixel_from_its_edge() -> None:
    ((vertices, kind),) = shapes_of([AnnotatedRegion.new(Region.rectangle(0, 0, 10, 20))])
    assert kind == "rectangle"
    assert vertices.min(axis=0).tolist() == [-0.5, -0.5]
    assert vertices.max(axis=0).tolist() == [9.5, 19.5]


def test_an_ellipse_is_kept_as_a_polygon_of_its_area() -> None:
    box = np.array([[0, 0], [0, 40], [20, 40], [20, 0]], float)
    (region,), _ = regions_of([box], ["ellipse"], pd.DataFrame(), [], {})
    assert region.area.kind == "polygon"
    y, x = np.array(region.area.vertices).T
    area = abs(np.dot(y, np.roll(x, 1)) - np.dot(x, np.roll(y, 1))) / 2
    assert area == pytest.approx(np.pi * 10 * 20, rel=0.01)


def test_a_line_encloses_nothing() -> None:
    line = np.array([[0, 0], [5, 5]], float)
    assert regions_of([line], ["line"], pd.DataFrame(), [], {}) == ([], [""])


@pytest.mark.parametrize("vertices", [[[0, 0], [5, 5], [10, 10]], [[3, 3], [3, 3], [3, 3], [3, 3]]])
def test_what_has_no_area_is_no_region(vertices: list[list[float]]) -> None:
    assert outline(np.array(vertices, float), "polygon") is None


def test_a_pasted_copy_gets_an_id_of_its_own() -> None:
    region = AnnotatedRegion.new(Region.rectangle(0, 0, 5, 5))
    features = features_of([region, region], [LITHOLOGY])
    data = [vertices for vertices, _ in shapes_of([region, region])]
    regions, ids = regions_of(data, ["rectangle"] * 2, features, ["lithology"], {region.id: region})
    assert ids[0] == region.id
    assert ids[1] != region.id
    assert [each.id for each in regions] == ids


def test_classes_are_a_category_with_an_empty_one() -> None:
    region = AnnotatedRegion.new(Region.rectangle(0, 0, 5, 5))
    features = features_of([region, region.labelled("lithology", "basalt")], [LITHOLOGY])
    assert features["lithology"].tolist() == ["", "basalt"]
    assert list(features["lithology"].cat.categories) == ["", "granite", "basalt"]


def test_each_class_has_its_colour_and_no_class_is_grey() -> None:
    assert colours_of(["basalt", "", None], LITHOLOGY) == [
        LITHOLOGY.colours[1], NO_CLASS_COLOUR, NO_CLASS_COLOUR
    ]  # fmt: skip
