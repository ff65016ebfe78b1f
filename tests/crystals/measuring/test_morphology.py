"""Measures against closed forms and scikit-image."""

from __future__ import annotations

import math

import numpy as np
import pytest
from skimage.measure import regionprops_table
from tests.crystals.conftest import disc, ellipse, rectangle

from napari_rocks2net.crystals import CrystalError, measure_crystals, unit_of
from napari_rocks2net.crystals.measuring.plots import DEFAULT_COLUMNS


def measured(labels, **more):
    return measure_crystals(labels, **more).iloc[0]


@pytest.mark.parametrize("radius", [8, 20, 60])
def test_disc(radius):
    row = measured(disc(radius))
    assert row.area == pytest.approx(math.pi * radius**2, rel=0.02)
    assert row.perimeter == pytest.approx(2 * math.pi * radius, rel=0.015)
    assert row.equivalent_diameter == pytest.approx(2 * radius, rel=0.01)
    assert row.feret_max == pytest.approx(2 * radius, abs=1)
    assert row.feret_min == pytest.approx(2 * radius, abs=1)
    assert row.circularity == pytest.approx(1, abs=0.03 + 0.1 / radius)
    assert row.roundness == pytest.approx(1, abs=0.01 + 0.2 / radius)
    assert row.solidity > 0.96
    assert row.extent == pytest.approx(math.pi / 4, rel=0.06)


@pytest.mark.parametrize("degrees", [0, 20, 45, 90, 135, 170])
def test_ellipse(degrees):
    a, b = 60.0, 25.0
    row = measured(ellipse(a, b, degrees))
    assert row.area == pytest.approx(math.pi * a * b, rel=0.01)
    assert row.major_axis == pytest.approx(2 * a, rel=0.01)
    assert row.minor_axis == pytest.approx(2 * b, rel=0.01)
    assert row.aspect_ratio == pytest.approx(a / b, rel=0.01)
    assert row.eccentricity == pytest.approx(math.sqrt(1 - (b / a) ** 2), abs=0.005)
    assert row.roundness == pytest.approx(b / a, rel=0.02)
    assert row.feret_max == pytest.approx(2 * a, abs=1)
    assert row.feret_min == pytest.approx(2 * b, abs=1)
    # Ramanujan's approximation, exact to seven digits here.
    squeeze = ((a - b) / (a + b)) ** 2
    around = math.pi * (a + b) * (1 + 3 * squeeze / (10 + math.sqrt(4 - 3 * squeeze)))
    assert row.perimeter == pytest.approx(around, rel=0.015)
    assert abs((row.orientation - degrees + 90) % 180 - 90) < 0.5


@pytest.mark.parametrize("degrees", [0, 30, 45, 60, 90])
@pytest.mark.parametrize(("length", "width"), [(100, 40), (70, 70)])
def test_rectangle(length, width, degrees):
    row = measured(rectangle(length, width, degrees))
    assert row.area == pytest.approx(length * width, rel=0.03)
    assert row.perimeter == pytest.approx(2 * (length + width), rel=0.02)
    assert row.feret_max == pytest.approx(math.hypot(length, width), abs=1.5)
    assert row.feret_min == pytest.approx(width, abs=1.5)
    assert row.solidity > 0.96
    assert row.circularity == pytest.approx(math.pi * length * width / (length + width) ** 2, rel=0.04)
    if length > width:
        assert abs((row.orientation - degrees + 90) % 180 - 90) < 0.5
        assert row.major_axis / row.minor_axis == pytest.approx(length / width, rel=0.03)


def test_agrees_with_scikit_image(sem):
    exact = {
        "label": "label",
        "area": "area",
        "equivalent_diameter": "equivalent_diameter_area",
        "major_axis": "axis_major_length",
        "minor_axis": "axis_minor_length",
        "eccentricity": "eccentricity",
        "extent": "extent",
        "centroid_y": "centroid-0",
        "centroid_x": "centroid-1",
        "intensity_mean": "intensity_mean",
        "intensity_std": "intensity_std",
    }
    ours = measure_crystals(sem.labels, sem.image)
    other = ["orientation", "perimeter", "feret_diameter_max", "solidity", "centroid"]
    properties = [name for name in [*exact.values(), *other] if "-" not in name]
    theirs = regionprops_table(sem.labels, sem.image, properties=properties)
    for name, their_name in exact.items():
        np.testing.assert_allclose(ours[name], theirs[their_name], rtol=1e-6, err_msg=name)
    # From the vertical, clockwise in the image's left-handed axes, to counter-clockwise from the horizontal.
    turned = (np.degrees(theirs["orientation"]) + 90) % 180
    np.testing.assert_allclose((ours["orientation"] - turned + 90) % 180, 90, atol=1e-6)
    # Theirs are taken from a hull that was filled with pixels first; their perimeter keeps an error of 5 %.
    np.testing.assert_allclose(ours["feret_max"], theirs["feret_diameter_max"], atol=1)
    np.testing.assert_allclose(ours["solidity"], theirs["solidity"], atol=0.03)
    np.testing.assert_allclose(ours["perimeter"], theirs["perimeter"], rtol=0.12)


