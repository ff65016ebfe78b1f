"""Folders are searched to any depth, linked ones too, and nothing is passed over in silence."""

from __future__ import annotations

import os

import pytest
from PIL import Image

from napari_rocks2net.imaging import list_images, passed_over, passed_over_sentence, read_image
from napari_rocks2net.samples import load_samples

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links to folders need rights there")


@pytest.fixture
def store(tmp_path):
    """Photos of two classes, and two collections that link to them."""
    for kind in ("mud", "silt"):
        (tmp_path / "store" / kind).mkdir(parents=True)
        for number in range(6):
            (tmp_path / "store" / kind / f"{number}.png").touch()
        (tmp_path / "linked").mkdir(exist_ok=True)
        (tmp_path / "linked" / kind).symlink_to(f"../store/{kind}")
        (tmp_path / "deep" / kind).mkdir(parents=True)
        (tmp_path / "deep" / kind / "own.png").touch()
        (tmp_path / "deep" / kind / "slide 1").symlink_to(f"../../store/{kind}")
    return tmp_path


def test_linked_folders_are_searched(store):
    assert len(list_images(store / "linked")) == 12
    assert len(list_images(store / "deep")) == 14
    assert len(list_images(store / "deep" / "mud")) == 7
    assert list_images(store / "linked")[0] == store / "linked" / "mud" / "0.png"


@pytest.mark.parametrize(
    ("name", "format"), [("a.jfif", "JPEG"), ("a.JPE", "JPEG"), ("a.pgm", "PPM"), ("a.PBM", "PPM")]
)
def test_other_endings_of_the_same_formats_are_photos(tmp_path, name, format):
    mode = {".pgm": "L", ".pbm": "1"}.get(name.lower()[1:], "RGB")
    Image.new(mode, (9, 7), 1 if mode == "1" else "white").save(tmp_path / name, format)
    assert list_images(tmp_path) == [tmp_path / name]
    assert (read_image(tmp_path / name) == 255).all()


def test_circles_end_and_no_file_is_listed_twice(store):
    (store / "deep" / "mud" / "up").symlink_to("..")
    (store / "deep" / "mud" / "self").symlink_to(".")
    (store / "deep" / "mud" / "again").symlink_to("../../store/mud")
    (store / "store" / "mud" / "back").symlink_to("../../deep")
    images = list_images(store / "deep" / "mud")
    assert len(images) == 7
    assert all("silt" not in str(image) for image in images)
    everything = list_images(store)
    assert len({os.path.realpath(image) for image in everything}) == len(everything) == 14


@pytest.mark.parametrize(
    "folder", ["@eaDir", "__MACOSX", ".thumbnails", ".ipynb_checkpoints", "$RECYCLE.BIN"]
)
@pytest.mark.parametrize("place", ["", "mud"])
def test_thumbnails_and_trash_of_a_system_are_no_photos_and_no_class(tmp_path, write_photo, folder, place):
    for name in ("mud", "silt"):
        write_photo(tmp_path / "set" / name / "a.png", seed=len(name))
        write_photo(tmp_path / "set" / place / folder / f"{name}.png", seed=1)
    assert [path.name for path in list_images(tmp_path / "set")] == ["a.png", "a.png"]
    (rocks,) = load_samples(tmp_path / "set").properties
    assert rocks.classes == ("mud", "silt")
    assert passed_over_sentence(tmp_path / "set") is None


def test_a_broken_link_is_no_image(store):
    (store / "linked" / "gone.png").symlink_to("nowhere.png")
    assert len(list_images(store / "linked")) == 12


def test_what_a_person_may_take_for_photos_is_named(store):
    for name in ("a.heic", "b.CR2", "notes.txt", "c.pdf"):
        (store / "deep" / name).touch()
    assert [path.name for path, _ in passed_over(store / "deep")] == ["a.heic", "b.CR2", "c.pdf"]
    sentence = passed_over_sentence(store / "deep")
    assert sentence.startswith("3 files passed over: a.heic (HEIC: export it as JPEG, PNG or TIFF), b.CR2 (")
    assert passed_over_sentence(store / "linked") is None


def test_many_are_counted(store):
    for number in range(9):
        (store / "deep" / f"{number}.heic").touch()
    assert passed_over_sentence(store / "deep").endswith("and 4 more.")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open every folder")
def test_a_locked_folder_is_named_and_the_others_are_searched(store):
    (store / "deep" / "mud").chmod(0)
    try:
        assert len(list_images(store / "deep")) == 7
        assert "permissions" in passed_over_sentence(store / "deep")
    finally:
        (store / "deep" / "mud").chmod(0o755)
