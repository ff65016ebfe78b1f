"""Our layers lie where the user's layer of the same image lies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from napari.layers import Image

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.plugin.layers.annotated_place import lay, place_of, plane_keywords
from napari_rocks2net.plugin.layers.transforms import Placement


def test_a_plane_of_a_stack_lies_where_it_is_shown() -> None:
    stack = Image(np.zeros((4, 20, 30)), scale=(5, 2, 3), translate=(1, 10, -4), units=("um", "um", "um"))
    ours = Image(np.zeros((20, 30)), **plane_keywords(Placement.of(stack), (2,)))
    assert ours.data_to_world((7, 8)) == pytest.approx(stack.data_to_world((2, 7, 8))[1:])
    assert ours.units == stack.units[1:]


def test_a_linked_layer_gives_its_place(tmp_path: Path) -> None:
    key = ImageKey.of(tmp_path / "saved.png")
    layer = Image(np.zeros((20, 30)), rotate=20, scale=(2, 2), name="saved")
    keywords = place_of(key, [layer], {str(layer.unique_id): (key,)})
    ours = Image(np.zeros((20, 30)))
    lay(ours, keywords)
    assert ours.data_to_world((7, 8)) == pytest.approx(layer.data_to_world((7, 8)))


def test_without_a_layer_the_place_is_that_of_the_pixels(tmp_path: Path) -> None:
    ours = Image(np.zeros((20, 30)), scale=(3, 3), translate=(1, 2))
    lay(ours, place_of(ImageKey.of(tmp_path / "a.png"), [], {}))
    assert ours.data_to_world((7, 8)) == pytest.approx((7, 8))
