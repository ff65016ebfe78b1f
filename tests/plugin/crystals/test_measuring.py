from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_rocks2net.crystals import CrystalError
from napari_rocks2net.crystals.labels import label_areas
from napari_rocks2net.pixel_scale import PixelSize
from napari_rocks2net.plugin import measure_crystals_layer
from napari_rocks2net.plugin.crystals.crystal_layers import show_crystals
from napari_rocks2net.plugin.crystals.features import features_by_label, measurement_unit, write_classes
from napari_rocks2net.plugin.crystals.measuring import LabelledPicture
from napari_rocks2net.plugin.crystals.training import named_crystals
from napari_rocks2net.plugin.layers.image_planes import image_plane
from napari_rocks2net.plugin.layers.plane import ImageLayerError

NANOMETRES = {"scale": (20, 20), "units": ("nm", "nm")}


@pytest.mark.parametrize(
    ("place", "area", "unit"),
    [
        ({}, 100, "pixel"),
        ({"scale": (0.5, 0.5), "units": ("um", "um")}, 25, "µm"),
        (NANOMETRES, 40_000, "nm"),
    ],
)
def test_a_square_has_its_area_in_the_units_of_the_layer(
    layers: Any, squares: np.ndarray, place: dict[str, Any], area: float, unit: str
) -> None:
    mine = layers.add_labels(squares, name="mine", **place)
    measure_crystals_layer(layers, "mine")
    measured = features_by_label(mine)
    assert measured.index.tolist() == [1, 2, 3, 7]
    assert measured.loc[1, "area"] == pytest.approx(area)
    assert measurement_unit(mine) == unit
    assert mine.metadata == {}, "the layer is theirs"


@pytest.mark.parametrize(
    ("place", "source", "unit"),
    [({}, "Zeiss", "µm"), ({}, "typed", "µm"), (NANOMETRES, "Zeiss", "nm"), (NANOMETRES, "scale bar", "µm")],
)
def test_a_persons_pixel_size_counts_first_then_the_layers_then_the_files(
    layers: Any, squares: np.ndarray, place: dict[str, Any], source: str, unit: str
) -> None:
    mine = layers.add_labels(squares, **place)
    request = LabelledPicture.of(layers, mine, None, PixelSize(0.1, source))
    assert request.unit == unit
    assert request.pixel_size == (0.1 if unit == "µm" else pytest.approx(20))


def test_areas_are_counted_for_small_and_for_huge_labels(squares: np.ndarray) -> None:
    assert label_areas(squares) == {1: 100, 2: 144, 3: 196, 7: 256}
    assert label_areas(np.where(squares == 7, 2**31 - 1, 0)) == {2**31 - 1: 256}
    assert label_areas(np.zeros((3, 3), np.uint8)) == {}


def test_brightness_is_measured_with_an_image_only(layers: Any, squares: np.ndarray) -> None:
    layers.add_image(squares * 10.0)
    mine = layers.add_labels(squares)
    measure_crystals_layer(layers, mine)
    assert features_by_label(mine)["intensity_mean"].to_dict() == {1: 10, 2: 20, 3: 30, 7: 70}


def test_a_request_is_a_copy(layers: Any, squares: np.ndarray) -> None:
    mine = layers.add_labels(squares)
    request = LabelledPicture.of(layers, mine, None, None)
    mine.data[:] = 0
    assert request.labels.any()


def test_an_image_of_another_size_and_oblong_pixels_are_refused(layers: Any, squares: np.ndarray) -> None:
    mine = layers.add_labels(squares, name="mine")
    other = layers.add_image(np.zeros((9, 9)), name="other")
    with pytest.raises(ImageLayerError, match="other"):
        measure_crystals_layer(layers, mine, other)
    oblong = layers.add_labels(squares, scale=(1, 2))
    with pytest.raises(ImageLayerError, match="square"):
        measure_crystals_layer(layers, oblong)


def test_negative_labels_are_refused(layers: Any, squares: np.ndarray) -> None:
    mine = layers.add_labels(-squares)
    with pytest.raises(CrystalError, match="-7"):
        measure_crystals_layer(layers, mine)


def test_no_crystals_are_an_empty_table(layers: Any) -> None:
    assert measure_crystals_layer(layers, layers.add_labels(np.zeros((20, 20), int))).empty


def test_crystals_of_a_plane_are_those_of_this_plane_whichever_is_shown(
    layers: Any, squares: np.ndarray
) -> None:
    image = layers.add_image(np.stack([squares * 10.0, squares * 20.0]), scale=(3, 1, 1))
    first, second = (show_crystals(layers, image_plane(image, (plane,)), squares) for plane in (0, 1))
    assert {first, second} <= set(layers.layers)
    for shown in (0, 1):
        layers.dims.set_current_step(0, shown)
        place = (3 * shown, *np.argwhere(squares == 1)[0])
        assert bool(first.get_value(place, world=True)) is (shown == 0)
        for layer, brightness in ((first, 10), (second, 20)):
            measure_crystals_layer(layers, layer)
            assert features_by_label(layer).loc[1, "intensity_mean"] == brightness
    write_classes(second, {1: "rhombic"})
    layers.dims.set_current_step(0, 0)
    (named,) = named_crystals(layers)
    assert named.image.max() == 20 * squares.max()
    show_crystals(layers, image_plane(image, (0,)), squares)
    assert first not in layers.layers
    assert second in layers.layers
