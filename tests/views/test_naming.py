"""Fields, lights and angles from names, as petrographers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.views import (
    LIGHTS,
    GuessedView,
    ViewError,
    guess_views,
    light_of,
    parse_examples,
    rule_by_example,
)


@pytest.mark.parametrize(
    ("text", "light"),
    [
        ("PPL", "PPL"),
        ("plane polarised light", "PPL"),
        ("crossed polars", "XPL"),
        ("Nicóis cruzados", "XPL"),
        ("luz natural", "PPL"),
        ("lumière polarisée non analysée", "PPL"),
        ("lumière polarisée analysée", "XPL"),
        ("ohne Analysator", "PPL"),
        ("mit Analysator", "XPL"),
        ("tek nikol", "PPL"),
        ("çift nikol", "XPL"),
        ("с анализатором", "XPL"),
        ("正交偏光", "XPL"),
        ("TN", "PPL"),
        ("ÇN", "XPL"),
        ("オープンニコル", "PPL"),
        ("直交ポーラー", "XPL"),
        ("polarizadores descruzados", "PPL"),
        ("keresztezett", "XPL"),
        ("XPL with plate", "XPL with plate"),
        ("crossed polars, gypsum plate", "XPL with plate"),
        ("reflected light", "reflected"),
        ("직교편광", "XPL"),
        ("투과광", "PPL"),
        ("交叉偏光", "XPL"),
        ("паралельні ніколі", "PPL"),
        ("з аналізатором", "XPL"),
        ("nikol bersilang", "XPL"),
        ("tanpa analisator", "PPL"),
        ("", ""),
        ("quartz", ""),
        ("クロスラミナ", ""),
        ("open cross section", ""),
        ("light", ""),
        ("PPL and XPL", ""),
    ],
)
def test_a_light_is_known_in_the_languages_of_the_field(text, light):
    assert light_of(text) == light


@pytest.mark.parametrize(
    ("names", "views"),
    [
        (["ppl/7a.jpg", "xpl/7a.jpg"], [("7a", "PPL", None), ("7a", "XPL", None)]),
        (
            ["s_15_10X_PP_1.jpg", "s_15_10X_XP_1.jpg"],
            [("s_15_10X_1", "PPL", None), ("s_15_10X_1", "XPL", None)],
        ),
        (["S12 PPL.jpg", "S12 XPL 45deg.jpg"], [("S12", "PPL", None), ("S12", "XPL", 45)]),
        (["2a_paralelos.jpg", "2a_cruzados.jpg"], [("2a", "PPL", None), ("2a", "XPL", None)]),
        (["W+15gyp.JPG", "W-15gyp.JPG", "W-0gyp.JPG"], [("W", "XPL with plate", a) for a in (15, -15, 0)]),
        (["gypsum XPL.png", "gypsum PPL.png"], [("gypsum", "XPL", None), ("gypsum", "PPL", None)]),
        (["S1 XPL gypsum plate.png"], [("S1", "XPL with plate", None)]),
        (["a_xpl_0.png", "a_xpl_30.png"], [("a", "XPL", 0), ("a", "XPL", 30)]),
        (["A3개방니콜.jpg", "A3직교니콜.jpg"], [("A3", "PPL", None), ("A3", "XPL", None)]),
        (["A3オープンニコル.jpg", "A3クロスニコル.jpg"], [("A3", "PPL", None), ("A3", "XPL", None)]),
        (["花岗岩单偏光.jpg", "花岗岩正交偏光.jpg"], [("花岗岩", "PPL", None), ("花岗岩", "XPL", None)]),
    ],
)
def test_views_of_a_field_are_known_by_their_names(names, views):
    assert guess_views(names) == [GuessedView(*view) for view in views]


@pytest.mark.parametrize(
    "name", ["cross_section_1.jpg", "gypsum_3.jpg", "NC-12.jpg", "BOM-24-29.jpg", "plane_2.png"]
)
def test_a_name_that_names_no_light_is_left_alone(name):
    assert guess_views([name]) == [GuessedView(name.rpartition(".")[0])]


def test_numbers_that_count_photos_are_no_angles():
    guesses = guess_views(["S1_XPL_1.jpg", "S1_XPL_2.jpg", "S1_XPL_3.jpg"])
    assert [each.angle for each in guesses] == [None] * 3
    assert len({each.field for each in guesses}) == 3


def test_photos_of_one_light_and_angle_are_no_field():
    guesses = guess_views(["S1 ppl.jpg", "S1 PPL.png", "S1 xpl.jpg"])
    assert len({each.field for each in guesses}) == 3


def test_a_rule_is_learnt_from_the_names_of_one_field():
    rule = rule_by_example({"12a.jpg": ("PPL", None), "12b.jpg": ("XPL", None)})
    names = ["57a.tif", "57b.tif", "58c.tif"]
    assert guess_views(names, rule) == [
        GuessedView("57", "PPL"),
        GuessedView("57", "XPL"),
        GuessedView("58c"),
    ]


def test_a_mark_without_letters_does_not_outdo_a_light_that_is_named():
    rule = rule_by_example({"12.jpg": ("PPL", None), "12x.jpg": ("XPL", None)})
    lights = [each.light for each in guess_views(["57.jpg", "57x.jpg", "W+15gyp.jpg", "S1 XPL.jpg"], rule)]
    assert lights == ["PPL", "XPL", "XPL with plate", "XPL"]


def test_a_rule_may_stand_in_the_middle_and_name_angles():
    rule = parse_examples(["S1_N1_3.jpg=PPL", "S1_N2_3.jpg=crossed polars 45"])
    assert guess_views(["S9_N1_4.jpg", "S9_N2_4.jpg"], rule) == [
        GuessedView("S9_4", "PPL"),
        GuessedView("S9_4", "XPL", 45.0),
    ]


@pytest.mark.parametrize(
    "examples", [[], ["12a.jpg=PPL"], ["12a.jpg=PPL", "12b.jpg"], ["a=PPL", "b=dim"], ["a=PPL", "b=XPL 900"]]
)
def test_examples_that_make_no_rule_are_refused(examples):
    with pytest.raises(ViewError):
        parse_examples(examples)


@given(st.lists(st.text(max_size=20), max_size=6))
def test_any_name_is_guessed_without_an_error_and_no_field_repeats_a_view(names):
    guesses = guess_views(names)
    assert len(guesses) == len(names)
    assert all(each.light in ("", *LIGHTS) for each in guesses)
