from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_rocks2net.crystals import CrystalError, SegmentationSettings, score_crystals
from napari_rocks2net.crystals.synthetic import SemImage
from napari_rocks2net.plugin import measure_crystals_layer, segment_crystals_layer
from napari_rocks2net.plugin.layers.plane import ImageLayerError

SIZED = SegmentationSettings(size=0.6, size_unit="micrometre", levels=4)
IN_MICROMETRES = {"scale": (0.02, 0.02), "units": ("um", "um")}


def test_a_script_segments_and_measures_in_the_units_of_the_layer(layers: Any, sem_image: SemImage) -> None:
    image = layers.add_image(sem_image.image, name="sem", **IN_MICROMETRES)
    labels = segment_crystals_layer(layers, "sem", SIZED)
    assert labels.data.dtype == np.int32
    assert score_crystals(sem_image.labels, labels.data).f1 > 0.6
    assert labels.units == image.units
    table = measure_crystals_layer(layers, labels)
    assert table.attrs["unit"] == "µm"
    assert table["equivalent_diameter"].median() == pytest.approx(0.6, rel=0.4)
    assert "intensity_mean" in labels.features
    assert not labels.data[160:].any(), "the info bar has no crystals"


def test_a_size_in_micrometres_needs_a_pixel_size(layers: Any, sem_image: SemImage) -> None:
    layers.add_image(sem_image.image, name="sem")
    with pytest.raises(CrystalError, match="pixel size"):
        segment_crystals_layer(layers, "sem", SIZED)


def test_what_cannot_be_segmented_is_reported(layers: Any) -> None:
    layers.add_image(np.full((20, 20), np.nan), name="nothing")
    with pytest.raises(CrystalError, match="NaN"):
        segment_crystals_layer(layers, "nothing")
    layers.add_image(np.zeros((4, 200)), name="a line")
    with pytest.raises(CrystalError, match="4 x 200"):
        segment_crystals_layer(layers, "a line")
    with pytest.raises(ImageLayerError, match="dots"):
        segment_crystals_layer(layers, layers.add_points(np.zeros((1, 2)), name="dots"))
    with pytest.raises(ImageLayerError, match="no layer"):
        segment_crystals_layer(layers, "not there")
    assert len(layers.layers) == 3, "nothing was added"
