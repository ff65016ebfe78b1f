from __future__ import annotations

import pytest

from napari_rocks2net.views import View, ViewError, check_field, parse_angle


@pytest.mark.parametrize(
    ("text", "angle"), [("45", 45), ("-15°", -15), ("22.5 deg", 22.5), (" ", None), ("", None)]
)
def test_an_angle_is_read_as_a_cell_shows_it(text, angle):
    assert parse_angle(text) == angle


@pytest.mark.parametrize("text", ["nan", "inf", "361", "1e9", "N-S", "45,0"])
def test_what_is_no_angle_is_refused(text):
    with pytest.raises(ViewError, match="angle"):
        parse_angle(text)


def test_a_decimal_comma_is_read_where_it_may_stand():
    assert parse_angle("22,5", decimal_comma=True) == 22.5


@pytest.mark.parametrize(
    "view", [("x.jpg", "dim", None), ("x.jpg", "PPL", 400.0), ("x.jpg", "PPL", float("nan"))]
)
def test_a_view_has_a_light_and_an_angle_that_exist(view):
    with pytest.raises(ViewError):
        View(*view)


def test_views_of_one_light_are_distinguished_by_their_angles():
    check_field([View("p.jpg", "PPL"), View("a.jpg", "XPL", 0.0), View("b.jpg", "XPL", 15.0)])


@pytest.mark.parametrize("angle", [0.0, 360.0, -360.0])
def test_two_views_in_one_light_at_one_angle_are_refused_by_name(angle):
    with pytest.raises(ViewError, match=r"a\.jpg and b\.jpg"):
        check_field([View("a.jpg", "XPL", 0.0), View("b.jpg", "XPL", angle)])


def test_a_field_without_a_view_is_refused():
    with pytest.raises(ViewError, match="no view"):
        check_field([])
