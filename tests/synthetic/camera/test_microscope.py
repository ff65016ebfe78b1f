"""The microscope adds what a camera adds, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_rocks2net.synthetic.camera.microscope import Microscope
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window

CLEAN = Microscope(
    (1.0, 1.0, 1.0), 0.5, 0.5, vignette=0.0, blur_um=0.01, noise=0.0, stray_light=0.0, jpeg_quality=100
)


def photo(light, gain=1.0, **changes):
    _, height, width = light.shape
    window = Window(0, 0, height, width, 4.0)
    return replace(CLEAN, **changes).photograph(light, gain, window, PositionRNG(1))


def grey(level=0.2140411, shape=(40, 64)):
    return np.full((3, *shape), level, dtype=np.float32)


def test_half_the_display_range_is_linear_light_of_0_214():
    assert photo(grey()) == pytest.approx(np.full((40, 64, 3), 127.5), abs=1)


def test_exposure_brings_the_rock_to_its_aim():
    light = grey(0.4)
    assert CLEAN.ppl_gain(light) * 0.4 == pytest.approx(0.5)
    assert CLEAN.xpl_gain(light) * 0.4 == pytest.approx(0.5)
    assert CLEAN.xpl_gain(grey(0.0)) == 4.0


def test_white_balance_tints():
    red, green, blue = photo(grey(), white_balance=(1.2, 1.0, 0.8))[0, 0].astype(int)
    assert red > green > blue


def test_vignette_darkens_the_corners_most():
    picture = np.full((41, 61, 3), 200, dtype=np.uint8)
    darker = replace(CLEAN, vignette=0.5).vignetted(picture)[..., 0].astype(int)
    assert 200 == darker[20, 30] > darker[20, 0] > darker[0, 0]
    assert CLEAN.vignetted(picture) is picture


def test_noise_has_its_standard_deviation():
    assert photo(grey(shape=(200, 200)), noise=3.0).std() == pytest.approx(3, abs=0.15)


def test_blur_spreads_light():
    light = grey(0.0)
    light[:, 20, 32] = 1
    assert np.count_nonzero(photo(light)) == 3
    assert np.count_nonzero(photo(light, blur_um=6.0)) > 60


def test_jpeg_changes_only_a_little():
    rng = np.random.default_rng(0)
    light = rng.random((3, 40, 64), dtype=np.float32)
    plain, lossy = photo(light).astype(int), photo(light, jpeg_quality=80).astype(int)
    assert 0 < np.abs(plain - lossy).mean() < 12


def test_random_microscopes_differ():
    rng = np.random.default_rng(0)
    assert len({Microscope.random(rng) for _ in range(10)}) == 10
