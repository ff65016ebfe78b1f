"""Table of a collection's images, without a widget: what cells show, sort by and are filtered by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from napari_rocks2net.annotation import AnnotatedImage, AnnotatedRegion
from napari_rocks2net.annotation.image_table import (
    ALL,
    DIFFERENT,
    DISAGREEING,
    FILTERS,
    FIRST_OTHER,
    LABEL,
    LABELLED,
    MISSING,
    NAME,
    PREDICTION,
    PREVIEW,
    REGIONS,
    SECTION,
    STATE,
    UNLABELLED,
    UNSURE,
    ListedImage,
)
from napari_rocks2net.classify import Prediction
from napari_rocks2net.samples import Region

IMAGE = AnnotatedImage(
    Path("/photos/S1 PPL.png"),
    section="S1",
    labels={"rock": "granite", "age": "old"},
    origins={"rock": "accepted"},
)
PREDICTED = Prediction("rock", "slate", 0.7, {"slate": 0.7, "granite": 0.3})


@pytest.fixture
def listed() -> ListedImage:
    return ListedImage(IMAGE, "rock", ("age",), PREDICTED, rank=2)


def test_cells_say_label_prediction_section_and_where_the_label_comes_from(listed: ListedImage) -> None:
    shown = [
        listed.text(column) for column in (NAME, LABEL, PREDICTION, SECTION, REGIONS, STATE, FIRST_OTHER)
    ]
    assert shown == ["S1 PPL.png", "granite", str(PREDICTED), "S1", "", "accepted", "old"]


def test_a_view_of_a_field_names_the_lights_of_the_field(listed: ListedImage) -> None:
    assert replace(listed, views="PPL + XPL 45°").text(NAME) == "S1 PPL.png (PPL + XPL 45°)"


def test_regions_without_a_label_are_counted_apart(listed: ListedImage) -> None:
    area = Region.rectangle(0, 0, 5, 5)
    regions = (AnnotatedRegion.new(area, {"rock": "slate"}), AnnotatedRegion.new(area, {}))
    some = replace(listed, image=replace(IMAGE, regions=regions))
    assert some.text(REGIONS) == "1 of 2"
    assert replace(listed, image=replace(IMAGE, regions=regions[:1])).text(REGIONS) == "1"


def test_images_sort_by_rank_and_probability_and_those_without_come_last(listed: ListedImage) -> None:
    bare = ListedImage(IMAGE, "rock")
    assert [each.sort_value(PREVIEW) for each in (listed, bare)] == [2, float("inf")]
    assert listed.sort_value(PREDICTION) < bare.sort_value(PREDICTION)
    assert listed.sort_value(NAME) == "s1 ppl.png"


def test_cells_of_classes_have_their_colours(listed: ListedImage) -> None:
    colours = [listed.coloured_class(column) for column in (LABEL, PREDICTION, FIRST_OTHER, NAME)]
    assert colours == [("rock", "granite"), ("rock", "slate"), ("age", "old"), None]
    assert ListedImage(IMAGE, "rock").coloured_class(PREDICTION) is None


@pytest.mark.parametrize(
    ("changes", "shown_by"),
    [
        ({}, {ALL, LABELLED, DISAGREEING}),
        ({"suggestion": None}, {ALL, LABELLED}),
        ({"property_name": "colour"}, {ALL, UNLABELLED, UNSURE, DIFFERENT}),
        ({"property_name": "colour", "suggestion": None, "rank": None}, {ALL, UNLABELLED}),
        ({"missing": True}, {ALL, LABELLED, DISAGREEING, MISSING}),
    ],
)
def test_every_filter_shows_what_it_is_called(
    listed: ListedImage, changes: dict[str, object], shown_by: set[str]
) -> None:
    changed = replace(listed, **changes)
    assert {kind for kind in FILTERS if changed.passes(kind)} == shown_by


def test_a_missing_file_is_reported_in_its_state_and_its_tip(listed: ListedImage) -> None:
    missing = replace(listed, missing=True)
    assert missing.text(STATE) == "missing"
    assert "is missing; its labels are kept" in missing.tip(NAME)
    assert listed.tip(PREVIEW) == str(IMAGE.file)
    known = replace(listed, suggestion=replace(PREDICTED, trained_on=True))
    assert known.tip(PREDICTION) == "slate 70 %: the model was trained on this photo"


def test_a_search_looks_at_names_sections_and_classes(listed: ListedImage) -> None:
    assert [listed.holds(text) for text in ("", "ppl", "s1", "gran", "old", "gneiss")] == [True] * 5 + [False]
