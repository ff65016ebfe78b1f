from __future__ import annotations

import math

import pytest

from napari_rocks2net.annotation import CollectionError, Region

TRIANGLE = ((0, 0), (10, 4), (2, 8))


def test_new_regions_have_ids_of_their_own():
    assert Region.new(TRIANGLE).id != Region.new(TRIANGLE).id


def test_the_box_bounds_all_vertices():
    assert Region.new(TRIANGLE).box == (0, 0, 10, 8)
    assert Region.rectangle(1, 2, 3.5, 4).box == (1, 2, 3.5, 4)


def test_a_label_is_set_changed_and_taken_off():
    region = Region.new(TRIANGLE, labels={"grain": "fine"}).labelled("rock", "slate")
    assert region.labels == {"grain": "fine", "rock": "slate"}
    assert region.labelled("rock", "basalt").labels["rock"] == "basalt"
    assert region.labelled("rock", None).labels == {"grain": "fine"}
    assert region.labelled("rock", None).id == region.id


def test_labels_cannot_be_changed_in_place():
    with pytest.raises(TypeError):
        Region.new(TRIANGLE).labels["rock"] = "slate"


@pytest.mark.parametrize(
    ("vertices", "kind"),
    [
        ((), "polygon"),
        (TRIANGLE[:2], "polygon"),
        (TRIANGLE, "rectangle"),
        (TRIANGLE, "ellipse"),
        (((0, 0), (0, 5), (0, 9)), "polygon"),
        (((0, 0), (math.nan, 5), (3, 9)), "polygon"),
        (((0, 0), (math.inf, 5), (3, 9)), "polygon"),
    ],
)
def test_what_is_no_area_is_refused(vertices, kind):
    with pytest.raises(CollectionError, match=r"region|cannot have"):
        Region.new(vertices, kind)
