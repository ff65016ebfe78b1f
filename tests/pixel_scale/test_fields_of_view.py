"""A photo of another scale is looked at in fields of the scale that was learned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.pixel_scale import FieldOfView, LearnedPixelSize, ScaleMatch, input_pixel_size

STRETCH = Preprocessing(64)
NATIVE = Preprocessing(640, resize="native")
# Fields of 640 µm on an input of 64 px.
LEARNED = LearnedPixelSize(10.0, 10.0, 10.0)
sides = st.integers(8, 900)


def seen(preprocessing: Preprocessing, field: FieldOfView, micrometres: float) -> float:
    """Return the scale at which a network sees a field of a photo."""
    y0, x0, y1, x1 = field.box
    zoom = np.sqrt((y1 - y0) / field.size[0] * (x1 - x0) / field.size[1])
    return input_pixel_size(preprocessing, field.size, micrometres * zoom)


def test_a_photo_of_the_learned_scale_goes_in_as_it_is() -> None:
    match = ScaleMatch.of(STRETCH, (320, 320), 2.0, LEARNED)
    assert (match.ratio, match.is_far, match.fields, match.sentence()) == (1.0, False, (), "")


def test_within_the_learned_range_nothing_is_changed() -> None:
    assert ScaleMatch.of(STRETCH, (320, 320), 3.5, LearnedPixelSize(10.0, 5.0, 18.0)).fields == ()


def test_a_field_twice_as_wide_is_looked_at_in_its_quarters() -> None:
    match = ScaleMatch.of(STRETCH, (320, 320), 4.0, LEARNED)
    assert [each.box for each in match.fields] == [
        (0, 0, 160, 160),
        (0, 160, 160, 320),
        (160, 0, 320, 160),
        (160, 160, 320, 320),
    ]
    assert match.sentence() == (
        "A pixel is 2 times as large as those that the model learned from: looked at in 4 fields of the "
        "learned scale."
    )


def test_a_field_half_as_wide_is_continued_by_its_mirror_images() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (100, 100, 3), np.uint8)
    [field] = ScaleMatch.of(STRETCH, (100, 100), 3.2, LEARNED).fields
    picture = field.cut(photo)
    quarter = len(picture) // 4
    np.testing.assert_array_equal(picture[:, :quarter], picture[:, quarter : 2 * quarter][:, ::-1])
    np.testing.assert_array_equal(picture[-quarter:], picture[-2 * quarter : -quarter][::-1])


def test_a_smaller_field_is_continued_to_the_middle_and_to_the_smallest_that_were_learned() -> None:
    learned = LearnedPixelSize(10.0, 8.0, 12.5)
    match = ScaleMatch.of(STRETCH, (200, 200), 1.6, learned)
    assert [seen(STRETCH, each, 1.6) for each in match.fields] == pytest.approx([10.0, 8.0], rel=0.02)
    assert "looked at in 2 fields" in match.sentence()
    # Beyond the nearest that a photo is brought both are one; a larger field is cut up at one scale.
    assert len(ScaleMatch.of(STRETCH, (200, 200), 0.5, learned).fields) == 1
    assert len(ScaleMatch.of(STRETCH, (200, 200), 6.4, learned).fields) == 4


def test_a_photo_at_its_own_scale_is_resampled() -> None:
    [field] = ScaleMatch.of(NATIVE, (400, 600), 5.0, LEARNED).fields
    assert (field.box, field.size) == ((0, 0, 400, 600), (200, 300))
    enlarged = ScaleMatch.of(NATIVE, (400, 600), 20.0, LEARNED).fields
    assert all(max(each.size) <= 640 for each in enlarged)
    assert len(enlarged) == 4


def test_a_warning_is_given_beyond_a_factor_of_two() -> None:
    assert "trust it less" in ScaleMatch.of(STRETCH, (320, 320), 4.3, LEARNED).sentence()
    assert ScaleMatch.of(STRETCH, (320, 320), 0.9, LEARNED).is_far
    assert not ScaleMatch.of(STRETCH, (320, 320), 3.9, LEARNED).is_far


@given(sides, sides, st.floats(0.5, 50), st.sampled_from([STRETCH, Preprocessing(64, resize="pad"), NATIVE]))
def test_every_field_is_seen_at_the_learned_scale(
    height: int, width: int, micrometres: float, preprocessing: Preprocessing
) -> None:
    match = ScaleMatch.of(preprocessing, (height, width), micrometres, LEARNED)
    if not 1 / 4 < match.ratio < 4 or not 1 / 4 < micrometres / 10 < 4:
        return
    assert len(match.fields) <= 16
    for field in match.fields:
        if min(field.size) >= 32 and min(height, width) >= 64:
            assert seen(preprocessing, field, micrometres) == pytest.approx(10, rel=0.12)


@given(sides, sides, st.floats(1e-4, 1e4), st.sampled_from([STRETCH, NATIVE]))
def test_no_scale_is_refused(
    height: int, width: int, micrometres: float, preprocessing: Preprocessing
) -> None:
    match = ScaleMatch.of(preprocessing, (height, width), micrometres, LEARNED)
    photo = np.zeros((height, width, 3), np.uint8)
    for field in match.fields[:1]:
        picture = field.cut(photo)
        assert picture.shape == (*field.size, 3)
        y0, x0, y1, x1 = field.to_photo((0, 0, *field.size), (height, width))
        assert 0 <= y0 < y1 <= height + 1e-6
        assert 0 <= x0 < x1 <= width + 1e-6


@given(sides, sides, st.floats(2, 90), st.sampled_from([STRETCH, NATIVE]))
def test_a_place_on_a_field_converts_back_to_the_photo(
    height: int, width: int, micrometres: float, preprocessing: Preprocessing
) -> None:
    for field in ScaleMatch.of(preprocessing, (height, width), micrometres, LEARNED).fields:
        edges = zip(field.box, field.box[2:], (height, width), strict=False)
        middle = [(max(first, 0) + min(last, side)) / 2 for first, last, side in edges]
        place = (middle[0] - 1, middle[1] - 1, middle[0] + 1, middle[1] + 1)
        assert field.to_photo(field.from_photo(place), (height, width)) == pytest.approx(place, abs=1e-3)
