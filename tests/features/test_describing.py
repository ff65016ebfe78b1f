"""Descriptors of photos: finite, at the photo's own scale, the same however a box is asked for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.feature import local_binary_pattern

from napari_rocks2net.features import (
    KINDS,
    WINDOW_GRID,
    WINDOW_SIDES,
    WORKING_SCALE,
    describe,
    describe_box,
    window_boxes,
    working_image,
)
from napari_rocks2net.features.binary_patterns import RADII, uniform_patterns
from napari_rocks2net.features.texture import texture_descriptors
from napari_rocks2net.imaging import ImageError

WHOLE = (0.0, 0.0, 1.0, 1.0)


def stages(images: torch.Tensor) -> list[torch.Tensor]:
    """Two depths of a backbone without weights: the image at a quarter and at an eighth."""
    pooled = torch.nn.functional.avg_pool2d(images, 4)
    return [pooled, torch.nn.functional.avg_pool2d(pooled, 2).repeat(1, 4, 1, 1)]


def test_the_numbers_are_those_of_numpy_and_scikit_image(rgb):
    numbers = describe_box(rgb, WHOLE, ("texture",))["texture"]
    grey = np.rint(rgb @ [0.299, 0.587, 0.114]).astype(np.uint8)
    colours = rgb.reshape(-1, 3) / 255
    np.testing.assert_allclose(numbers[:3], colours.mean(0), atol=1e-6)
    np.testing.assert_allclose(numbers[5:8], colours.std(0), atol=1e-6)
    for row, percent in enumerate((10, 50, 90), start=2):
        np.testing.assert_allclose(
            numbers[5 * row : 5 * row + 3], np.percentile(colours, percent, 0), atol=0.005
        )
    steepness = np.hypot(*np.gradient(grey / 255))[1:-1, 1:-1]
    np.testing.assert_allclose(numbers[70:72], [steepness.mean(), steepness.std()], atol=0.01)
    np.testing.assert_allclose(numbers[73], grey.std() / 255, atol=1e-3)


@pytest.mark.parametrize("radius", RADII)
def test_patterns_are_those_of_scikit_image(rng, radius):
    grey = rng.integers(0, 256, (60, 50), dtype=np.uint8)
    expected = local_binary_pattern(grey, 8, radius, "uniform")
    inside = np.s_[radius + 1 : -radius - 1, radius + 1 : -radius - 1]
    differing = uniform_patterns(grey, radius)[inside] != expected[inside]
    assert differing.mean() < 0.01  # where interpolated and central pixel are equal but for rounding


@pytest.mark.parametrize("kinds", [("texture",), ("activations",), KINDS])
def test_a_window_is_described_as_the_box_at_its_place(rgb, kinds):
    described = describe(rgb, kinds, stages=stages)
    boxes = window_boxes()
    for kind in kinds:
        assert described.windows[kind].shape[:3] == (len(WINDOW_SIDES), WINDOW_GRID, WINDOW_GRID)
        for place in [(0, 0, 0), (1, 3, 6), (1, 7, 7)]:
            box = describe_box(rgb, tuple(boxes[place]), kinds, stages=stages)
            np.testing.assert_allclose(described.windows[kind][place], box[kind], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_is_described_as_the_box_that_is_the_whole(rgb, kind):
    whole = describe(rgb, (kind,), stages=stages).whole[kind]
    np.testing.assert_allclose(whole, describe_box(rgb, WHOLE, (kind,), stages=stages)[kind], rtol=1e-6)


def test_a_window_takes_its_colours_from_its_pixels_only():
    rgb = np.zeros((80, 80, 3), np.uint8)
    rgb[40:, 40:] = 255
    described = describe(rgb, ("texture",)).windows["texture"][1]
    np.testing.assert_array_equal(described[0, 0, :3], 0)
    np.testing.assert_array_equal(described[7, 7, :3], 1)


def test_pooled_activations_are_means_and_deviations_of_the_maps(rgb):
    values = torch.from_numpy((rgb.astype(np.float32) - 127) / 128).permute(2, 0, 1)[None]
    first = stages(values)[0][0]
    numbers = describe(rgb, ("activations",), stages=stages).whole["activations"]
    np.testing.assert_allclose(numbers[:3], first.mean((1, 2)), atol=1e-5)
    np.testing.assert_allclose(numbers[3:6], first.std((1, 2), correction=0), atol=1e-5)
    assert numbers.shape == (2 * (3 + 12),)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (2, 3), (31, 33), (700, 9), (1, 2000)])
@pytest.mark.parametrize("grey", [None, 0, 255])
def test_any_photo_gets_finite_numbers(rng, shape, grey):
    rgb = (
        rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
        if grey is None
        else np.full((*shape, 3), grey, np.uint8)
    )
    described = describe(rgb, stages=stages)
    for kind in KINDS:
        assert np.isfinite(described.whole[kind]).all()
        assert np.isfinite(described.windows[kind]).all()
    assert described.whole["texture"].shape == (86,)
    assert np.abs(described.whole["texture"]).max() <= 1


def test_a_photo_is_reduced_but_never_enlarged_or_stretched(rgb):
    assert working_image(rgb) is rgb
    assert working_image(np.zeros((1000, 1280, 3), np.uint8)).shape == (500, 640, 3)
    assert working_image(np.zeros((3, 5000, 3), np.uint8)).shape == (1, 640, 3)


def test_a_photo_is_reduced_as_a_model_that_is_fitted_on_descriptors_does(rng):
    large = rng.integers(0, 256, (700, 933, 3), dtype=np.uint8)
    eaten = WORKING_SCALE.resized(large).permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(working_image(large), eaten)
    np.testing.assert_array_equal(
        describe(large, ("texture",)).whole["texture"], describe(eaten, ("texture",)).whole["texture"]
    )


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8), "photo.jpg"]
)
def test_what_is_no_photo_is_refused(wrong):
    with pytest.raises(ImageError, match="A photo to describe"):
        describe(wrong, ("texture",))


@pytest.mark.parametrize("kinds", [(), ("colour",)])
def test_unknown_kinds_are_refused(rgb, kinds):
    with pytest.raises(ValueError, match="choose among texture, activations"):
        describe(rgb, kinds)


def test_activations_without_a_backbone_are_refused(rgb):
    with pytest.raises(ValueError, match="need a backbone"):
        describe(rgb)


@pytest.mark.parametrize("box", [(0.5, 0, 0.5, 1), (0, 1.2, 1, 1.4), (0.7, 0, 0.2, 1)])
def test_a_box_without_area_is_refused(rgb, box):
    with pytest.raises(ValueError, match="no area"):
        describe_box(rgb, box, ("texture",))


def test_a_quarter_turn_changes_no_texture(rng):
    rgb = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    box = np.array([[0.0, 0.0, 1.0, 1.0]])
    turned = texture_descriptors(np.ascontiguousarray(np.rot90(rgb)), box)
    np.testing.assert_allclose(turned[:, :70], texture_descriptors(rgb, box)[:, :70], atol=0.01)


def test_hues_on_either_side_of_red_are_alike():
    rgb = np.zeros((10, 10, 3), np.uint8)
    rgb[..., 0] = 200
    rgb[:5, :, 1] = 10
    rgb[5:, :, 2] = 10
    cosine, sine, length, low, high = describe_box(rgb, WHOLE, ("texture",))["texture"][25:30]
    np.testing.assert_allclose([cosine, sine, length], [1, 0, 1], atol=0.03)
    np.testing.assert_allclose([low, high], [-3 / 360, 3 / 360], atol=1.5 / 256)


def test_a_grey_photo_has_no_spread_of_hue():
    rgb = np.tile(np.arange(60, dtype=np.uint8)[:, None, None], (1, 40, 3))
    assert describe_box(rgb, WHOLE, ("texture",))["texture"][25:30].tolist() == [1, 0, 1, 0, 0]
