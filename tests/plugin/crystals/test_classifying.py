from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.utils.colormaps import DirectLabelColormap

from napari_rocks2net.crystals import class_colours
from napari_rocks2net.model_file import ModelFileError
from napari_rocks2net.plugin import classify_crystals_layer
from napari_rocks2net.plugin.crystals.classifying import (
    colour_by_crystal,
    colour_layer,
    model_classes,
)
from napari_rocks2net.plugin.crystals.features import features_by_label, write_classes
from napari_rocks2net.plugin.layers.plane import ImageLayerError


@pytest.fixture
def mine(layers: Any, squares: np.ndarray) -> Any:
    layers.add_image(squares * 9.0, name="sem")
    return layers.add_labels(squares, name="mine")


def colour_of(layer: Any, label: int) -> list[float]:
    return layer.colormap.map(np.array([label], layer.data.dtype))[0].tolist()


def rgb(colour: str) -> Any:
    return pytest.approx([*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)), 1.0], abs=1e-3)


def test_every_crystal_gets_its_class_and_the_colour_of_it(
    layers: Any, mine: Any, quick_classifier: Any
) -> None:
    classify_crystals_layer(layers, mine, None, quick_classifier)
    features = features_by_label(mine)
    assert features["class"].to_dict() == {1: "spherical", 2: "spherical", 3: "rhombic", 7: "rhombic"}
    assert {"probability", "p_rhombic", "p_spherical", "shape", "facets"} <= set(features)
    assert model_classes(mine) == ["rhombic", "spherical"]
    colours = class_colours(["rhombic", "spherical"])
    assert colour_of(mine, 1) == rgb(colours["spherical"])
    assert colour_of(mine, 7) == rgb(colours["rhombic"])


def test_a_class_by_hand_recolours_its_crystal(layers: Any, mine: Any, quick_classifier: Any) -> None:
    classify_crystals_layer(layers, mine, "sem", quick_classifier)
    write_classes(mine, {1: "rhombic"})
    colour_layer(mine)
    assert colour_of(mine, 1) == colour_of(mine, 7)


def test_the_colours_of_before_come_back(layers: Any, mine: Any, quick_classifier: Any) -> None:
    before = mine.colormap
    classify_crystals_layer(layers, mine, None, quick_classifier)
    classify_crystals_layer(layers, mine, None, quick_classifier)
    assert isinstance(mine.colormap, DirectLabelColormap)
    assert mine.metadata == {}, "the layer is theirs"
    colour_by_crystal(mine)
    assert mine.colormap is before
    assert not isinstance(mine.colormap, DirectLabelColormap)


def test_what_cannot_be_classified_is_reported(
    layers: Any, mine: Any, quick_classifier: Any, tmp_path: Path
) -> None:
    with pytest.raises(ModelFileError, match=r"nothing\.safetensors"):
        classify_crystals_layer(layers, mine, None, tmp_path / "nothing.safetensors")
    alone = layers.add_labels(np.ones((9, 9), int), name="alone")
    with pytest.raises(ImageLayerError, match="alone"):
        classify_crystals_layer(layers, alone, None, quick_classifier)
    empty = layers.add_labels(np.zeros_like(mine.data), name="empty")
    with pytest.raises(ImageLayerError, match="empty"):
        classify_crystals_layer(layers, empty, None, quick_classifier)
