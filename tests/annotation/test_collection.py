from __future__ import annotations

from dataclasses import replace

import pytest

from napari_rocks2net.annotation import (
    AnnotatedImage,
    AnnotatedRegion,
    AnnotationCollection,
    CollectionError,
    ImageKey,
    Vocabulary,
    with_regions,
)
from napari_rocks2net.samples import Region


@pytest.fixture
def keys(collection):
    return [image.key for image in collection.images]


@pytest.fixture
def stack(tmp_path):
    return [ImageKey.of(tmp_path / "stack.tif", (index,)) for index in range(3)]


def test_images_are_added_once_in_order_with_their_sections(photos, rock):
    collection = AnnotationCollection((rock,)).with_images([*photos, photos[0], ImageKey.of(photos[1])])
    assert [image.file for image in collection.images] == photos
    assert [image.section for image in collection.images] == [f"Dünnschliff {n}" for n in (1, 1, 2, 2, 3, 3)]
    assert collection.with_images(photos) is collection


def test_an_edit_leaves_the_collection_it_was_made_from(collection, keys):
    edited = collection.labelled(keys[:1], "rock", "granite")
    assert collection.images[0].labels == {}
    assert edited.images[0].labels == {"rock": "granite"}
    assert all(new is old for new, old in zip(edited.images[1:], collection.images[1:], strict=True))


def test_images_go_with_their_labels(labelled, keys):
    smaller = labelled.without_images([keys[0], keys[2]])
    assert [image.key for image in smaller.images] == [keys[1], *keys[3:]]
    assert smaller.label_count("rock") == 1


def test_several_images_are_labelled_at_once_and_unlabelled(collection, keys):
    edited = collection.labelled(keys[1:4], "rock", "basalt", origin="accepted")
    assert [image.labels.get("rock") for image in edited.images] == [None, *["basalt"] * 3, None, None]
    assert edited.image(keys[1]).origins == {"rock": "accepted"}
    cleared = edited.labelled(keys, "rock", None)
    assert cleared == collection


def test_a_second_label_takes_the_place_of_the_first(collection, keys):
    edited = collection.labelled(keys[:1], "rock", "basalt", "accepted").labelled(keys[:1], "rock", "granite")
    assert edited.image(keys[0]).labels == {"rock": "granite"}
    assert edited.image(keys[0]).origins == {"rock": "person"}


def test_properties_do_not_disturb_each_other(collection, keys):
    two = collection.with_vocabulary(Vocabulary.of_classes("grain", ["fine"]))
    edited = two.labelled(keys[:1], "rock", "basalt").labelled(keys[:1], "grain", "fine")
    assert edited.image(keys[0]).labels == {"rock": "basalt", "grain": "fine"}
    assert edited.labelled(keys[:1], "rock", None).image(keys[0]).labels == {"grain": "fine"}


@pytest.mark.parametrize(
    ("property", "label", "origin"),
    [("rock", "gneiss", "person"), ("grain", "fine", "person"), ("rock", "basalt", "guess")],
)
def test_a_label_outside_the_vocabulary_is_refused(collection, keys, property, label, origin):
    with pytest.raises(CollectionError, match=r"gneiss|grain|guess"):
        collection.labelled(keys[:1], property, label, origin)


def test_an_image_that_does_not_exist_cannot_be_edited(collection, tmp_path):
    with pytest.raises(CollectionError, match=r"other\.png.* is not in the collection"):
        collection.labelled([ImageKey.of(tmp_path / "other.png")], "rock", "granite")


def test_a_typed_section_holds_for_all_planes_of_a_file(collection, stack):
    edited = collection.with_images(stack[:2]).with_section([stack[0]], "  S 7 ").with_images(stack[2:])
    assert [edited.image(key).section for key in stack] == ["S 7"] * 3
    assert all(edited.image(key).section_by_person for key in stack)


def test_another_pattern_leaves_typed_sections(collection, keys):
    edited = collection.with_section(keys[:1], "typed").with_section_pattern(r"(\d)_10x_")
    assert [image.section for image in edited.images] == ["typed", "1", "2", "2", "3", "3"]
    assert edited.with_section(keys[:1], None).image(keys[0]).section == "1"
    assert edited.with_section(keys[:1], None).with_section_pattern(collection.section_pattern) == collection


