"""A model that knows its scale brings photos to it before it looks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_rocks2net.classify import CriticalArea, RockClassifier
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.model_file import load_model
from napari_rocks2net.pixel_scale import LearnedPixelSize
from napari_rocks2net.views import Field, View

LEARNED = LearnedPixelSize(10.0, 10.0, 10.0)


@pytest.fixture
def scaled(joint_model_path: Path) -> RockClassifier:
    """Learned "lithology" at 10 µm a pixel of its 64; of "matrix" it does not know the scale."""
    network, card = load_model(joint_model_path)
    return RockClassifier([LoadedModel(network, replace(card, pixel_size_um={"lithology": LEARNED}), "cpu")])


@pytest.fixture
def photo() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (128, 128, 3), dtype=np.uint8)


def test_without_a_scale_and_at_the_learned_one_a_photo_is_looked_at_as_it_is(
    scaled: RockClassifier, photo: np.ndarray
) -> None:
    unscaled = scaled.predict(photo)
    assert unscaled["lithology"].scale is None
    native = scaled.predict(photo, pixel_size=5.0)
    assert native["lithology"].scale.ratio == pytest.approx(1)
    expected = pytest.approx(unscaled["lithology"].probabilities, abs=1e-6)
    assert native["lithology"].probabilities == expected
    assert native["lithology"].critical_area == unscaled["lithology"].critical_area


def test_a_wider_field_gets_the_mean_answer_of_its_parts(scaled: RockClassifier, photo: np.ndarray) -> None:
    wide = scaled.predict(photo, pixel_size=10.0)
    parts = [scaled.predict(photo[y : y + 64, x : x + 64])["lithology"] for y in (0, 64) for x in (0, 64)]
    for name, probability in wide["lithology"].probabilities.items():
        assert probability == pytest.approx(np.mean([each.probabilities[name] for each in parts]), abs=1e-5)
    surest = max(range(4), key=lambda part: parts[part].probabilities[wide["lithology"].label])
    y0, x0, *_ = parts[surest].critical_area.box
    corner = (64 * (surest // 2) + y0, 64 * (surest % 2) + x0)
    assert wide["lithology"].critical_area.box[:2] == pytest.approx(corner, abs=1e-2)


def test_a_property_of_unknown_scale_is_answered_from_the_whole_photo(
    scaled: RockClassifier, photo: np.ndarray
) -> None:
    wide, unscaled = scaled.predict(photo, pixel_size=10.0), scaled.predict(photo)
    assert wide["matrix"].scale is None
    assert wide["matrix"].probabilities == pytest.approx(unscaled["matrix"].probabilities, abs=1e-5)
    assert list(wide) == list(unscaled) == ["lithology", "matrix"]


def test_a_persons_area_is_looked_at_in_the_field_around_it(
    scaled: RockClassifier, photo: np.ndarray
) -> None:
    area = CriticalArea(70, 70, 100, 110)
    wide = scaled.predict(photo, area, pixel_size=10.0)["lithology"]
    corner = scaled.predict(photo[64:, 64:], CriticalArea(6, 6, 36, 46))["lithology"]
    assert wide.probabilities == pytest.approx(corner.probabilities, abs=1e-5)
    assert wide.critical_area == area


def test_a_narrower_field_has_its_area_on_the_photo(scaled: RockClassifier, photo: np.ndarray) -> None:
    narrow = scaled.predict(photo, pixel_size=2.0)["lithology"]
    assert narrow.scale.is_far
    y0, x0, y1, x1 = narrow.critical_area.box
    assert 0 <= y0 < y1 <= 128
    assert 0 <= x0 < x1 <= 128


def test_sizes_go_with_their_images(scaled: RockClassifier, photo: np.ndarray) -> None:
    answers = list(scaled.predict_many([photo] * 3, pixel_sizes=[None, 10.0, 5.0], batch_size=2))
    ratios = [each["lithology"].scale and each["lithology"].scale.ratio for each in answers]
    assert ratios == [None, pytest.approx(2), pytest.approx(1)]


def test_a_file_says_its_own_scale_and_a_person_knows_better(
    scaled: RockClassifier, photo: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "photo.tif"
    tifffile.imwrite(path, photo, resolution=(1000, 1000), resolutionunit="CENTIMETER")
    assert scaled.predict(path)["lithology"].scale is None
    tifffile.imwrite(path, photo, resolution=(1, 1), imagej=True, metadata={"unit": "um"})
    assert scaled.predict(path)["lithology"].scale.ratio == pytest.approx(0.2)
    assert scaled.predict(path, pixel_size=5.0)["lithology"].scale.ratio == pytest.approx(1)


@pytest.mark.parametrize("size", [0.0, -1.0, np.inf, np.nan])
def test_a_scale_that_is_none_is_refused(scaled: RockClassifier, photo: np.ndarray, size: float) -> None:
    with pytest.raises(ValueError, match="positive length"):
        scaled.predict(photo, pixel_size=size)


@pytest.fixture
def other(photo: np.ndarray) -> np.ndarray:
    """The same field in another light, by a camera of half as many pixels."""
    return np.ascontiguousarray(255 - photo[::2, ::2])


def test_a_field_of_views_is_brought_to_scale_like_its_photos(
    scaled: RockClassifier, photo: np.ndarray, other: np.ndarray
) -> None:
    field = Field((View(photo, "PPL"), View(np.repeat(np.repeat(other, 2, 0), 2, 1), "XPL")))
    wide = scaled.predict(field, pixel_size=10.0)["lithology"]
    photos = [scaled.predict(view.file, pixel_size=10.0)["lithology"] for view in field.views]
    assert wide.scale == photos[0].scale
    assert len(wide.scale.fields) == 4
    for name, probability in wide.probabilities.items():
        assert probability == pytest.approx(np.mean([each.probabilities[name] for each in photos]), abs=1e-5)
    assert wide.probabilities != pytest.approx(scaled.predict(field)["lithology"].probabilities, abs=1e-5)
    assert wide.views == "the mean of 2 views"


def test_views_of_fewer_pixels_show_the_same_parts(
    scaled: RockClassifier, photo: np.ndarray, other: np.ndarray
) -> None:
    area = CriticalArea(70, 70, 100, 110)
    answer = scaled.predict(Field((View(photo, "PPL"), View(other, "XPL"))), area, pixel_size=10.0)
    # What is enlarged keeps its sharp edges.
    enlarged = Image.fromarray(other[32:, 32:]).resize((64, 64), Image.Resampling.LANCZOS)
    corners = photo[64:, 64:], np.asarray(enlarged)
    parts = [scaled.predict(each, CriticalArea(6, 6, 36, 46))["lithology"].probabilities for each in corners]
    for name, probability in answer["lithology"].probabilities.items():
        assert probability == pytest.approx(np.mean([each[name] for each in parts]), abs=5e-3)
    assert answer["lithology"].critical_area == area


def test_a_field_says_its_scale_by_its_table_or_a_file(
    scaled: RockClassifier, photo: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "photo.tif"
    tifffile.imwrite(path, photo, resolution=(1, 1), imagej=True, metadata={"unit": "um"})
    stated = scaled.predict(Field((View(photo, "PPL"), View(path, "XPL"))))
    assert stated["lithology"].scale.ratio == pytest.approx(0.2)
    listed = scaled.predict(Field((View(photo, "PPL"), View(path, "XPL", micrometres=10.0))))
    assert listed["lithology"].scale.ratio == pytest.approx(2)
    assert scaled.predict(Field((View(photo, "PPL"),)))["lithology"].scale is None
