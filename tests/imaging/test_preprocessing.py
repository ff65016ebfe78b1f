"""The input of a network, and boxes to it and back."""

from __future__ import annotations

import sys
from subprocess import run
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torchvision.models import DenseNet121_Weights
from torchvision.transforms.v2 import functional

from napari_rocks2net.imaging import ImageError, Preprocessing

SIDES = st.integers(1, 5000)
SIZES = st.integers(2, 32).map(lambda steps: 32 * steps)
SQUARE = st.sampled_from(["stretch", "pad"])
RESIZES = st.sampled_from(["stretch", "pad", "native"])
BOXES = st.tuples(*[st.floats(-0.5, 1.5)] * 4)


@given(BOXES, SIDES, SIDES, SIZES, RESIZES)
def test_box_to_pixels_and_back(box: Any, height: int, width: int, size: int, resize: Any) -> None:
    preprocessing = Preprocessing(size=size, resize=resize)
    pixels = preprocessing.unit_to_pixels(box, height, width)
    np.testing.assert_allclose(preprocessing.pixels_to_unit(pixels, height, width), box, atol=1e-9)


@given(SIDES, SIDES, SIZES)
def test_stretch_maps_the_unit_square_to_the_whole_image(height: int, width: int, size: int) -> None:
    box = Preprocessing(size=size).unit_to_pixels((0, 0, 1, 1), height, width)
    np.testing.assert_allclose(box, (0, 0, height, width))


@given(SIDES, SIDES, SIZES)
def test_pad_holds_the_whole_image_in_the_middle(height: int, width: int, size: int) -> None:
    box = Preprocessing(size=size, resize="pad").pixels_to_unit((0, 0, height, width), height, width)
    y0, x0, y1, x1 = np.array(box) * size
    assert min(y0, x0) >= -1e-6
    assert max(y1, x1) <= size + 1e-6
    assert max(y1 - y0, x1 - x0) == pytest.approx(size)
    assert abs((y0 + y1) - size) <= 1 + 1e-6
    assert abs((x0 + x1) - size) <= 1 + 1e-6


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 300), st.integers(1, 300), SQUARE, st.sampled_from(["bilinear", "nearest"]))
def test_any_image_size_becomes_the_network_size(
    height: int, width: int, resize: Any, interpolation: Any
) -> None:
    preprocessing = Preprocessing(size=64, resize=resize, interpolation=interpolation)
    rgb = np.full((height, width, 3), 200, np.uint8)
    assert preprocessing(rgb).shape == (3, 64, 64)
    resized = preprocessing.resized(rgb)
    assert resized.dtype == torch.uint8
    assert set(resized.unique().tolist()) <= {0, 200}
    if resize == "stretch":
        assert resized.min() == 200


@given(SIDES, SIDES, SIZES)
def test_native_maps_the_unit_square_to_the_whole_image(height: int, width: int, size: int) -> None:
    box = Preprocessing(size=size, resize="native").unit_to_pixels((0, 0, 1, 1), height, width)
    np.testing.assert_allclose(box, (0, 0, height, width))


def test_native_leaves_the_pixels_of_an_image_that_is_not_too_large() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (31, 128, 3), np.uint8)
    kept = Preprocessing(size=128, resize="native").resized(rgb).permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(kept, rgb)


