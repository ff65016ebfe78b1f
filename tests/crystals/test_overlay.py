"""Outlines lie inside their crystals, on a grey picture of the whole range."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.crystals import CrystalError, draw_outlines
from napari_rocks2net.crystals.overlay import OUTLINE_COLOUR


def two_squares(side: int) -> np.ndarray:
    """Two squares that touch, each a third of the side wide."""
    labels = np.zeros((side, side), np.int32)
    third = side // 3
    labels[third : 2 * third, :third] = 1
    labels[third : 2 * third, third : 2 * third] = 2
    return labels


def outlines(labels: np.ndarray) -> np.ndarray:
    picture = draw_outlines(np.zeros(labels.shape), labels)
    return (picture == OUTLINE_COLOUR).all(axis=2)


def test_the_line_is_the_outermost_pixel_of_every_crystal() -> None:
    lines = outlines(two_squares(30))
    expected = np.zeros((30, 30), bool)
    # The border of the image is no outline.
    expected[10:20, :20] = True
    expected[11:19, :9] = False
    expected[11:19, 11:19] = False
    np.testing.assert_array_equal(lines, expected)


def test_lines_of_large_images_are_wider_and_stay_inside() -> None:
    labels = two_squares(1200)
    lines = outlines(labels)
    assert not lines[labels == 0].any()
    # Across the first square: one line above, one below.
    assert lines[:, 200].sum() == 2 * 3


def test_the_picture_runs_from_black_to_white() -> None:
    image = np.linspace(1000, 1100, 900, dtype=np.uint16).reshape(30, 30)
    picture = draw_outlines(image, np.zeros((30, 30), np.int32))
    assert picture.dtype == np.uint8
    assert (picture.min(), picture.max()) == (0, 255)
    assert (np.diff(picture[..., 0].ravel().astype(int)) >= 0).all()


def test_labels_of_another_image_are_refused() -> None:
    with pytest.raises(CrystalError, match=r"\(20, 30\).*\(30, 30\): pass the image that was segmented"):
        draw_outlines(np.zeros((20, 30)), two_squares(30))
