from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_rocks2net.plugin.crystals.crystal_layers import is_made_by_us
from napari_rocks2net.plugin.crystals.picking import CrystalPicker
from napari_rocks2net.plugin.layers.mark import SELECTED_CRYSTALS


class Event:
    """What napari hands to a mouse callback."""

    def __init__(self, position: tuple[float, float], *modifiers: str) -> None:
        self.position, self.modifiers, self.type = position, modifiers, "mouse_press"


def click(layer: Any, y: float, x: float, *modifiers: str, drag: bool = False) -> None:
    event = Event((y, x), *modifiers)
    ours = [
        each
        for each in layer.mouse_drag_callbacks
        if isinstance(getattr(each, "__self__", None), CrystalPicker)
    ]
    for callback in ours:
        steps = callback(layer, event)
        next(steps)
        if drag:
            event.type = "mouse_move"
            next(steps)
        event.type = "mouse_release"
        for _ in steps:
            pass
        event.type = "mouse_press"


def press(layer: Any, key: str) -> None:
    from app_model.types import KeyBinding

    layer.keymap[KeyBinding.from_str(key)](layer)


@pytest.fixture
def mine(layers: Any, squares: np.ndarray) -> Any:
    return layers.add_labels(squares, scale=(0.5, 0.5), translate=(3, 0))


@pytest.fixture
def picker(layers: Any, mine: Any) -> CrystalPicker:
    made = CrystalPicker(layers)
    made.hold(mine)
    return made


def test_a_click_selects_the_crystal_under_it_and_outlines_it(
    layers: Any, mine: Any, picker: CrystalPicker
) -> None:
    click(mine, 3 + 0.5 * 25, 0.5 * 8)
    assert picker.selected == (1,)
    (rim,) = (layer for layer in layers.layers if is_made_by_us(layer))
    assert rim.name == SELECTED_CRYSTALS
    assert rim.data.sum() == 100
    np.testing.assert_allclose(rim.data_to_world((1, 1)), mine.data_to_world((20, 4)))
    assert layers.layers.selection.active is mine


def test_a_drag_moves_the_image_and_selects_nothing(mine: Any, picker: CrystalPicker) -> None:
    click(mine, 3 + 0.5 * 25, 0.5 * 8, drag=True)
    assert picker.selected == ()


def test_a_click_on_the_ground_selects_nothing(mine: Any, picker: CrystalPicker) -> None:
    picker.select(2)
    click(mine, 3, 0)
    assert picker.selected == ()


def test_shift_adds_and_takes_away(mine: Any, picker: CrystalPicker) -> None:
    click(mine, 3 + 0.5 * 25, 0.5 * 8)
    click(mine, 3 + 0.5 * 25, 0.5 * 28, "Shift")
    assert list(picker.selected) == [1, 2]
    click(mine, 3 + 0.5 * 25, 0.5 * 8, "Shift")
    assert list(picker.selected) == [2]


def test_while_a_person_paints_a_click_selects_nothing(mine: Any, picker: CrystalPicker) -> None:
    mine.mode = "pick"
    click(mine, 3 + 0.5 * 25, 0.5 * 8)
    assert picker.selected == ()


def test_the_keys_ask_for_classes_and_undo(mine: Any, picker: CrystalPicker) -> None:
    asked: list[Any] = []
    picker.class_pressed.connect(asked.append)
    picker.undo_pressed.connect(lambda: asked.append("undo"))
    for key in ("3", "0", "9", "Ctrl+Z"):
        press(mine, key)
    assert asked == [3, 0, 9, "undo"]


def test_n_goes_from_one_crystal_without_a_class_to_the_next(mine: Any, picker: CrystalPicker) -> None:
    mine.features = {"index": [2], "class_by_hand": ["rhombic"]}
    seen = []
    for _ in range(4):
        press(mine, "N")
        seen.append(picker.selected)
    assert seen == [(1,), (3,), (7,), (1,)]


def test_released_layers_have_their_own_keys_and_clicks_again(
    layers: Any, mine: Any, picker: CrystalPicker
) -> None:
    theirs = []
    other = layers.add_labels(mine.data.copy())
    other.bind_key("3", theirs.append)
    picker.hold(other)
    assert not mine.keymap
    picker.release()
    press(other, "3")
    assert theirs == [other]
    assert len(other.keymap) == 1
    assert not other.mouse_drag_callbacks
    assert [layer for layer in layers.layers if is_made_by_us(layer)] == []
