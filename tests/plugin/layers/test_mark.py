from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest
from napari.experimental import link_layers
from napari.layers import Image, Labels, Shapes

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.classify import Prediction
from napari_rocks2net.plugin.layers.image_planes import image_planes
from napari_rocks2net.plugin.layers.mark import (
    ANNOTATED_IMAGE,
    CRYSTALS,
    CRYSTALS_PREVIEW,
    TABLE_IMAGE,
    CrystalMark,
    ImageMark,
    source_file,
    stored_colours,
)
from napari_rocks2net.plugin.layers.result_table import PREDICTIONS, ResultMark, ResultRow

PLANE = image_planes(Image(np.zeros((40, 50))))[0]
ROW = ResultRow(0, PLANE, Prediction("grain", "fine", 0.9, {"fine": 0.9, "coarse": 0.1}))
MARKS = [
    ImageMark(
        kind=ANNOTATED_IMAGE,
        file="/photos/a.tif",
        plane=(0, 2),
        labels={"grain": "fine"},
        section="A12",
        colours={"grain": {"fine": "#0072b2"}},
    ),
    ResultMark(kind=PREDICTIONS, run="1", rows={0: ROW}),
    CrystalMark(kind=CRYSTALS, run="2", source="id", digest=5),
]


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.kind)
def test_a_mark_is_read_as_it_was_written(mark):
    layer = Shapes()
    mark.write(layer)
    assert type(mark).of_own(layer) == type(mark)(**{**vars(mark), "layer": str(layer.unique_id)})
    assert type(mark).of(Shapes(metadata=mark.metadata()).metadata) == mark


def test_a_duplicate_carries_the_mark_but_is_a_persons_own():
    layer = Labels(np.zeros((3, 3), int))
    CrystalMark(kind=CRYSTALS).write(layer)
    duplicate = Labels(layer.data, metadata=deepcopy(layer.metadata))
    assert CrystalMark.of_own(layer, CRYSTALS) is not None
    assert CrystalMark.of_own(layer, CRYSTALS_PREVIEW) is None
    assert CrystalMark.of(duplicate.metadata) == CrystalMark.of(layer.metadata)
    assert CrystalMark.of_own(duplicate) is None


def test_labels_and_section_that_a_script_wrote_are_read():
    metadata = {"rocks2net": {"labels": {"lithology": "granite", "grain": ""}, "section": 12}}
    mark = ImageMark.of(Image(np.zeros((4, 4)), metadata=metadata).metadata)
    assert (mark.labels, mark.section, mark.kind, mark.key) == ({"lithology": "granite"}, "12", "", None)


def test_the_image_that_a_mark_names_is_that_of_a_collection(tmp_path):
    mark = ImageMark(kind=TABLE_IMAGE, file=str(tmp_path / "a.tif"), plane=(3,))
    assert mark.key == ImageKey.of(tmp_path / "a.tif", (3,))


@pytest.mark.parametrize(
    "stored", ["something else", None, {"kind": "predictions"}, {"labels": 3}, {"kind": "unheard of"}, [1]]
)
def test_what_is_no_mark_of_an_image_is_left_alone(stored):
    assert ImageMark.of({"rocks2net": stored}) is None


def test_a_duplicate_shares_the_images_of_its_results():
    duplicate = deepcopy(MARKS[1].metadata())["rocks2net"]["rows"][0]
    assert duplicate is not ROW
    assert duplicate.prediction == ROW.prediction
    assert duplicate.plane.pixels is ROW.plane.pixels


def test_a_mark_with_more_than_this_version_knows_is_read():
    stored = {**MARKS[1].metadata()["rocks2net"], "confidence": 1}
    assert ResultMark.of({"rocks2net": stored}) == MARKS[1]


def test_the_file_that_a_layer_shows_is_that_of_its_mark(tmp_path):
    layer = Image(np.zeros((4, 4)))
    assert source_file(layer) is None
    ImageMark(kind=ANNOTATED_IMAGE, file=str(tmp_path / "a.png")).write(layer)
    assert source_file(layer) == tmp_path / "a.png"


def test_the_colours_of_an_open_collection_come_from_its_layers():
    layer = Image(np.zeros((4, 4)))
    MARKS[0].write(layer)
    assert stored_colours([Image(np.zeros((4, 4))), layer]) == {"grain": {"fine": "#0072b2"}}


def test_a_layer_that_a_person_has_linked_keeps_its_own_metadata() -> None:
    photo, other = Image(np.zeros((40, 50))), Image(np.ones((40, 50)), metadata={"theirs": 1})
    link_layers([photo, other])
    ImageMark(file="a.png", labels={"grain": "fine"}, um_per_pixel=2.0).write(photo)
    assert other.metadata == {"theirs": 1}
    photo.opacity = 0.4
    assert other.opacity == 0.4
