"""A collection is labelled, grouped by section, reproducible and restartable."""

from __future__ import annotations

import csv
from collections import Counter

import pytest
from PIL import Image

from napari_rocks2net.synthetic import draw_slide, write_collection
from napari_rocks2net.synthetic.errors import SynthesisError

CLASSES = ("medium crystal", "mud crystal")
DRAW = "napari_rocks2net.synthetic.collection.draw_slide"


def write(folder, **changes):
    arguments = {
        "property": "grain",
        "per_class": 2,
        "size": 32,
        "seed": 1,
        "classes": CLASSES,
        "photos": 3,
        **changes,
    }
    return write_collection(folder, **arguments)


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return write(tmp_path_factory.mktemp("collection"))


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_row_names_a_picture_of_the_right_size(table):
    photos = rows(table)
    assert len(photos) == 12
    assert list(photos[0])[:4] == ["file", "grain", "section", "light"]
    for row in photos:
        with Image.open(table.parent / row["file"]) as image:
            assert image.size == (32, 32)


def test_photos_of_a_section_share_class_and_group_and_differ_in_light_or_stage(table):
    photos = rows(table)
    assert Counter(row["section"] for row in photos) == Counter(
        {f"{name.replace(' ', '_')}_{n:04d}": 3 for name in CLASSES for n in range(2)}
    )
    assert len({(row["section"], row["light"], row["stage"]) for row in photos}) == 12
    assert all(row["section"].startswith(row["grain"].replace(" ", "_")) for row in photos)
    assert {row["light"] for row in photos} == {"ppl", "xpl"}


def test_the_label_column_has_the_name_of_the_property(tmp_path):
    table = write(tmp_path, property="basic category", classes=("basalt", "slate"), per_class=1, photos=1)
    assert {row["basic category"] for row in rows(table)} == {"basalt", "slate"}


def test_by_default_every_class_of_the_property_is_rendered(tmp_path):
    table = write(tmp_path, property="mechanical genesis", classes=None, per_class=1, photos=1, size=16)
    labels = [row["mechanical genesis"] for row in rows(table)]
    assert labels == ["gravel", "sand", "powder", "aggregate", "others"]


def test_nothing_lies_in_the_folder_that_the_table_does_not_name(table):
    pictures = {str(path) for path in contents(table.parent)} - {"labels.csv", "drawing.json"}
    assert pictures == {row["file"] for row in rows(table)}


def test_photos_that_were_drawn_in_another_way_are_never_mixed_in(tmp_path):
    before = contents(write(tmp_path, per_class=1).parent)
    for changes in ({"seed": 2}, {"size": 24}, {"flaws": True}):
        with pytest.raises(SynthesisError, match="exists already"):
            write(tmp_path, **changes)
    assert contents(tmp_path) == before
    write(tmp_path, per_class=1, seed=2, overwrite=True)
    pictures = {name: each for name, each in contents(tmp_path).items() if name.suffix == ".png"}
    assert all(each != before[name] for name, each in pictures.items())
    (tmp_path / "drawing.json").unlink()
    with pytest.raises(SynthesisError, match="exists already"):
        write(tmp_path, per_class=1, seed=2)


def test_same_seed_same_bytes(table, tmp_path):
    assert contents(write(tmp_path).parent) == contents(table.parent)


def test_a_section_does_not_depend_on_the_others(table, tmp_path):
    alone = contents(write(tmp_path, per_class=1, classes=CLASSES[1:], photos=2).parent)
    whole = contents(table.parent)
    pictures = [path for path in alone if path.suffix == ".png"]
    assert len(pictures) == 2
    assert all(alone[path] == whole[path] for path in pictures)


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(table, tmp_path, monkeypatch):
    def stop(done, total):
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, on_photo=stop)
    assert not (tmp_path / "labels.csv").exists()
    (tmp_path / "medium_crystal" / "medium_crystal_0001_ppl_0.png").unlink()
    calls = []
    monkeypatch.setattr(DRAW, lambda name, **rest: calls.append(name) or draw_slide(name, **rest))
    write(tmp_path)
    assert calls == ["medium crystal", "mud crystal", "mud crystal"]
    assert contents(tmp_path) == contents(table.parent)


def test_progress_counts_photos(tmp_path):
    seen = []
    write(tmp_path, on_photo=lambda done, total: seen.append((done, total)))
    assert seen == [(3, 12), (6, 12), (9, 12), (12, 12)]


@pytest.mark.parametrize(
    ("size", "property", "field"), [(32, "grain", 2048.0), (50, "grain", 2048.0), (32, "mixture", 1536.0)]
)
def test_photos_of_a_property_show_the_same_field_at_every_size(tmp_path, monkeypatch, size, property, field):
    calls = []
    monkeypatch.setattr(DRAW, lambda name, **rest: calls.append(rest) or draw_slide(name, **rest))
    classes = {"grain": CLASSES, "mixture": ("iron", "silty")}[property]
    write(tmp_path, property=property, classes=classes, size=size, per_class=1, photos=1)
    assert [rest["size"] * rest["um_per_pixel"] for rest in calls] == pytest.approx([field] * 2)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"per_class": 0}, "0 sections"),
        ({"photos": 5}, "5 photos"),
        ({"classes": ()}, "empty"),
        ({"classes": ("mud crystal", "mud crystal")}, "twice"),
        ({"classes": ("granite",)}, "granite"),
        ({"property": "colour"}, "colour"),
        ({"size": 4}, "4 pixels"),
        ({"seed": -1}, "-1"),
    ],
)
def test_impossible_collections_are_refused(tmp_path, changes, named):
    with pytest.raises(ValueError, match=named):
        write(tmp_path, **changes)
    assert not any(tmp_path.iterdir())
