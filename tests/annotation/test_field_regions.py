"""Regions of fields: outlined on one view, they are of all, as these lie on one another."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.annotation import (
    AnnotatedRegion,
    AnnotationCollection,
    CollectionError,
    ImageKey,
    Vocabulary,
    collection_samples,
    export_csv,
    export_geojson,
    import_csv,
    import_geojson,
    with_regions,
)
from napari_rocks2net.annotation.fields import apart, pair_by_name, pair_views, registered
from napari_rocks2net.annotation.storage.collection_file import read_collection, write_collection_file
from napari_rocks2net.explain.photos import photos_of_class
from napari_rocks2net.imaging import read_image
from napari_rocks2net.samples import Region, field_rows, load_samples
from napari_rocks2net.samples.region import crop_region
from napari_rocks2net.views import GuessedView

SHIFT = (3.0, 5.0)
STILL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
# From XPL to PPL: the scene lies further down and right in PPL.
SHIFTED = ((1.0, 0.0, SHIFT[0]), (0.0, 1.0, SHIFT[1]))
BOX = (10, 12, 20, 30)


@pytest.fixture
def scene() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (60, 70, 3), dtype=np.uint8)


@pytest.fixture
def collection(tmp_path: Path, scene) -> AnnotationCollection:
    """One field, PPL and XPL of a shifted camera, and a photo by itself."""
    dy, dx = map(int, SHIFT)
    pictures = {"S1 PPL.png": scene[:40, :50], "S1 XPL.png": scene[dy : dy + 40, dx : dx + 50]}
    pictures["S2.png"] = scene[10:50, 10:60]
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(tmp_path / name)
    empty = AnnotationCollection((Vocabulary.of_classes("rock", ("mud", "silt")),))
    return empty.with_images([tmp_path / name for name in pictures])


@pytest.fixture
def field(collection) -> AnnotationCollection:
    ppl, xpl, _ = (image.key for image in collection.images)
    views = {ppl: GuessedView("one", "PPL"), xpl: GuessedView("one", "XPL")}
    return pair_views(collection, views, {ppl: STILL, xpl: SHIFTED}).collection


def keys(collection: AnnotationCollection) -> list[ImageKey]:
    return [image.key for image in collection.images]


def region(box=BOX, label="mud") -> AnnotatedRegion:
    return AnnotatedRegion.new(Region.rectangle(*box), {"rock": label})


def boxes(collection: AnnotationCollection) -> list[list[tuple[float, ...]]]:
    return [[each.area.box for each in image.regions] for image in collection.images]


def moved(box=BOX) -> tuple[float, ...]:
    return box[0] - SHIFT[0], box[1] - SHIFT[1], box[2] - SHIFT[0], box[3] - SHIFT[1]


def test_a_region_of_one_view_is_one_of_all_where_the_same_rock_is(field, scene):
    ppl, xpl, _ = keys(field)
    for edited in (with_regions(field, {ppl: [region()]}), with_regions(field, {xpl: [region(moved())]})):
        assert boxes(edited) == [[BOX], [moved()], []]
        crops = [
            crop_region(read_image(image.file), image.regions[0].area)
            for image in edited.images
            if image.field
        ]
        for crop in crops:
            np.testing.assert_array_equal(crop, scene[BOX[0] : BOX[2], BOX[1] : BOX[3]])


def test_a_region_is_relabelled_moved_and_deleted_on_all_views(field):
    ppl, xpl, _ = keys(field)
    edited = with_regions(field, {ppl: [region(), region((0, 0, 5, 5), "silt")]})
    first, second = edited.image(xpl).regions
    changed = replace(first.labelled("rock", "silt"), area=Region.rectangle(*moved((11, 12, 21, 30))))
    edited = with_regions(edited, {xpl: [changed, second]})
    assert [each.labels["rock"] for each in edited.image(ppl).regions] == ["silt", "silt"]
    assert boxes(edited)[0] == [(11, 12, 21, 30), (0, 0, 5, 5)]
    assert boxes(with_regions(edited, {xpl: [second]}))[0] == [(0, 0, 5, 5)]


def test_photos_of_one_size_that_are_not_registered_lie_on_one_another(collection):
    paired = pair_by_name(with_regions(collection, {keys(collection)[1]: [region()]})).collection
    assert boxes(paired) == [[BOX], [BOX], []]
    assert boxes(apart(paired)) == [[BOX], [BOX], []]


def test_a_view_of_another_size_gets_regions_when_it_is_registered(collection, scene):
    ppl, xpl, _ = keys(collection)
    Image.fromarray(scene[3:33, 5:45]).save(xpl.file)
    paired = pair_by_name(with_regions(collection, {ppl: [region()]})).collection
    assert boxes(paired) == [[BOX], [], []]
    own = with_regions(paired, {xpl: [region((0, 0, 4, 4))]})
    assert boxes(own) == [[BOX], [(0, 0, 4, 4)], []]
    aligned = registered(own, {ppl: STILL, xpl: SHIFTED})
    assert boxes(aligned) == [[BOX, (3, 5, 7, 9)], [(0, 0, 4, 4), moved()], []]


def test_regions_follow_a_registration_from_where_they_are_on_the_first_view(collection):
    ppl, xpl, _ = keys(collection)
    paired = pair_by_name(with_regions(collection, {ppl: [region()]})).collection
    assert boxes(registered(paired, {ppl: STILL, xpl: SHIFTED})) == [[BOX], [moved()], []]


def test_a_region_of_a_field_is_one_sample_with_a_crop_of_each_view(field, tmp_path, scene):
    ppl, _, alone = keys(field)
    edited = with_regions(with_regions(field, {ppl: [region()]}), {alone: [region((0, 0, 9, 9), "silt")]})
    assert edited.class_counts("rock")["mud"].samples == 1
    table = export_csv(edited, tmp_path / "labels.csv")
    for samples in (collection_samples(edited, "rock", tmp_path), load_samples(table, "rock")):
        assert sorted(len(rows) for rows in field_rows(samples.frame)) == [1, 2]
        [rows] = [rows for rows in field_rows(samples.frame) if len(rows) == 2]
        for _, row in samples.frame.iloc[rows].iterrows():
            crop = crop_region(read_image(row["file"]), row["region"])
            np.testing.assert_array_equal(crop, scene[BOX[0] : BOX[2], BOX[1] : BOX[3]])


def test_a_whole_field_and_its_region_are_two_samples(field, tmp_path):
    ppl, *_ = keys(field)
    edited = with_regions(field.labelled([ppl], "rock", "silt"), {ppl: [region()]})
    samples = collection_samples(edited, "rock", tmp_path)
    assert [len(rows) for rows in field_rows(samples.frame)] == [2, 2]
    counts = edited.class_counts("rock")
    assert {name: count.samples for name, count in counts.items()} == {"mud": 1, "silt": 1}


def test_a_view_that_does_not_show_a_region_is_left_out_and_named(field, tmp_path, caplog):
    ppl, *_ = keys(field)
    edited = with_regions(field, {ppl: [region((0, 0, 2.5, 20))]})
    samples = collection_samples(edited, "rock", tmp_path)
    assert samples.frame["file"].tolist() == [str(ppl.file)]
    assert "S1 XPL.png does not show 1 region of its field" in caplog.text


def test_files_keep_how_views_lie_on_one_another(field, tmp_path):
    edited = with_regions(field, {keys(field)[0]: [region()]})
    path = tmp_path / "c.collection.json"
    write_collection_file(path, edited)
    empty = AnnotationCollection((Vocabulary.of_classes("rock", ("mud", "silt")),))
    for read in (read_collection(path), import_csv(empty, export_csv(edited, tmp_path / "labels.csv"))):
        assert [image.affine for image in read.images] == [STILL, SHIFTED, None]
        assert [image.regions for image in read.images] == [image.regions for image in edited.images]


def test_a_collection_whose_regions_were_of_their_photo_opens_with_them_on_all_views(field, tmp_path):
    path = tmp_path / "c.collection.json"
    write_collection_file(path, with_regions(field, {keys(field)[0]: [region()]}))
    document = json.loads(path.read_text(encoding="utf-8"))
    for image in document["images"]:
        image.pop("affine", None)
    document["images"][1].pop("regions")
    path.write_text(json.dumps(document), encoding="utf-8")
    assert boxes(read_collection(path)) == [[BOX], [BOX], []]


@pytest.mark.parametrize("affine", [[1, 2], [[1, 0, 0]], [[0, 0, 1], [0, 0, 1]], [["a", 0, 0], [0, 1, 0]]])
def test_a_view_that_lies_nowhere_is_refused(field, tmp_path, affine):
    path = tmp_path / "c.collection.json"
    write_collection_file(path, field)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["images"][1]["affine"] = affine
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(CollectionError, match=r"c\.collection\.json"):
        read_collection(path)


def test_geojson_of_one_view_or_of_all_gives_the_regions_of_the_field(field, tmp_path):
    ppl, xpl, _ = keys(field)
    edited = with_regions(field, {ppl: [region()]})
    of_all = export_geojson(edited, tmp_path / "all.geojson", None, "rock")
    of_one = export_geojson(edited, tmp_path / "one.geojson", xpl, "rock")
    for path, key in ((of_all, None), (of_one, xpl)):
        assert boxes(import_geojson(field, path, key, "rock")) == boxes(edited)
        assert import_geojson(edited, path, key, "rock").images == edited.images


def test_the_same_box_on_two_views_of_a_table_is_one_region(tmp_path, collection):
    (tmp_path / "t.csv").write_text(
        "file,section,field,light,region,rock\n"
        'S1 PPL.png,1,a,PPL,"1,1,9,9",mud\n'
        'S1 XPL.png,1,a,XPL,"1,1,9,9",mud\n',
        encoding="utf-8",
    )
    read = import_csv(AnnotationCollection(), tmp_path / "t.csv")
    assert boxes(read) == [[(1, 1, 9, 9)], [(1, 1, 9, 9)]]
    assert len({each.id for image in read.images for each in image.regions}) == 1


def test_the_gallery_of_a_class_shows_each_view_of_a_region(field):
    edited = with_regions(field, {keys(field)[0]: [region()]})
    assert [photo.area.box for photo in photos_of_class(edited, "rock", "mud") if photo.area] == [
        BOX,
        moved(),
    ]
