"""Slides of several rocks: each pixel is of the rock that the truth names."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.synthetic import SynthesisError, draw_mosaic
from napari_rocks2net.synthetic.scan import TILE


def test_every_pixel_is_of_the_rock_that_is_named_at_its_place():
    slide = draw_mosaic(["coarse crystal", "mud crystal"], (100, TILE + 100), um_per_pixel=20.0, seed=1)
    part = np.s_[20:80, 200:400]
    y, x = np.mgrid[part]
    rocks = slide.rock_at(y, x)
    assert set(np.unique(rocks)) == {0, 1}
    shown = np.asarray(slide.xpl[part])
    for rock, scan in enumerate(slide.scans):
        alone = np.asarray(scan.xpl[part])
        np.testing.assert_array_equal(shown[rocks == rock], alone[rocks == rock])


def test_each_rock_has_about_its_share():
    slide = draw_mosaic(["coarse crystal", "fine crystal", "mud crystal"], (600, 900))
    shares = np.bincount(slide.rock_at(*np.mgrid[:600, :900]).ravel()) / (600 * 900)
    np.testing.assert_allclose(shares, 1 / 3, atol=0.02)


def test_a_mosaic_of_nothing_is_refused():
    with pytest.raises(SynthesisError, match="at least one rock"):
        draw_mosaic([], 100)
