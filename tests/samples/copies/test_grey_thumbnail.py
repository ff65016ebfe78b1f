"""Thumbnails in sixteen greys survive their text, and show the rock beside labels and black grounds."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.samples.copies.grey_thumbnail import grey_thumbnail, thumbnail_of_text, thumbnail_text


@pytest.mark.parametrize("shape", [(300, 400), (31, 96), (57, 61), (13, 90)])
def test_a_thumbnail_is_what_its_text_says(rng, shape):
    grey = grey_thumbnail(rng.integers(0, 256, (*shape, 3)).astype(np.uint8))
    assert grey is not None
    assert max(grey.shape) == 96
    np.testing.assert_array_equal(thumbnail_of_text(thumbnail_text(grey)), grey)


def test_a_dark_photo_with_a_white_label_keeps_its_levels(rng):
    photo = rng.integers(20, 40, (72, 96, 3)).astype(np.uint8)
    photo[60:, 50:] = 255
    grey = grey_thumbnail(photo)
    assert grey is not None
    assert len(np.unique(grey[:60])) >= 10


@pytest.mark.parametrize(
    "photo", [np.full((50, 60, 3), 9), np.zeros((1, 1, 3)), np.arange(600).reshape(1, 200, 3)]
)
def test_what_shows_nothing_has_none(photo):
    assert grey_thumbnail(photo.astype(np.uint8)) is None


@pytest.mark.parametrize("text", ["", "AA==", "////", "DAwA", "öö", "DAwB" + "I0Vn" * 30])
def test_what_is_no_thumbnail_is_refused(text):
    with pytest.raises(ValueError, match="thumbnail"):
        thumbnail_of_text(text)
