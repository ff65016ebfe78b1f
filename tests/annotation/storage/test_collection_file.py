from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_rocks2net.annotation import (
    AnnotationCollection,
    CollectionError,
    read_collection,
    write_collection_file,
)
from napari_rocks2net.annotation.storage.collection_file import CollectionWriter


@pytest.fixture
def saved(tmp_path, labelled) -> Path:
    path = tmp_path / "Gesteine.collection.json"
    write_collection_file(path, labelled)
    return path


def rewrite(path: Path, change) -> Path:
    """Change a collection file on disk."""
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@settings(max_examples=40)
@given(st.data())
def test_what_is_read_is_what_was_written(tmp_path_factory, collections, data):
    collection = data.draw(collections)
    path = tmp_path_factory.mktemp("file") / "collection.json"
    write_collection_file(path, collection)
    assert read_collection(path) == collection


def test_a_collection_reads_back(saved, labelled):
    assert read_collection(saved) == labelled


def test_the_file_is_json_with_one_image_a_line_and_readable_names(saved, labelled):
    lines = saved.read_text(encoding="utf-8").splitlines()
    assert sum('"file": ' in line for line in lines) == len(labelled)
    assert "schist à grenat" in lines[5]
    assert "photos/Dünnschliff 1_10x_PPL.png" in lines[8]
    assert json.loads(saved.read_bytes())["format_version"] == 1


def test_a_collection_that_moved_with_its_images_finds_them(saved, labelled, tmp_path_factory):
    moved = tmp_path_factory.mktemp("other") / "project"
    shutil.copytree(saved.parent, moved)
    collection = read_collection(moved / saved.name)
    assert [image.file for image in collection.images] == [
        moved / image.file.relative_to(saved.parent) for image in labelled.images
    ]
    assert not any(image.missing for image in collection.images)


def test_images_beside_the_collections_folder_are_named_relatively(tmp_path, labelled):
    path = tmp_path / "a" / "b" / "collection.json"
    write_collection_file(path, labelled)
    files = [image["file"] for image in json.loads(path.read_bytes())["images"]]
    assert all(file.startswith("../../photos/") for file in files)
    assert read_collection(path) == labelled


def test_a_collection_opened_through_a_link_is_the_same(saved, labelled, tmp_path):
    (tmp_path / "alias").symlink_to(tmp_path, target_is_directory=True)
    assert read_collection(tmp_path / "alias" / saved.name) == labelled


@pytest.mark.parametrize("name", ["D:/photos/a.jpg", "//server/share/photos/a.jpg"])
def test_an_image_on_another_windows_drive_is_missing_and_keeps_its_name(saved, name):
    def elsewhere(document):
        document["images"][0]["file"] = name

    collection = read_collection(rewrite(saved, elsewhere))
    assert collection.images[0].missing
    write_collection_file(saved, collection)
    assert json.loads(saved.read_bytes())["images"][0]["file"] == name
    assert read_collection(saved) == collection


def test_without_a_relative_path_the_absolute_one_is_written(saved, labelled, monkeypatch):
    def other_drive(path, start):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", other_drive)
    write_collection_file(saved, labelled)
    assert json.loads(saved.read_bytes())["images"][0]["file"] == labelled.images[0].file.as_posix()


def test_a_missing_image_keeps_its_labels(saved, labelled):
    labelled.images[0].file.unlink()
    collection = read_collection(saved)
    assert collection.images[0].missing
    assert collection.images[0].labels == {"rock": "granite"}


def test_a_file_name_that_is_no_text_survives(tmp_path):
    name = b"section \xff.png".decode("utf-8", "surrogateescape")
    collection = AnnotationCollection().with_images([tmp_path / name])
    write_collection_file(tmp_path / "c.json", collection)
    assert read_collection(tmp_path / "c.json") == collection
    assert json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))["images"][0]["file"] == name


def test_what_a_newer_version_adds_is_kept(saved):
    def newer(document):
        document["project"] = {"name": "Ries"}
        document["vocabularies"][0]["source"] = "field book"
        document["images"][0]["rating"] = 5
        document["images"][2]["regions"][0]["note"] = [1, None]

    collection = read_collection(rewrite(saved, newer))
    edited = collection.labelled([collection.images[0].key], "rock", "basalt")
    write_collection_file(saved, edited.with_renamed_class("rock", "basalt", "Basalt"))
    document = json.loads(saved.read_bytes())
    assert document["project"] == {"name": "Ries"}
    assert document["vocabularies"][0]["source"] == "field book"
    assert document["images"][0]["rating"] == 5
    assert document["images"][2]["regions"][0]["note"] == [1, None]


def test_a_writer_writes_what_a_fresh_one_would(saved, labelled):
    writer = CollectionWriter(saved)
    keys = [image.key for image in labelled.images]
    collection = labelled
    for edit in (
        lambda c: c,
        lambda c: c.labelled(keys[3:], "rock", "basalt"),
        lambda c: c.without_images(keys[:1]),
        lambda c: c.with_images([saved.parent / "new.png", keys[0]]),
        lambda c: c.with_section(keys[1:2], "typed"),
        lambda c: labelled,
    ):
        collection = edit(collection)
        assert writer.text(collection) == CollectionWriter(saved).text(collection)


