"""Views of a field in a collection: one line, one label, one section; saved, exported, trained on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from napari_rocks2net.annotation import (
    AnnotatedImage,
    AnnotationCollection,
    CollectionError,
    ImageKey,
    Vocabulary,
    collection_samples,
    export_csv,
    import_csv,
)
from napari_rocks2net.annotation.field_lines import one_line_a_field
from napari_rocks2net.annotation.fields import apart, pair_by_name, pair_views
from napari_rocks2net.annotation.storage.collection_file import read_collection, write_collection_file
from napari_rocks2net.samples import field_rows, load_samples
from napari_rocks2net.views import GuessedView

NAMES = ("S1 PPL.png", "S1 XPL 0deg.png", "S1 XPL 45deg.png", "S2 PPL.png", "S2 XPL.png", "S3.png")


@pytest.fixture
def collection(tmp_path: Path, write_photo) -> AnnotationCollection:
    files = [write_photo(tmp_path / name, seed=number) for number, name in enumerate(NAMES)]
    empty = AnnotationCollection((Vocabulary.of_classes("rock", ("mud", "silt")),))
    return empty.with_images(files)


def key(collection: AnnotationCollection, name: str) -> ImageKey:
    return next(image.key for image in collection.images if image.file.name == name)


def test_photos_are_put_together_by_their_names(collection):
    paired = pair_by_name(collection)
    assert (paired.fields, paired.refused) == (2, ())
    lines = one_line_a_field(paired.collection.images)
    assert [(first.name, len(views)) for first, views in lines] == [
        ("S1 PPL.png", 3),
        ("S2 PPL.png", 2),
        ("S3.png", 1),
    ]
    assert [view.view for view in lines[0][1]] == ["PPL", "XPL 0°", "XPL 45°"]
    assert not any(image.field for image in apart(paired.collection).images)


def test_a_label_and_a_section_belong_to_the_field(collection):
    collection = pair_by_name(collection).collection
    collection = collection.labelled([key(collection, "S1 XPL 45deg.png")], "rock", "mud")
    collection = collection.with_section([key(collection, "S1 PPL.png")], "quarry")
    assert [image.labels.get("rock") for image in collection.images] == ["mud"] * 3 + [None] * 3
    assert [image.section for image in collection.images][:3] == ["quarry"] * 3
    assert len(collection.with_other_views([key(collection, "S1 PPL.png")])) == 3


def test_labels_that_exist_already_are_taken_over_or_keep_photos_apart(collection):
    collection = collection.labelled([key(collection, "S1 PPL.png")], "rock", "mud")
    collection = collection.labelled([key(collection, "S2 PPL.png")], "rock", "mud")
    collection = collection.labelled([key(collection, "S2 XPL.png")], "rock", "silt")
    paired = pair_by_name(collection)
    assert paired.fields == 1
    assert "S2 PPL.png is labelled 'mud' and S2 XPL.png 'silt'" in str(paired)
    assert [image.labels.get("rock") for image in paired.collection.images][:3] == ["mud"] * 3


def test_fields_are_saved_and_collections_without_them_open(collection, tmp_path):
    path = tmp_path / "c.collection.json"
    paired = pair_by_name(collection).collection
    write_collection_file(path, paired)
    assert read_collection(path).images == paired.images
    document = json.loads(path.read_text(encoding="utf-8"))
    for image in document["images"]:
        for name in ("field", "light", "angle"):
            image.pop(name, None)
    path.write_text(json.dumps(document), encoding="utf-8")
    assert read_collection(path).images == collection.images


def test_fields_are_exported_imported_and_trained_on(collection, tmp_path):
    collection = pair_by_name(collection).collection
    for name, label in (("S1 PPL.png", "mud"), ("S2 PPL.png", "silt")):
        collection = collection.labelled([key(collection, name)], "rock", label)
    table = export_csv(collection, tmp_path / "labels.csv")
    empty = AnnotationCollection((Vocabulary.of_classes("rock", ("mud", "silt")),))
    imported = import_csv(empty, table)
    assert [(each.field, each.view) for each in imported.images] == [
        (each.field, each.view) for each in collection.images
    ]
    for samples in (load_samples(table, "rock"), collection_samples(collection, "rock", tmp_path)):
        assert sorted(len(rows) for rows in field_rows(samples.frame)) == [2, 3]


@pytest.mark.parametrize(("light", "angle"), [("dim", None), ("XPL", 400.0), ("XPL", float("nan"))])
def test_an_image_in_a_light_that_is_none_is_refused(tmp_path, light, angle):
    with pytest.raises(CollectionError, match=r"a\.png"):
        AnnotatedImage(tmp_path / "a.png", light=light, angle=angle)


def test_photos_paired_elsewhere_are_fields_of_one_section_unless_they_contradict(collection):
    views = {
        key(collection, "S1 PPL.png"): GuessedView("mine", "PPL"),
        key(collection, "S2 XPL.png"): GuessedView("mine", "XPL", 15.0),
        key(collection, "S2 PPL.png"): GuessedView("two", "PPL"),
        key(collection, "S3.png"): GuessedView("two", "PPL"),
    }
    paired = pair_views(collection, views)
    assert paired.fields == 1
    [refused] = paired.refused
    assert "two views in PPL" in refused
    own = [image for image in paired.collection.images if image.field]
    assert [(each.name, each.section, each.field, each.view) for each in own] == [
        ("S1 PPL.png", "S1", "mine", "PPL"),
        ("S2 XPL.png", "S1", "mine", "XPL 15°"),
    ]
