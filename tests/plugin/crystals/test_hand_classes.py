from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Labels

from napari_rocks2net.crystals.classification.classes import (
    ClassNameError,
    renamed,
    with_class,
)
from napari_rocks2net.plugin.crystals.classify_step import remembered_classes
from napari_rocks2net.plugin.crystals.features import ManualClasses, manual_classes


@pytest.fixture
def layer(squares: np.ndarray) -> Labels:
    return Labels(squares)


def test_classes_are_given_taken_back_and_given_again(layer: Labels) -> None:
    hand, changes = ManualClasses(), []
    hand.changed.connect(changes.append)
    hand.give(layer, [1, 7], "rhombic")
    hand.give(layer, [7], "spherical")
    assert manual_classes(layer) == {1: "rhombic", 7: "spherical"}
    hand.undo()
    assert manual_classes(layer) == {1: "rhombic", 7: "rhombic"}
    hand.undo()
    assert manual_classes(layer) == {}
    assert not hand.namings.done
    hand.redo()
    hand.redo()
    assert manual_classes(layer) == {1: "rhombic", 7: "spherical"}
    assert len(changes) == 6


def test_undo_finds_the_layer_again_in_which_a_class_was_given(layer: Labels, squares: np.ndarray) -> None:
    hand, other = ManualClasses(), Labels(squares.copy())
    hand.give(layer, [1], "rhombic")
    hand.give(other, [1], "spherical")
    hand.undo()
    hand.undo()
    assert not manual_classes(layer)
    assert not manual_classes(other)


def test_an_empty_name_takes_the_class_away(layer: Labels) -> None:
    hand = ManualClasses()
    hand.give(layer, [2], "rhombic")
    hand.give(layer, [2], "")
    assert manual_classes(layer) == {}


def test_giving_what_is_given_is_nothing_to_undo(layer: Labels) -> None:
    hand = ManualClasses()
    hand.give(layer, [2], "")
    assert not hand.namings.done


def test_a_renamed_class_is_renamed_on_every_crystal(layer: Labels) -> None:
    hand = ManualClasses()
    hand.give(layer, [1, 2], "spherical")
    hand.give(layer, [3], "rhombic")
    hand.rename([layer], "spherical", "rounded")
    assert manual_classes(layer) == {1: "rounded", 2: "rounded", 3: "rhombic"}


def test_classes_are_added_and_renamed_in_their_order() -> None:
    assert with_class(("a", "b"), " c ") == ("a", "b", "c")
    assert renamed(("a", "b", "c"), "b", "B") == ("a", "B", "c")


@pytest.mark.parametrize("name", ["", "  ", "A"])
def test_a_class_without_a_name_or_with_a_taken_one_is_refused(name: str) -> None:
    with pytest.raises(ClassNameError):
        with_class(("a", "b"), name)


def test_classes_are_as_many_as_keys_at_most() -> None:
    with pytest.raises(ClassNameError, match="9"):
        with_class(tuple("abcdefghi"), "j")


def test_the_first_classes_are_those_of_the_paper() -> None:
    assert remembered_classes() == ("rhombic", "polyhedral", "amorphous", "spherical")
