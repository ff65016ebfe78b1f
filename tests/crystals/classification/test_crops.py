"""A crop shows its crystal whole, in the middle, with what the settings say around it."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.crystals import CropSettings, CrystalError, crop_crystals
from napari_rocks2net.crystals.classification.crops import CrystalCuts
from napari_rocks2net.imaging import ImageError, Preprocessing


def one_crystal(rows: slice, columns: slice, number: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """A ground of 40, a crystal of 200, and another crystal of 120 beside it."""
    image, labels = np.full((60, 80), 40, np.uint8), np.zeros((60, 80), np.int32)
    image[5:8, 70:75] = 120
    labels[5:8, 70:75] = 9
    image[rows, columns], labels[rows, columns] = 200, number
    return image, labels


def test_the_cut_is_the_box_with_a_margin_padded_to_a_square() -> None:
    image, labels = one_crystal(slice(20, 30), slice(10, 50))
    first = next(iter(CrystalCuts(image, labels)))
    # 40 wide with 4 on each side; 10 high with 1 on each side, in the middle of black.
    expected = np.zeros((48, 48), np.uint8)
    expected[18:30] = 40
    expected[19:29, 4:44] = 200
    np.testing.assert_array_equal(first, expected)


def test_the_background_is_black_on_request() -> None:
    image, labels = one_crystal(slice(20, 30), slice(10, 50))
    first = next(iter(CrystalCuts(image, labels, CropSettings(zero_background=True))))
    assert set(np.unique(first)) == {0, 200}
    assert np.count_nonzero(first) == 400


def test_a_crystal_at_the_border_stays_in_the_middle() -> None:
    image, labels = one_crystal(slice(0, 20), slice(0, 20))
    first = next(iter(CrystalCuts(image, labels)))
    assert first.shape == (24, 24)
    np.testing.assert_array_equal(first[2:22, 2:22], 200)
    assert not first[:2].any()
    assert not first[:, :2].any()


def test_crops_are_what_the_preprocessing_of_a_model_makes_of_the_cuts() -> None:
    image, labels = one_crystal(slice(20, 30), slice(10, 50))
    ids, crops = crop_crystals(image, labels)
    assert ids.tolist() == [5, 9]
    assert crops.shape == (2, 64, 64)
    assert crops.dtype == np.float32
    preprocess = Preprocessing(size=64, normalisation="unit")
    for crop, cut in zip(crops, CrystalCuts(image, labels), strict=True):
        np.testing.assert_allclose(crop, preprocess(np.dstack([cut] * 3))[0].numpy(), atol=1e-6)


@pytest.mark.parametrize("maker", [np.uint16, np.float32])
def test_deeper_images_give_the_same_crops(maker: type) -> None:
    image, labels = one_crystal(slice(20, 30), slice(10, 50))
    image[0, 0] = 255
    deep = (image.astype(float) * 257).astype(maker) if maker is np.uint16 else image / np.float32(255)
    np.testing.assert_allclose(crop_crystals(deep, labels)[1], crop_crystals(image, labels)[1], atol=1 / 255)


def test_colours_count_by_luminance() -> None:
    image, labels = np.zeros((20, 20, 3), np.uint8), np.zeros((20, 20), int)
    image[..., 1], labels[5:15, 5:15] = 100, 1
    assert next(iter(CrystalCuts(image, labels)))[6, 6] == round(0.587 * 100)


def test_no_crystals_give_no_crops() -> None:
    ids, crops = crop_crystals(np.zeros((20, 20)), np.zeros((20, 20), int))
    assert ids.shape == (0,)
    assert crops.shape == (0, 64, 64)


def test_settings_survive_a_model_card() -> None:
    settings = CropSettings(0.25, zero_background=True)
    assert CropSettings.from_dict(settings.to_dict()) == settings
    assert CropSettings.from_dict({}) == CropSettings()
    with pytest.raises(CrystalError, match="'shear'"):
        CropSettings.from_dict({"shear": 1})


def test_what_cannot_be_cropped_is_refused() -> None:
    labels = np.ones((20, 20), int)
    with pytest.raises(CrystalError, match=r"\(20, 30\) pixels"):
        crop_crystals(np.zeros((20, 30)), labels)
    with pytest.raises(CrystalError, match=r"margin is -0\.1"):
        crop_crystals(np.zeros((20, 20)), labels, CropSettings(margin=-0.1))
    with pytest.raises(CrystalError, match="go down to -1"):
        crop_crystals(np.zeros((20, 20)), -labels)
    with pytest.raises(ImageError, match="no finite value"):
        crop_crystals(np.full((20, 20), np.nan), labels)
    with pytest.raises(ValueError, match="input size is 50"):
        crop_crystals(np.zeros((20, 20)), labels, size=50)
