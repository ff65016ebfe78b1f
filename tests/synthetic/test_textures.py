"""Noise, lines and boundaries are what they claim to be."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.synthetic.textures import (
    blurred,
    boundary_steps,
    cracks,
    rough_noise,
    smooth_noise,
    stripe_phase,
    thin_lines,
)


@pytest.mark.parametrize("noise", [smooth_noise, rough_noise])
@pytest.mark.parametrize("wavelength", [0.3, 1.0, 2.5, 20.0])
def test_noise_has_unit_variance_and_no_mean(noise, wavelength):
    field = noise((400, 500), wavelength, np.random.default_rng(0))
    assert field.shape == (400, 500)
    assert field.dtype == np.float32
    assert field.std() == pytest.approx(1, abs=0.15)
    assert abs(field.mean()) < 0.2


def test_smooth_noise_changes_over_its_wavelength():
    field = smooth_noise((512, 512), 24.0, np.random.default_rng(1))

    def correlation(pixels):
        return np.corrcoef(field[:, :-pixels].ravel(), field[:, pixels:].ravel())[0, 1]

    assert correlation(2) > 0.95
    assert abs(correlation(96)) < 0.15


def test_rough_noise_has_finer_detail_than_smooth_noise():
    fields = [make((256, 256), 40.0, np.random.default_rng(2)) for make in (smooth_noise, rough_noise)]
    steps = [np.abs(np.diff(field)).mean() for field in fields]
    assert steps[1] > 2 * steps[0]


def test_stripes_repeat_after_their_period():
    columns = np.arange(400, dtype=np.float32)[None]
    angle, period, width = (np.full_like(columns, value) for value in (0.0, 20.0, 0.05))
    phase = stripe_phase(np.zeros_like(columns), columns, angle, period)
    assert phase[0, -1] - phase[0, 0] == pytest.approx(399 / 20, abs=1)
    lines = thin_lines(phase, width)
    assert lines.min() == 0
    assert lines.max() == 1
    starts = (np.diff((lines[0] > 0).astype(int)) == 1).sum()
    assert 15 <= starts <= 25


def test_boundaries_lie_between_labels_and_know_the_step():
    labels = np.array([[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 3, 3], [3, 3, 3, 3]], dtype=np.int32)
    index = np.array([0.0, 0.1, 0.4, 0.2], dtype=np.float32)[labels]
    boundary, step = boundary_steps(labels, index)
    assert boundary[:3, :3].tolist() == [[0, 0.5, 0], [0.5, 1, 0.5], [0, 0, 0]]
    assert step[:3, :3] == pytest.approx(np.array([[0, 0.3, 0], [0.1, 0.3, 0.2], [0, 0, 0]]), abs=1e-6)


def test_boundaries_go_on_to_the_edge_of_the_picture():
    labels = np.arange(36, dtype=np.int32).reshape(6, 6)
    boundary, step = boundary_steps(labels, labels.astype(np.float32))
    assert (boundary == 1).all()
    assert (step == 6).all()


def test_cracks_are_thin():
    field = cracks((256, 256), 40.0, 1.0, np.random.default_rng(0))
    assert 0 <= field.min() < field.max() <= 1
    assert 0.01 < (field > 0.5).mean() < 0.2


def test_blur_keeps_light_and_channels_apart():
    picture = np.zeros((41, 41, 3), dtype=np.float32)
    picture[20, 20, 1] = 1
    result = blurred(picture, 2.0)
    assert result[..., 1].sum() == pytest.approx(1, abs=1e-4)
    assert result[..., [0, 2]].max() == 0
