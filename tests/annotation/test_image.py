from __future__ import annotations

from pathlib import Path

import pytest

from napari_rocks2net.annotation import AnnotatedImage, AnnotatedRegion, CollectionError, ImageKey
from napari_rocks2net.samples import Region

TRIANGLE = Region(((0, 0), (1, 1), (0, 2)))


def test_a_key_is_the_same_however_the_file_is_spelled(tmp_path, monkeypatch):
    (tmp_path / "photos").mkdir()
    (tmp_path / "alias").symlink_to(tmp_path / "photos", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    key = ImageKey.of(tmp_path / "photos" / "ä.png")
    for spelling in ("photos/ä.png", "./photos/../photos/ä.png", tmp_path / "alias" / "ä.png"):
        assert ImageKey.of(spelling) == key


def test_a_linked_file_keeps_its_own_name(tmp_path):
    (tmp_path / "8f3c2a").write_bytes(b"")
    (tmp_path / "section 1.png").symlink_to(tmp_path / "8f3c2a")
    assert ImageKey.of(tmp_path / "section 1.png").file.name == "section 1.png"


def test_planes_are_distinguished(tmp_path):
    assert ImageKey.of("a.tif", (1,)) != ImageKey.of("a.tif", (2,)) != ImageKey.of("a.tif")


def test_a_file_that_is_gone_is_missing(tmp_path):
    image = AnnotatedImage(tmp_path / "a.png")
    assert image.missing
    (tmp_path / "a.png").write_bytes(b"")
    assert not image.missing


def test_a_label_without_an_origin_is_a_persons(tmp_path):
    labels = {"rock": "slate", "grain": "fine"}
    image = AnnotatedImage(tmp_path / "a.png", labels=labels, origins={"grain": "accepted", "old": "person"})
    assert image.origins == {"rock": "person", "grain": "accepted"}


def test_labels_of_regions_are_counted_with_the_images(tmp_path):
    regions = [AnnotatedRegion.new(TRIANGLE, labels) for labels in ({"rock": "slate"}, {})]
    image = AnnotatedImage(tmp_path / "a.png", labels={"rock": "basalt"}, regions=tuple(regions))
    assert list(image.all_labels("rock")) == ["basalt", "slate"]
    assert list(image.all_labels("grain")) == []


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        (Path("relative.png"), {}),
        (Path("/a.png"), {"plane": (-1,)}),
        (Path("/a.png"), {"section": "two\nlines"}),
        (Path("/a.png"), {"labels": {"rock": "slate"}, "origins": {"rock": "guess"}}),
        (Path("/a.png"), {"regions": (AnnotatedRegion("same", TRIANGLE),) * 2}),
    ],
)
def test_what_contradicts_itself_is_refused(file, changes):
    with pytest.raises(CollectionError):
        AnnotatedImage(file, **changes)
