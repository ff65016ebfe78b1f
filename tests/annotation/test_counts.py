from __future__ import annotations

from dataclasses import replace

import pytest

from napari_rocks2net.annotation import (
    AnnotatedImage,
    AnnotatedRegion,
    AnnotationCollection,
    CollectionError,
    Vocabulary,
    additions,
    with_regions,
)
from napari_rocks2net.samples import Region


@pytest.fixture
def make(tmp_path):
    """A collection of images labelled as (class, section) says, an empty class for none."""

    def build(*labels: tuple[str, str]) -> AnnotationCollection:
        vocabulary = Vocabulary.of_classes("rock", ["a", "b"])
        images = [
            AnnotatedImage(tmp_path / f"{number}.png", (), section, {"rock": label} if label else {})
            for number, (label, section) in enumerate(labels)
        ]
        return AnnotationCollection((vocabulary,), tuple(images))

    return build


def test_images_and_regions_count_as_samples_of_their_sections(make):
    collection = make(("a", "1"), ("a", "1"), ("a", "2"), ("", "3"))
    box = Region.rectangle(0, 0, 1, 1)
    regions = [AnnotatedRegion.new(box).labelled("rock", label) for label in ("a", "b", "b", None)]
    collection = with_regions(collection, {collection.images[3].key: regions})
    assert collection.class_counts("rock") == {"a": (4, 3), "b": (2, 1)}


def test_what_an_import_brought_is_counted(make, tmp_path):
    before, after = make(("a", "1"), ("", "2")), make(("a", "1"), ("b", "2"), ("a", "3"), ("", "4"))
    (tmp_path / "2.png").touch()
    region = AnnotatedRegion.new(Region.rectangle(0, 0, 1, 1)).labelled("rock", "a")
    after = with_regions(after, {after.images[0].key: [region]})
    assert additions(before.images, after.images) == (
        "New or changed: 2 photos, 3 labels, 1 region. 1 photo not there: see Collection."
    )
    assert additions(after.images, after.images) == "Nothing in it is new."


def test_a_fair_collection_gets_no_warning(make):
    assert make(("a", "1"), ("a", "2"), ("b", "3"), ("b", "4")).warnings("rock") == ()


def test_unlabelled_images_are_counted(make):
    warnings = make(("a", "1"), ("a", "2"), ("b", "3"), ("b", "4"), ("", "5")).warnings("rock")
    assert warnings == ("1 of 5 images have no rock label yet.",)


def test_a_class_without_samples_is_named(make):
    (warning,) = make(("a", "1"), ("a", "2")).warnings("rock")
    assert "Nothing is labelled 'b'" in warning


def test_a_class_in_one_section_is_named(make):
    (warning,) = make(("a", "1"), ("a", "2"), ("b", "3"), ("b", "3")).warnings("rock")
    assert "'b' is in one thin section only (2 samples)" in warning


@pytest.mark.parametrize(("many", "warned"), [(9, 0), (10, 1)])
def test_a_class_with_many_times_the_samples_of_the_rarest_is_named(make, many, warned):
    labels = [("a", str(number)) for number in range(many)] + [("b", "x"), ("b", "y")]
    warnings = make(*labels).warnings("rock")
    assert len(warnings) == warned
    assert all("'b' has 2 samples and 'a' 5 times as many or more" in warning for warning in warnings)


def test_many_classes_are_listed_in_short(make):
    collection = make()
    vocabulary = replace(collection.vocabularies[0], classes=tuple("abcdefgh"), colours=("#000000",) * 8)
    (warning,) = collection.with_vocabulary(vocabulary).warnings("rock")
    assert "'a', 'b', 'c', 'd', 'e' and 3 more" in warning


def test_an_unknown_property_is_refused(make):
    with pytest.raises(CollectionError, match="no property 'grain'; its properties are 'rock'"):
        make().class_counts("grain")