@pytest.mark.parametrize("shape", [(97, 200), (300, 65), (129, 128), (400, 1)])
def test_native_reduces_as_torchvision_does_but_for_rounding(shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    reduced = Preprocessing(size=64, resize="native").resized(rgb)
    image = torch.from_numpy(rgb).permute(2, 0, 1)
    expected = functional.resize(image, list(reduced.shape[1:]), antialias=True)
    assert (reduced.int() - expected.int()).abs().max() <= 1


@given(SIDES, SIDES)
def test_native_reduces_the_longest_side_and_enlarges_nothing(height: int, width: int) -> None:
    preprocessing = Preprocessing(size=640, resize="native")
    shape = preprocessing.input_shape(height, width)
    assert max(shape) == min(640, max(height, width))
    assert min(shape) == max(1, round(min(height, width) * min(1.0, 640 / max(height, width))))


@pytest.mark.parametrize("shape", [(96, 200), (200, 96), (64, 64), (31, 5), (517, 1)])
@pytest.mark.parametrize("resize", ["stretch", "pad"])
def test_marked_rectangle_lands_where_its_box_lands(shape: tuple[int, int], resize: Any) -> None:
    height, width = shape
    preprocessing = Preprocessing(size=128, resize=resize, interpolation="nearest")
    y0, x0, y1, x1 = height // 4, width // 4, max(1, height // 2), max(1, 3 * width // 4)
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[y0:y1, x0:x1] = 255
    rows, columns = np.nonzero(preprocessing.resized(rgb)[0].numpy())
    seen = (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
    expected = np.array(preprocessing.pixels_to_unit((y0, x0, y1, x1), height, width)) * 128
    np.testing.assert_allclose(seen, expected, atol=1)


def test_imagenet_normalisation_agrees_with_torchvision() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    oracle = DenseNet121_Weights.IMAGENET1K_V1.transforms(crop_size=64, resize_size=64)
    torch.testing.assert_close(Preprocessing(size=64)(rgb), oracle(torch.from_numpy(rgb).permute(2, 0, 1)))


@pytest.mark.parametrize(("interpolation", "mode"), [("bilinear", 2), ("nearest", 0)])
@pytest.mark.parametrize("shape", [(200, 300), (40, 50)])
def test_resizing_agrees_with_pillow(interpolation: Any, mode: int, shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    resized = Preprocessing(size=96, interpolation=interpolation).resized(rgb).permute(1, 2, 0).numpy()
    oracle = np.asarray(Image.fromarray(rgb).resize((96, 96), Image.Resampling(mode)))
    assert np.abs(resized.astype(int) - oracle).max() <= 1


def test_samplewise_center_takes_each_images_own_mean() -> None:
    preprocessing = Preprocessing(size=64, normalisation="samplewise_center")
    images = torch.randint(0, 256, (4, 3, 64, 64), dtype=torch.uint8)
    values = preprocessing.normalised(images)
    torch.testing.assert_close(values.mean(dim=(1, 2, 3)), torch.zeros(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(
        values[0] - values[0].min(), images[0].float() - images[0].min(), atol=1e-3, rtol=0
    )


def test_unit_is_a_scale_of_0_to_1_and_no_more() -> None:
    images = torch.arange(256, dtype=torch.uint8).expand(3, 4, 256)
    values = Preprocessing(size=64, normalisation="unit").normalised(images)
    torch.testing.assert_close(values, torch.linspace(0, 1, 256).expand(3, 4, 256))


def test_a_batch_is_normalised_as_its_images_are() -> None:
    images = torch.randint(0, 256, (3, 3, 64, 64), dtype=torch.uint8)
    for normalisation in ("imagenet", "samplewise_center", "unit"):
        preprocessing = Preprocessing(size=64, normalisation=normalisation)
        one_by_one = torch.stack([preprocessing.normalised(image) for image in images])
        torch.testing.assert_close(preprocessing.normalised(images), one_by_one)


def test_the_image_itself_is_not_changed_and_may_be_read_only() -> None:
    rgb = np.random.default_rng(2).integers(0, 256, (64, 64, 3), np.uint8)
    before = rgb.copy()
    rgb.flags.writeable = False
    Preprocessing(size=64).resized(rgb[::-1]).zero_()
    np.testing.assert_array_equal(rgb, before)


@given(
    SIZES,
    RESIZES,
    st.sampled_from(["bilinear", "nearest"]),
    st.sampled_from(["imagenet", "samplewise_center", "unit"]),
)
def test_settings_survive_a_dictionary(
    size: int, resize: Any, interpolation: Any, normalisation: Any
) -> None:
    preprocessing = Preprocessing(size, resize, interpolation, normalisation)
    assert Preprocessing.from_dict(preprocessing.to_dict()) == preprocessing


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"size": 32},
        {"size": 100},
        {"size": 96.0},
        {"size": True},
        {"size": "96"},
        {"resize": "crop"},
        {"interpolation": "cubic"},
        {"normalisation": None},
        {"resize": ["pad"]},
        {"colour": "grey"},
    ],
)
def test_unknown_settings_are_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Preprocessing.from_dict(wrong)


@pytest.mark.parametrize(
    "array", [np.zeros((64, 64), np.uint8), np.zeros((64, 64, 3)), np.zeros((64, 64, 4), np.uint8)]
)
def test_arrays_that_are_not_rgb_are_refused(array: np.ndarray) -> None:
    with pytest.raises(ImageError, match="as_rgb"):
        Preprocessing(size=64)(array)


@pytest.mark.parametrize("resize", ["stretch", "pad", "native"])
def test_empty_image_is_refused(resize: Any) -> None:
    with pytest.raises(ImageError, match="at least one pixel"):
        Preprocessing(size=64, resize=resize)(np.zeros((0, 9, 3), np.uint8))


def test_box_with_another_count_of_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="4 numbers"):
        Preprocessing().unit_to_pixels((0, 0, 1), 10, 10)


def test_imaging_is_imported_without_torch() -> None:
    code = "import sys, napari_rocks2net.imaging as i; i.Preprocessing(); sys.exit('torch' in sys.modules)"
    assert run([sys.executable, "-c", code], check=False).returncode == 0
