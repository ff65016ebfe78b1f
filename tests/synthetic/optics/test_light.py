"""The Michel-Lévy colours have the hues that petrographers name."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from napari_rocks2net.synthetic.optics.light import (
    WAVELENGTHS_NM,
    colour_matching_functions,
    display_levels,
    interference_colours,
    lamp_spectrum,
    linear_to_srgb,
    spectrum_to_linear_rgb,
)


def hue_saturation_value(retardation_nm):
    red, green, blue = linear_to_srgb(interference_colours()[retardation_nm].astype(float))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    return 360 * hue, saturation, value


def test_no_retardation_is_black():
    assert interference_colours()[0] == pytest.approx([0, 0, 0], abs=1e-6)


def test_150_nm_is_grey_and_265_nm_white():
    _, saturation, value = hue_saturation_value(150)
    assert saturation < 0.25
    assert 0.6 < value < 0.92
    _, saturation, value = hue_saturation_value(265)
    assert saturation < 0.06
    assert value > 0.95


@pytest.mark.parametrize(
    ("retardation_nm", "name", "low", "high"),
    [
        (430, "yellow-orange", 25, 55),
        (550, "red-violet, the sensitive tint", 255, 345),
        (525, "red-violet, the sensitive tint", 255, 345),
        (660, "blue", 190, 250),
        (750, "green", 90, 175),
        (900, "yellow", 40, 65),
        (1100, "violet-red", 260, 345),
    ],
)
def test_hues_of_the_first_two_orders_have_their_names(retardation_nm, name, low, high):
    hue, saturation, _ = hue_saturation_value(retardation_nm)
    assert low < hue < high, name
    assert saturation > 0.3


def test_the_sensitive_tint_turns_from_red_to_blue_within_50_nm():
    assert hue_saturation_value(500)[0] % 360 > 300 or hue_saturation_value(500)[0] < 30
    assert 215 < hue_saturation_value(600)[0] < 250


def test_high_orders_fade_to_pastel():
    saturations = [max(hue_saturation_value(g)[1] for g in range(a, a + 500, 25)) for a in (500, 3000, 5000)]
    assert saturations[0] > saturations[1] > saturations[2]
    assert saturations[2] < 0.15


def test_matching_functions_peak_where_the_eye_does_and_weigh_the_same():
    functions = colour_matching_functions(WAVELENGTHS_NM)
    assert WAVELENGTHS_NM[functions.argmax(axis=0)] == pytest.approx([600, 555, 445], abs=5)
    areas = functions.sum(axis=0)
    assert areas / areas[1] == pytest.approx([1, 1, 1], abs=0.02)


def test_the_whole_lamp_is_white_and_nothing_is_black():
    assert spectrum_to_linear_rgb(np.ones(len(WAVELENGTHS_NM))) == pytest.approx([1, 1, 1])
    assert spectrum_to_linear_rgb(np.zeros(len(WAVELENGTHS_NM))) == pytest.approx([0, 0, 0])


def test_a_hot_lamp_is_bluer_than_a_cool_one():
    blue_over_red = [np.divide(*lamp_spectrum(np.array([450.0, 650.0]), kelvin)) for kelvin in (3000, 6500)]
    assert blue_over_red[0] < 1 < blue_over_red[1]


def test_srgb_curve_agrees_with_the_standard():
    assert linear_to_srgb(np.array([-1.0, 0.0, 0.0031308, 0.2140411, 1.0, 7.0])) == pytest.approx(
        [0, 0, 0.04045, 0.5, 1, 1], abs=1e-4
    )


def test_display_levels_come_from_the_curve():
    linear = np.linspace(-0.1, 1.1, 5000, dtype=np.float32)
    assert display_levels(linear) == pytest.approx(255 * linear_to_srgb(linear), abs=0.12)
