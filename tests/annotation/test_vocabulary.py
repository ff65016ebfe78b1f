from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.annotation import CollectionError, Vocabulary
from napari_rocks2net.rock_properties import ROCK_PROPERTIES


@pytest.fixture
def abc() -> Vocabulary:
    return Vocabulary.of_classes("rock", "abc")


@pytest.mark.parametrize("name", ROCK_PROPERTIES)
def test_a_built_in_property_gives_its_classes_in_different_colours(name):
    vocabulary = Vocabulary.of_property(name)
    assert vocabulary.property == name
    assert vocabulary.classes == ROCK_PROPERTIES[name].classes
    assert len(set(vocabulary.colours)) == len(vocabulary.classes)


def test_an_unknown_property_is_answered_with_the_known_ones():
    with pytest.raises(CollectionError, match=r"no built-in property 'grian'; there are 'grain', "):
        Vocabulary.of_property("grian")


def test_a_model_gives_the_classes_of_its_card(model_path):
    vocabulary = Vocabulary.of_model(model_path)
    assert vocabulary.property == "lithology"
    assert vocabulary.classes == ("granite", "Übergang fein", "basalt")


def test_one_property_has_to_be_chosen_of_a_model_of_several(joint_model_path):
    assert Vocabulary.of_model(joint_model_path, "matrix").classes == ("clay", "basalt")
    for wrong in (None, "grain"):
        with pytest.raises(CollectionError, match=f"names lithology, matrix; choose one, not {wrong!r}"):
            Vocabulary.of_model(joint_model_path, wrong)


def test_a_class_is_added_at_the_end_in_a_new_colour(abc):
    longer = abc.with_class("  Tuff fein ")
    assert longer.classes == ("a", "b", "c", "Tuff fein")
    assert longer.colours[:3] == abc.colours
    assert longer.colours[3] not in abc.colours
    assert abc.with_class("d", "#ABCDEF").colour_of("d") == "#abcdef"


def test_a_class_goes_with_its_colour(abc):
    shorter = abc.without_class("b")
    assert shorter.classes == ("a", "c")
    assert shorter.colour_of("c") == abc.colour_of("c")


def test_a_renamed_class_keeps_its_place_and_colour(abc):
    renamed = abc.renamed("b", "basalt")
    assert renamed.classes == ("a", "basalt", "c")
    assert renamed.colours == abc.colours


def test_a_recoloured_class_leaves_the_others(abc):
    recoloured = abc.recoloured("b", "#000000")
    assert recoloured.colours == (abc.colours[0], "#000000", abc.colours[2])


@pytest.mark.parametrize(("position", "order"), [(0, "cab"), (1, "acb"), (2, "abc"), (9, "abc"), (-1, "cab")])
def test_a_class_moves_to_another_key_with_its_colour(abc, position, order):
    moved = abc.moved("c", position)
    assert moved.classes == tuple(order)
    assert all(moved.colour_of(name) == abc.colour_of(name) for name in "abc")


@given(st.lists(st.sampled_from(["add", "drop", "move", "rename"]), max_size=12), st.randoms())
def test_edits_keep_classes_and_colours_in_pairs(edits, random):
    vocabulary = Vocabulary.of_classes("rock", "ab")
    for number, edit in enumerate(edits):
        name = random.choice(vocabulary.classes) if vocabulary.classes else None
        if edit == "add" or name is None:
            vocabulary = vocabulary.with_class(f"class {number}")
        elif edit == "drop":
            vocabulary = vocabulary.without_class(name)
        elif edit == "move":
            vocabulary = vocabulary.moved(name, random.randrange(5))
        else:
            vocabulary = vocabulary.renamed(name, f"class {number}")
    assert len(set(vocabulary.classes)) == len(set(vocabulary.colours)) == len(vocabulary.classes)


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "bell\a", "\udcff", None])
def test_a_name_that_cannot_be_seen_is_refused(abc, name):
    with pytest.raises(CollectionError, match="name"):
        abc.with_class(name)


@pytest.mark.parametrize("name", ["file", "stack_plane", "section", "region"])
def test_a_property_cannot_have_the_name_of_a_column(name):
    with pytest.raises(CollectionError, match="column of the training table"):
        Vocabulary.of_classes(name)


def test_a_class_cannot_come_twice(abc):
    for doubled in (lambda: abc.with_class(" a"), lambda: abc.renamed("b", "a")):
        with pytest.raises(CollectionError, match=r"'a' of 'rock' is there already"):
            doubled()


def test_an_unknown_class_is_answered_with_the_known_ones(abc):
    with pytest.raises(CollectionError, match=r"no class 'd'; its classes are 'a', 'b', 'c'"):
        abc.without_class("d")


def test_colours_must_be_as_many_as_classes():
    with pytest.raises(CollectionError, match="2 classes and 1 colours"):
        Vocabulary("rock", ("a", "b"), ("#000000",))
