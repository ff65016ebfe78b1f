"""Results lie exactly where their image lies, whatever its transform."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from napari.layers import Image, Shapes

from napari_rocks2net.plugin.layers.transforms import Placement, common_frame

small = st.floats(-0.4, 0.4)
lengths = st.floats(1e-3, 1e3)
shifts = st.floats(-1e4, 1e4)
pairs = st.tuples


def image(**place: Any) -> Image:
    return Image(np.zeros((8, 9)), **place)


@st.composite
def placements(draw: st.DrawFn) -> dict[str, Any]:
    affine = np.eye(3)
    affine[:2, :2] += draw(arrays(float, (2, 2), elements=small))
    affine[:2, 2] = draw(arrays(float, 2, elements=shifts))
    return {
        "scale": draw(pairs(lengths, lengths)),
        "translate": draw(pairs(shifts, shifts)),
        "rotate": draw(st.floats(-180, 180)),
        "shear": (draw(small),),
        "affine": affine,
    }


@settings(deadline=None, max_examples=50)
@given(placements())
def test_a_layer_built_from_a_placement_maps_every_point_as_the_image_does(place: dict[str, Any]) -> None:
    source = image(**place)
    twin = Shapes(ndim=2, **Placement.of(source).keywords)
    for point in [(0, 0), (-0.5, 12), (4999.5, 3)]:
        np.testing.assert_allclose(
            twin.data_to_world(point), source.data_to_world(point), rtol=1e-6, atol=1e-6
        )


@settings(deadline=None, max_examples=50)
@given(placements(), arrays(float, (4, 2), elements=st.floats(-0.5, 5000)))
def test_world_coordinates_are_those_of_the_image_and_lead_back(
    place: dict[str, Any], points: np.ndarray
) -> None:
    source = image(**place)
    placement = Placement.of(source)
    frame = common_frame([placement, Placement.of(image(scale=(7, 7)))])
    assert frame.in_world
    world = frame.from_image(placement, points)
    np.testing.assert_allclose(world, [source.data_to_world(p) for p in points], rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(frame.to_image(placement, world), points, rtol=1e-5, atol=1e-2)


def test_units_and_axis_labels_are_copied() -> None:
    source = image(units=("um", "um"), axis_labels=("row", "column"))
    twin = Shapes(ndim=2, **Placement.of(source).keywords)
    assert twin.units == source.units
    assert twin.axis_labels == ("row", "column")


def test_images_in_one_place_share_its_transform() -> None:
    place = {"scale": (2, 3), "units": ("mm", "mm")}
    frame = common_frame([Placement.of(image(**place)), Placement.of(image(**place))])
    assert not frame.in_world
    np.testing.assert_array_equal(frame.keywords["scale"], (2, 3))


def test_world_coordinates_are_converted_to_the_units_of_the_first_image() -> None:
    micrometres = Placement.of(image(units=("um", "um"), scale=(5, 5)))
    millimetres = Placement.of(image(units=("mm", "mm"), scale=(2, 2)))
    frame = common_frame([micrometres, millimetres])
    np.testing.assert_allclose(frame.from_image(millimetres, np.array([[1.0, 3.0]])), [[2000, 6000]])
    np.testing.assert_allclose(frame.from_image(micrometres, np.array([[1.0, 3.0]])), [[5, 15]])


def test_a_picture_beside_a_stack_lies_in_its_last_axes() -> None:
    picture = Placement.of(image())
    stack = Placement.of(Image(np.zeros((3, 8, 9)), scale=(10, 2, 2)))
    frame = common_frame([picture, stack])
    assert frame.ndim == 3
    np.testing.assert_array_equal(frame.from_image(picture, np.array([[4.0, 5.0]])), [[0, 4, 5]])


@pytest.mark.parametrize("change", [{"scale": (2, 1)}, {"translate": (0, 1)}, {"units": ("mm", "mm")}])
def test_another_transform_or_unit_is_another_place(change: dict[str, Any]) -> None:
    assert not Placement.of(image()).same_as(Placement.of(image(**change)))