def test_a_section_needs_a_name(collection, keys):
    with pytest.raises(CollectionError, match="thin section"):
        collection.with_section(keys[:1], " ")


def test_a_pattern_must_be_a_regular_expression(collection):
    with pytest.raises(CollectionError, match="section pattern"):
        collection.with_section_pattern("(")


def test_renaming_a_class_renames_its_labels_on_images_and_regions(labelled, keys):
    renamed = labelled.with_renamed_class("rock", "granite", " Granit ")
    assert renamed.vocabulary("rock").classes == ("Granit", "schist à grenat", "basalt")
    assert renamed.image(keys[0]).labels == {"rock": "Granit"}
    assert [region.labels["rock"] for region in renamed.image(keys[2]).regions] == ["basalt", "Granit"]
    assert renamed.with_renamed_class("rock", "Granit", "granite") == labelled


def test_a_class_that_goes_takes_its_labels_and_no_others(labelled, keys):
    smaller = labelled.vocabulary("rock").without_class("granite")
    assert labelled.labels_lost_with(smaller) == 2
    edited = labelled.with_vocabulary(smaller)
    assert edited.label_count("rock") == labelled.label_count("rock") - 2 == 2
    assert edited.image(keys[0]).labels == {}
    assert edited.image(keys[1]).origins == {"rock": "corrected"}
    assert [dict(region.labels) for region in edited.image(keys[2]).regions] == [{"rock": "basalt"}, {}]


def test_a_property_that_goes_takes_its_labels(labelled):
    assert labelled.label_count("rock") == 4
    assert labelled.label_count("rock", "granite") == 2
    edited = labelled.without_vocabulary("rock")
    assert edited.vocabularies == ()
    assert all(
        not image.labels and not any(region.labels for region in image.regions) for image in edited.images
    )


def test_classes_are_added_where_they_lack(collection):
    edited = collection.with_classes("rock", {"basalt": "#000000", "tuff": "#123456"}).with_classes(
        "grain", ["fine"]
    )
    assert edited.vocabulary("rock").classes == ("granite", "schist à grenat", "basalt", "tuff")
    assert edited.vocabulary("rock").colour_of("tuff") == "#123456"
    assert edited.vocabulary("rock").colour_of("basalt") == collection.vocabulary("rock").colour_of("basalt")
    assert edited.vocabulary("grain").classes == ("fine",)


def test_regions_take_the_place_of_earlier_ones(labelled, keys):
    region = AnnotatedRegion.new(Region.rectangle(0, 0, 5, 5))
    assert with_regions(labelled, {keys[2]: [region]}).image(keys[2]).regions == (region,)
    with pytest.raises(CollectionError, match="gneiss"):
        with_regions(labelled, {keys[2]: [region.labelled("rock", "gneiss")]})


def test_one_file_cannot_be_in_two_sections(tmp_path):
    one = AnnotatedImage(tmp_path / "a.tif", (0,), section="1")
    with pytest.raises(CollectionError, match=r"in the thin sections '1' and '2'; one image belongs to one"):
        AnnotationCollection(images=(one, replace(one, plane=(1,), section="2")))


def test_an_image_cannot_be_listed_twice(tmp_path):
    with pytest.raises(CollectionError, match="twice"):
        AnnotationCollection(images=(AnnotatedImage(tmp_path / "a.tif"),) * 2)


def test_a_property_has_one_vocabulary(rock):
    with pytest.raises(CollectionError, match="'rock' has two vocabularies"):
        AnnotationCollection((rock, rock))


def test_merging_adds_what_is_new_with_its_labels(collection, labelled):
    first, third = labelled.images[0], labelled.images[2]
    half = collection.without_images([first.key, third.key]).labelled(
        [labelled.images[1].key], "rock", "basalt"
    )
    merged = half.merged_with(labelled)
    assert merged.image(first.key) == first
    assert merged.image(third.key) == third
    assert merged.image(labelled.images[1].key).labels == {"rock": "basalt"}
    assert len(merged) == len(labelled)
    assert merged.merged_with(labelled) is merged


def test_merging_brings_classes_and_colours(labelled):
    merged = AnnotationCollection().merged_with(labelled)
    assert merged.vocabularies == labelled.vocabularies
    assert merged.images == labelled.images
