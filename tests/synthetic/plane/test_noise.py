"""Noise has unit variance, its wavelength, and the same values in every window."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from napari_rocks2net.synthetic.plane.noise import blurred, rough_noise, smooth_noise
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG
from napari_rocks2net.synthetic.plane.window import Window

RNG = PositionRNG(5)


def window(height, width, um_per_pixel=2.0, top=-13, left=40):
    return Window(top, left, height, width, um_per_pixel)


@pytest.mark.parametrize("noise", [smooth_noise, rough_noise])
@pytest.mark.parametrize("wavelength", [0.6, 2.0, 5.0, 30.0])
def test_noise_has_unit_variance_and_no_mean(noise, wavelength):
    field = noise(window(300, 400), wavelength, RNG)
    assert field.shape == (300, 400)
    assert field.dtype == np.float32
    assert field.std() == pytest.approx(1, abs=0.15)
    assert abs(field.mean()) < 0.2


def test_smooth_noise_changes_over_its_wavelength():
    field = smooth_noise(window(512, 512), 48.0, RNG)

    def correlation(pixels):
        return np.corrcoef(field[:, :-pixels].ravel(), field[:, pixels:].ravel())[0, 1]

    assert correlation(2) > 0.95
    assert abs(correlation(96)) < 0.15


def test_rough_noise_has_finer_detail_than_smooth_noise():
    smooth, rough = (make(window(256, 256), 80.0, RNG) for make in (smooth_noise, rough_noise))
    assert np.abs(np.diff(rough)).mean() > 1.5 * np.abs(np.diff(smooth)).mean()


@pytest.mark.parametrize(
    "noise",
    [
        lambda window: smooth_noise(window, 37.0, RNG),
        lambda window: rough_noise(window, 37.0, RNG),
        lambda window: RNG.normal_lattice(window.rows, window.columns),
    ],
)
def test_a_part_of_a_window_has_the_same_bytes_rendered_alone(noise):
    whole = noise(Window(-20, 5, 90, 110, 2.0))
    part = noise(Window(-3, 40, 31, 17, 2.0))
    assert whole[17:48, 35:52].tobytes() == part.tobytes()


def test_smooth_noise_is_the_same_landscape_at_another_scale():
    fine = smooth_noise(Window(0, 0, 120, 120, 1.0), 40.0, RNG)
    coarse = smooth_noise(Window(0, 0, 40, 40, 3.0), 40.0, RNG)
    assert fine[::3, ::3] == pytest.approx(coarse, abs=1e-5)


@pytest.mark.parametrize("sigma", [0.5, 1.3, 2.4])
def test_blur_agrees_with_scipy(sigma, rng):
    picture = rng.random((3, 60, 50), dtype=np.float32)
    expected = ndimage.gaussian_filter(picture, (0, sigma, sigma), mode="nearest", truncate=4)
    assert blurred(picture, sigma) == pytest.approx(expected, abs=4e-3)


def test_blur_keeps_light_and_channels_apart():
    picture = np.zeros((3, 41, 41), dtype=np.float32)
    picture[1, 20, 20] = 1
    result = blurred(picture, 2.0)
    assert result[1].sum() == pytest.approx(1, abs=1e-4)
    assert result[[0, 2]].max() == 0
    assert blurred(picture, 0.1) is picture
