"""The microscope adds what a camera adds, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.synthetic.microscope import Microscope

CLEAN = Microscope((1.0, 1.0, 1.0), 0.5, 0.5, vignette=0.0, blur_um=0.01, noise=0.0, stray_light=0.0)
GREY = np.full((40, 60, 3), 0.8, dtype=np.float32)


def photo(light=GREY, **changes):
    microscope = Microscope(**{**vars(CLEAN), **changes})
    return microscope.photograph_ppl(light, 4.0, np.random.default_rng(0))


def test_exposure_brings_an_even_field_to_its_aim():
    picture = photo(ppl_brightness=0.2140411)  # the linear light of half the display range
    assert picture == pytest.approx(np.full((40, 60, 3), 127.5), abs=0.5)


def test_white_balance_tints():
    red, green, blue = photo(white_balance=(1.2, 1.0, 0.8))[0, 0].astype(int)
    assert red > green > blue


def test_vignette_darkens_the_corners_most():
    picture = photo(vignette=0.5)[..., 0].astype(int)
    assert picture[20, 30] > picture[20, 0] > picture[0, 0]


def test_noise_has_its_standard_deviation():
    assert photo(np.full((200, 200, 3), 0.8, dtype=np.float32), noise=3.0).std() == pytest.approx(3, abs=0.1)


def test_crossed_polars_on_nothing_show_only_stray_light():
    dark = np.zeros((20, 20, 3), dtype=np.float32)
    rng = np.random.default_rng(0)
    assert CLEAN.photograph_xpl(dark, 4.0, rng).max() == 0
    leaky = Microscope(**{**vars(CLEAN), "stray_light": 0.005})
    assert 0 < leaky.photograph_xpl(dark, 4.0, rng).max() < 60


def test_drawn_microscopes_differ():
    rng = np.random.default_rng(0)
    assert len({Microscope.drawn(rng) for _ in range(10)}) == 10
