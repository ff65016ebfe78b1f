from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_rocks2net.plugin.crystals.crystal_layers import (
    image_under,
    is_made_by_us,
    pair,
    show_crystals,
    source_id,
)
from napari_rocks2net.plugin.crystals.features import write_classes
from napari_rocks2net.plugin.layers.image_planes import image_plane
from napari_rocks2net.plugin.layers.mark import CRYSTALS


@pytest.fixture
def image(layers: Any, squares: np.ndarray) -> Any:
    return layers.add_image(squares * 9.0, name="sem")


def test_a_second_result_takes_the_place_of_the_first(layers: Any, image: Any, squares: np.ndarray) -> None:
    first = show_crystals(layers, image_plane(image), squares)
    first.contour, first.opacity = 2, 0.9
    second = show_crystals(layers, image_plane(image), squares > 0)
    assert list(layers.layers) == [image, second]
    assert (second.contour, second.opacity) == (2, 0.9)


@pytest.mark.parametrize("how", ["painted", "named"])
def test_what_a_person_has_worked_on_stays(layers: Any, image: Any, squares: np.ndarray, how: str) -> None:
    first = show_crystals(layers, image_plane(image), squares.copy())
    if how == "painted":
        first.paint((5, 5), 3)
    else:
        write_classes(first, {1: "rhombic"})
    show_crystals(layers, image_plane(image), squares)
    assert first in layers.layers
    assert not first.visible


def test_results_of_other_images_copies_and_layers_of_ones_own_stay(
    layers: Any, image: Any, squares: np.ndarray
) -> None:
    other = layers.add_image(squares * 5.0, name="other")
    mine = layers.add_labels(squares, name="sem crystals")
    elsewhere = show_crystals(layers, image_plane(other), squares)
    ours = show_crystals(layers, image_plane(image), squares)
    copy = layers.add_layer(type(ours).create(*ours.as_layer_data_tuple()))
    show_crystals(layers, image_plane(image), squares)
    assert {mine, elsewhere, copy} <= set(layers.layers)
    assert ours not in layers.layers
    assert not is_made_by_us(copy, CRYSTALS)


def test_the_image_of_crystals_is_the_one_they_were_segmented_in(
    layers: Any, image: Any, squares: np.ndarray
) -> None:
    layers.add_image(squares * 2.0, name="of the same size")
    ours = show_crystals(layers, image_plane(image), squares)
    assert image_under(layers, ours) is image


def test_the_image_of_a_persons_own_layer_has_its_size(layers: Any, image: Any, squares: np.ndarray) -> None:
    layers.add_image(np.zeros((90, 90)), name="larger")
    mine = layers.add_labels(squares)
    assert image_under(layers, mine) is image
    twin = layers.add_image(squares * 2.0)
    pair(mine, image)
    assert image_under(layers, mine) is image
    assert not mine.metadata, "the layer is theirs"
    assert source_id(mine) != str(twin.unique_id)
    assert image_under(layers, layers.add_labels(np.zeros((5, 5), int))) is None
