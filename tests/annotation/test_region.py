from __future__ import annotations

import pytest

from napari_rocks2net.annotation import AnnotatedRegion
from napari_rocks2net.samples import Region

TRIANGLE = ((0, 0), (10, 4), (2, 8))


def test_new_regions_have_ids_of_their_own():
    assert AnnotatedRegion.new(Region(TRIANGLE)).id != AnnotatedRegion.new(Region(TRIANGLE)).id


def test_a_label_is_set_changed_and_taken_off():
    region = AnnotatedRegion.new(Region(TRIANGLE), labels={"grain": "fine"}).labelled("rock", "slate")
    assert region.labels == {"grain": "fine", "rock": "slate"}
    assert region.labelled("rock", "basalt").labels["rock"] == "basalt"
    assert region.labelled("rock", None).labels == {"grain": "fine"}
    assert region.labelled("rock", None).id == region.id


def test_labels_cannot_be_changed_in_place():
    with pytest.raises(TypeError):
        AnnotatedRegion.new(Region(TRIANGLE)).labels["rock"] = "slate"
