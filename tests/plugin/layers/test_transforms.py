"""Results lie exactly where their image lies, whatever its transform."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from napari.layers import Image, Shapes

from napari_rocks2net.plugin.layers.transforms import IDENTITY, LayerTransform, common_frame, set_transform

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
    twin = Shapes(ndim=2, **LayerTransform.of(source).keywords)
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
    placement = LayerTransform.of(source)
    frame = common_frame([placement, LayerTransform.of(image(scale=(7, 7)))])
    assert frame.in_world
    world = frame.from_image(placement, points)
    np.testing.assert_allclose(world, [source.data_to_world(p) for p in points], rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(frame.to_image(placement, world), points, rtol=1e-5, atol=1e-2)


def test_units_and_axis_labels_are_copied() -> None:
    source = image(units=("um", "um"), axis_labels=("row", "column"))
    twin = Shapes(ndim=2, **LayerTransform.of(source).keywords)
    assert twin.units == source.units
    assert twin.axis_labels == ("row", "column")


def test_images_in_one_place_share_its_transform() -> None:
    place = {"scale": (2, 3), "units": ("mm", "mm")}
    frame = common_frame([LayerTransform.of(image(**place)), LayerTransform.of(image(**place))])
    assert not frame.in_world
    np.testing.assert_array_equal(frame.transform.keywords["scale"], (2, 3))


def test_world_coordinates_are_converted_to_the_units_of_the_first_image() -> None:
    micrometres = LayerTransform.of(image(units=("um", "um"), scale=(5, 5)))
    millimetres = LayerTransform.of(image(units=("mm", "mm"), scale=(2, 2)))
    frame = common_frame([micrometres, millimetres])
    np.testing.assert_allclose(frame.from_image(millimetres, np.array([[1.0, 3.0]])), [[2000, 6000]])
    np.testing.assert_allclose(frame.from_image(micrometres, np.array([[1.0, 3.0]])), [[5, 15]])


def test_a_picture_beside_a_stack_lies_in_its_last_axes() -> None:
    picture = LayerTransform.of(image())
    stack = LayerTransform.of(Image(np.zeros((3, 8, 9)), scale=(10, 2, 2)))
    frame = common_frame([picture, stack])
    assert frame.ndim == 3
    np.testing.assert_array_equal(frame.from_image(picture, np.array([[4.0, 5.0]])), [[0, 4, 5]])


@pytest.mark.parametrize("change", [{"scale": (2, 1)}, {"translate": (0, 1)}, {"units": ("mm", "mm")}])
def test_another_transform_or_unit_is_another_place(change: dict[str, Any]) -> None:
    assert not LayerTransform.of(image()).same_as(LayerTransform.of(image(**change)))


def test_a_plane_of_a_stack_lies_where_it_is_shown() -> None:
    stack = Image(np.zeros((4, 20, 30)), scale=(5, 2, 3), translate=(1, 10, -4), units=("um", "um", "um"))
    ours = Image(np.zeros((20, 30)), **LayerTransform.of(stack).of_plane((2,)).keywords)
    assert ours.data_to_world((7, 8)) == pytest.approx(stack.data_to_world((2, 7, 8))[1:])
    assert ours.units == stack.units[1:]


@pytest.mark.filterwarnings("ignore:Non-orthogonal slicing")
def test_the_scale_of_a_turned_and_sheared_stack_stays_that_of_its_pixels() -> None:
    affine = np.eye(4)
    affine[1, 0], affine[2, 3] = 0.5, 6
    rotate = [[1, 0, 0], [0, 0.6, -0.8], [0, 0.8, 0.6]]
    stack = Image(np.zeros((4, 20, 30)), scale=(5, 2, 2), translate=(1, 10, -4), rotate=rotate, affine=affine)
    ours = Image(np.zeros((20, 30)), **LayerTransform.of(stack).of_plane((3,)).keywords)
    assert ours.data_to_world((7, 8)) == pytest.approx(stack.data_to_world((3, 7, 8))[1:])
    assert ours.scale == pytest.approx((2, 2))


def test_a_layer_is_moved_to_where_another_lies() -> None:
    layer = Image(np.zeros((20, 30)), rotate=20, scale=(2, 2), units=("um", "um"))
    ours = Image(np.zeros((20, 30)), scale=(3, 3), translate=(1, 2))
    set_transform(ours, LayerTransform.of(layer))
    assert ours.data_to_world((7, 8)) == pytest.approx(layer.data_to_world((7, 8)))
    assert ours.units == layer.units
    set_transform(ours, IDENTITY)
    assert ours.data_to_world((7, 8)) == pytest.approx((7, 8))


def test_an_unchanged_transform_redraws_nothing() -> None:
    layer = Image(np.zeros((20, 30)), rotate=20, scale=(2, 2))
    changes: list[object] = []
    layer.events.connect(changes.append)
    set_transform(layer, LayerTransform.of(layer))
    assert not changes
