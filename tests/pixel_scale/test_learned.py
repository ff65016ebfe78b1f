"""What a model remembers of the scale of its photos."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.pixel_scale import LearnedPixelSize, PixelSizeError, input_pixel_size

sides = st.integers(300, 3000)


def test_the_median_and_the_range_of_the_photos_are_kept() -> None:
    assert LearnedPixelSize.of([4.0, 1.0, 2.0]) == LearnedPixelSize(2.0, 1.0, 4.0)


@pytest.mark.parametrize("values", [(0, 0, 0), (-1, -1, -1), (math.inf,) * 3, (math.nan,) * 3, (True,) * 3])
def test_a_length_that_no_photo_has_is_refused(values: tuple[float, float, float]) -> None:
    with pytest.raises(PixelSizeError, match="no length"):
        LearnedPixelSize(*values)


def test_lengths_out_of_order_are_refused() -> None:
    with pytest.raises(PixelSizeError, match="in disorder"):
        LearnedPixelSize(1.0, 2.0, 3.0)


def test_no_photos_have_no_pixel_size() -> None:
    with pytest.raises(PixelSizeError, match="No photo says"):
        LearnedPixelSize.of([])


def test_what_was_learned_from_is_covered_and_what_is_beyond_twice_of_it_is_far() -> None:
    learned = LearnedPixelSize(2.0, 1.0, 4.0)
    assert [learned.covers(size) for size in (0.8, 1.0, 2.0, 4.1, 5.0)] == [False, True, True, True, False]
    assert [learned.is_far(size) for size in (0.4, 0.6, 2.0, 7.9, 8.1)] == [True, False, False, False, True]


def test_a_photo_is_seen_at_the_scale_of_its_field_over_the_size_of_the_input() -> None:
    for size in (100, 256, 1000):
        assert input_pixel_size(Preprocessing(128), (size, size), 2000 / size) == pytest.approx(2000 / 128)


def test_a_photo_at_its_own_scale_is_seen_so_unless_it_is_reduced() -> None:
    native = Preprocessing(640, resize="native")
    assert input_pixel_size(native, (300, 400), 1.5) == pytest.approx(1.5)
    assert input_pixel_size(native, (900, 1280), 1.5) == pytest.approx(3.0)


@given(sides, sides, st.floats(0.01, 100))
def test_padding_keeps_the_longer_side_and_stretching_the_area(
    height: int, width: int, micrometres: float
) -> None:
    stretched = input_pixel_size(Preprocessing(128), (height, width), micrometres)
    assert stretched == pytest.approx(micrometres * math.sqrt(height * width) / 128)
    padded = input_pixel_size(Preprocessing(128, resize="pad"), (height, width), micrometres)
    assert padded == pytest.approx(micrometres * max(height, width) / 128, rel=0.2)