def test_units_multiply_lengths_once_and_areas_twice(sem):
    pixels, micrometres = measure_crystals(sem.labels), measure_crystals(sem.labels, None, 0.5, "µm")
    for column in pixels:
        factor = {"µm": 0.5, "µm²": 0.25}.get(unit_of(column, "µm"), 1)
        np.testing.assert_allclose(micrometres[column], factor * pixels[column], err_msg=column)
    assert micrometres.attrs == {"unit": "µm", "pixel_size": 0.5}
    assert unit_of("area", "nm") == "nm²"
    assert unit_of("orientation", "nm") == "°"
    assert unit_of("circularity", "nm") == ""


def test_touching_crystals_know_each_other():
    labels = np.zeros((10, 20), int)
    labels[2:6, 2:6] = 3
    labels[2:6, 6:10] = 8
    labels[0:2, 15:17] = 9
    table = measure_crystals(labels).set_index("label")
    assert table.neighbours.to_dict() == {3: 1, 8: 1, 9: 0}
    assert table.contact_share.to_dict() == {3: 0.25, 8: 0.25, 9: 0}
    assert table.touches_border.to_dict() == {3: False, 8: False, 9: True}


def test_a_hole_counts_for_the_perimeter_and_the_solidity():
    ring = disc(30) - disc(15)
    row = measured(ring)
    assert row.perimeter == pytest.approx(2 * math.pi * 45, rel=0.02)
    assert row.solidity == pytest.approx(0.75, abs=0.02)


def test_a_single_pixel_and_a_line_are_measured():
    labels = np.zeros((8, 8), int)
    labels[1, 1] = 1
    labels[4, 1:7] = 2
    table = measure_crystals(labels)
    assert table.area.tolist() == [1, 6]
    assert table.roundness[0] == 1
    assert table.aspect_ratio[1] == math.inf
    assert table.orientation[1] == 0
    assert table.feret_max[1] == pytest.approx(6, abs=0.01)


def test_no_crystals_give_an_empty_table_with_all_columns(sem):
    empty = measure_crystals(np.zeros((20, 30), int), np.zeros((20, 30)))
    assert len(empty) == 0
    assert list(empty) == list(measure_crystals(sem.labels, sem.image))
    assert set(DEFAULT_COLUMNS) <= set(empty)


def test_labels_with_huge_numbers_take_no_memory():
    labels = np.zeros((8, 8), np.int64)
    labels[2:5, 2:5] = 10**12
    assert measured(labels).label == 10**12


def test_several_channels_are_averaged(sem):
    rgb = np.dstack([sem.image, sem.image, np.zeros_like(sem.image)])
    grey, colour = measure_crystals(sem.labels, sem.image), measure_crystals(sem.labels, rgb)
    np.testing.assert_allclose(colour.intensity_mean, 2 / 3 * grey.intensity_mean)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"labels": np.full((4, 4), 0.5)}, "type float64"),
        ({"labels": np.zeros((2, 4, 4), int)}, "shape"),
        ({"labels": np.zeros((0, 4), int)}, "shape"),
        ({"labels": np.full((4, 4), -1)}, "go down to -1"),
        ({"labels": np.ones((4, 4), int), "image": np.zeros((5, 4))}, "image that was segmented"),
        ({"labels": np.ones((4, 4), int), "pixel_size": 0}, "pixel size is 0"),
        ({"labels": np.ones((4, 4), int), "pixel_size": math.nan}, "pixel size is nan"),
    ],
)
def test_what_cannot_be_measured_is_refused(arguments, words):
    with pytest.raises(CrystalError, match=words):
        measure_crystals(**arguments)
