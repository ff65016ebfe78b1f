"""Photos of a collection, described once, with thumbnails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.annotation import (
    AnnotatedRegion,
    AnnotationCollection,
    ImageKey,
    Vocabulary,
    with_regions,
)
from napari_rocks2net.explain import PhotoCache, photos_of_class, whole_photos
from napari_rocks2net.samples import Region

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def collection(tmp_path: Path, write_photo: Callable[..., Path]) -> AnnotationCollection:
    files = [write_photo(tmp_path / f"S{number} 1.png", (30 * number,) * 3, number) for number in range(4)]
    made = AnnotationCollection((Vocabulary.of_classes("rock", ("granite", "slate")),)).with_images(files)
    return made.labelled([image.key for image in made.images[:2]], "rock", "granite")


def run(steps):
    """Return what steps return, and how many there were."""
    count = 0
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value, count
        count += 1


def test_every_photo_has_a_row_and_a_thumbnail(collection: AnnotationCollection) -> None:
    described, steps = run(PhotoCache().describe(whole_photos(collection.images)))
    assert steps == 4
    assert [each.photo.key for each in described.photos] == [image.key for image in collection.images]
    assert described.rows.shape == (4, 86)
    assert described.rows.dtype == np.float64
    assert all(max(each.thumbnail.shape) <= 72 for each in described.photos)
    assert described.note == ""


def test_a_class_has_its_photos_and_its_regions(collection: AnnotationCollection) -> None:
    region = AnnotatedRegion.new(Region.rectangle(5, 5, 25, 35), {"rock": "granite"})
    collection = with_regions(collection, {collection.images[3].key: [region]})
    photos = photos_of_class(collection, "rock", "granite")
    assert [photo.key for photo in photos] == [collection.images[at].key for at in (0, 1, 3)]
    [of_region] = run(PhotoCache().describe(photos[2:]))[0].photos
    assert of_region.thumbnail.shape == (20, 30, 3)
    assert photos_of_class(collection, "rock", "slate") == []


def test_a_file_that_cannot_be_read_is_left_out_and_named(
    collection: AnnotationCollection, tmp_path: Path
) -> None:
    collection.images[1].file.write_text("no picture")
    collection.images[2].file.unlink()
    described, _ = run(PhotoCache().describe(whole_photos(collection.images)))
    assert [each.photo.key for each in described.photos] == [collection.images[at].key for at in (0, 3)]
    assert [line.split(":")[0] for line in described.unreadable] == ["S1 1.png", "S2 1.png"]
    assert described.note == f" 2 photos left out: {described.unreadable[0]}"


def test_a_file_that_changed_is_described_anew(
    collection: AnnotationCollection, write_photo: Callable[..., Path]
) -> None:
    import os

    photo_cache, photos = PhotoCache(), whole_photos(collection.images)
    before, _ = run(photo_cache.describe(photos))
    again, _ = run(photo_cache.describe(photos))
    assert again.photos == before.photos
    file = collection.images[0].file
    write_photo(file, (250, 10, 10), 9)
    os.utime(file, (1, 1))
    after, _ = run(photo_cache.describe(photos))
    assert not np.array_equal(after.photos[0].row, before.photos[0].row)
    assert after.photos[1:] == before.photos[1:]


def test_a_photo_is_called_by_its_file_and_plane() -> None:
    from napari_rocks2net.explain import Photo

    assert Photo(ImageKey(Path("/a/stack.tif"), (2,))).name == "stack.tif [2]"
