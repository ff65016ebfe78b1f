"""Map of a collection and gallery of a class, without a widget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from napari_rocks2net.annotation import AnnotationCollection, Vocabulary
from napari_rocks2net.annotation.fields import pair_by_name
from napari_rocks2net.explain import ExplanationError, PhotoCache
from napari_rocks2net.explain.collection_map import gallery_of, map_collection
from napari_rocks2net.iteration import run_to_end

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def collection(tmp_path: Path, write_photo: Callable[..., Path]) -> AnnotationCollection:
    """Three dark photos and a bright one, all of them labelled granite."""
    colours = [(40, 40, 40)] * 3 + [(220, 220, 220)]
    files = [write_photo(tmp_path / f"S{at} PPL.png", colour, at) for at, colour in enumerate(colours)]
    made = AnnotationCollection((Vocabulary.of_classes("rock", ("granite",)),)).with_images(files)
    return made.labelled([image.key for image in made.images], "rock", "granite")


def test_photos_that_look_alike_lie_side_by_side(collection: AnnotationCollection) -> None:
    shown = run_to_end(map_collection(PhotoCache(), collection, "PCA"))
    assert shown.keys == [image.key for image in collection.images]
    across = shown.places[:, 0]
    assert abs(across[3] - across[0]) > abs(across[2] - across[0])


def test_a_field_is_one_point_by_the_texture_of_all_its_lights(
    tmp_path: Path, write_photo: Callable[..., Path]
) -> None:
    dark, bright = (40, 40, 40), (220, 220, 220)
    for section, colours in {"S0": (dark, dark), "S1": (dark, dark), "S2": (dark, bright)}.items():
        for light, colour in zip(("PPL", "XPL"), colours, strict=True):
            write_photo(tmp_path / f"{section} {light} 1.png", colour, 1)
    made = AnnotationCollection((Vocabulary.of_classes("rock", ("granite",)),))
    paired = pair_by_name(made.with_images(sorted(tmp_path.glob("*.png")))).collection
    shown = run_to_end(map_collection(PhotoCache(), paired, "PCA"))
    assert [key.name for key in shown.keys] == ["S0 PPL 1.png", "S1 PPL 1.png", "S2 PPL 1.png"]
    assert shown.noun == "field"
    # They differ in XPL alone.
    across = shown.places[:, 0]
    assert across[0] == pytest.approx(across[1])
    assert abs(across[2] - across[0]) > 1


def test_an_unreadable_photo_is_named_beside_the_map(collection: AnnotationCollection) -> None:
    collection.images[0].file.write_text("no picture")
    shown = run_to_end(map_collection(PhotoCache(), collection, "PCA"))
    assert len(shown.keys) == len(shown.places) == 3
    assert shown.described.note.startswith(" 1 photo left out: S0 PPL.png")


def test_photos_that_are_all_alike_make_no_map(collection: AnnotationCollection) -> None:
    for image in collection.images:
        image.file.write_bytes(collection.images[0].file.read_bytes())
    with pytest.raises(ExplanationError, match="look the same"):
        run_to_end(map_collection(PhotoCache(), collection, "PCA"))


def test_the_gallery_of_a_class_begins_with_the_odd_one(collection: AnnotationCollection) -> None:
    gallery = run_to_end(gallery_of(PhotoCache(), collection, "rock", "granite", {}))
    assert gallery.described.photos[0].photo.key == collection.images[3].key
    assert all(reason.endswith("from the middle") for reason in gallery.reasons)


def test_the_gallery_shows_a_field_once(tmp_path: Path, write_photo: Callable[..., Path]) -> None:
    files = [write_photo(tmp_path / f"S{at} {light}.png") for at in (1, 2) for light in ("PPL", "XPL")]
    made = AnnotationCollection((Vocabulary.of_classes("rock", ("granite",)),)).with_images(files)
    paired = pair_by_name(made).collection
    labelled = paired.labelled([image.key for image in paired.images], "rock", "granite")
    gallery = run_to_end(gallery_of(PhotoCache(), labelled, "rock", "granite", {}))
    assert sorted(each.photo.key.name for each in gallery.described.photos) == ["S1 PPL.png", "S2 PPL.png"]