def test_the_bytes_are_on_the_disk_before_the_old_file_goes(saved, labelled, monkeypatch):
    before, events = saved.read_bytes(), []
    monkeypatch.setattr(os, "fsync", lambda file: events.append(saved.read_bytes() == before))
    write_collection_file(saved, labelled.without_vocabulary("rock"))
    assert events == [True]
    assert saved.read_bytes() != before


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path, labelled):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(CollectionError, match=r"file/c\.json cannot be saved"):
        write_collection_file(tmp_path / "file" / "c.json", labelled)


DAMAGE = {
    "empty": b"",
    "blank": b" \n",
    "truncated": None,
    "binary": b"\x00\xff\xfe\x80" * 50,
    "an image": b"\x89PNG\r\n\x1a\n",
    "deep": b"[" * 100_000,
    "other JSON": b'{"type": "FeatureCollection", "features": []}',
    "a list": b"[1, 2]",
    "a number": b"3",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_another_or_damaged_file_is_refused_in_one_sentence_and_left(saved, damage):
    content = DAMAGE[damage] or saved.read_bytes()[:-40]
    saved.write_bytes(content)
    with pytest.raises(CollectionError) as caught:
        read_collection(saved)
    assert str(saved) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert saved.read_bytes() == content


@settings(max_examples=40)
@given(st.data())
def test_a_file_cut_anywhere_is_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("cut") / "c.json"
    write_collection_file(path, AnnotationCollection().with_images([path.with_name("a.png")]))
    content = path.read_bytes()
    # Without the last line end it is whole.
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 2))])
    with pytest.raises(CollectionError):
        read_collection(path)


def test_a_newer_format_asks_for_an_update(saved):
    rewrite(saved, lambda document: document.update(format_version=2))
    with pytest.raises(CollectionError, match=r"format version 2 and this program reads up to 1; update"):
        read_collection(saved)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CollectionError, match=r"none\.json cannot be read .*; check the path"):
        read_collection(tmp_path / "none.json")


def test_a_folder_is_no_collection(tmp_path):
    with pytest.raises(CollectionError, match="cannot be read"):
        read_collection(tmp_path)


def _set(*path_and_value):
    *path, last, value = path_and_value

    def change(document):
        for step in path:
            document = document[step]
        document[last] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("images", None),
        _set("images", 0, "text"),
        _set("images", 0, "file", 3),
        _set("images", 0, "file", ""),
        _set("images", 0, "file", "a\0b"),
        _set("images", 0, "plane", ["1"]),
        _set("images", 0, "plane", 1),
        _set("images", 0, "section", None),
        _set("images", 0, "labels", ["rock"]),
        _set("images", 0, "labels", {"rock": 1}),
        _set("images", 0, "labels", {"rock": "gneiss"}),
        _set("images", 0, "labels", {"grain": "fine"}),
        _set("images", 0, "origins", {"rock": "nobody"}),
        _set("images", 2, "regions", 0, "kind", "circle"),
        _set("images", 2, "regions", 0, "vertices", [[1, 2], [3]]),
        _set("images", 2, "regions", 0, "vertices", [[1, 2], [3, "x"], [5, 6], [7, 8]]),
        _set("images", 2, "regions", 0, "id", 7),
        _set("vocabularies", 0, "colours", ["red"] * 3),
        _set("vocabularies", 0, "colours", []),
        _set("vocabularies", 0, "classes", "abc"),
        _set("vocabularies", 0, "property", "file"),
        _set("vocabularies", {}),
        _set("section_pattern", "("),
        _set("section_pattern", None),
        _set("format_version", "1"),
    ],
)
def test_a_file_that_contradicts_the_format_is_refused_in_one_sentence(saved, change):
    content = rewrite(saved, change).read_bytes()
    with pytest.raises(CollectionError) as caught:
        read_collection(saved)
    assert str(saved) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert saved.read_bytes() == content


@pytest.mark.parametrize("key", ["images", "vocabularies", "section_pattern", "format_version", "format"])
def test_a_file_without_one_of_its_parts_is_refused(saved, key):
    rewrite(saved, lambda document: document.pop(key))
    with pytest.raises(CollectionError):
        read_collection(saved)


def test_not_a_number_is_no_coordinate(saved):
    saved.write_text(
        saved.read_text(encoding="utf-8").replace("[1.0, 2.0]", "[NaN, 2.0]", 1), encoding="utf-8"
    )
    with pytest.raises(CollectionError, match="NaN is no number"):
        read_collection(saved)


def test_the_scale_of_a_photo_is_kept_and_a_file_without_one_opens(saved, labelled):
    assert read_collection(saved).images[0].pixel_size_um is None
    first, *others = labelled.images
    write_collection_file(saved, replace(labelled, images=(replace(first, pixel_size_um=0.86), *others)))
    assert [image.pixel_size_um for image in read_collection(saved).images] == [0.86, *[None] * len(others)]


@pytest.mark.parametrize("size", [0, -1, 1e400, "1", True, [1]])
def test_a_scale_that_is_none_is_refused(saved, size):
    document = json.loads(saved.read_text(encoding="utf-8"))
    document["images"][0]["pixel_size_um"] = size
    saved.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(CollectionError, match=r"pixel size|damaged"):
        read_collection(saved)
