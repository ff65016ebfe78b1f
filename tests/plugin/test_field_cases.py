"""The field cases that need a viewer; see `tests/test_field_cases.py`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageOps
from tests.field_files import FIELD, needs_field

from napari_rocks2net.annotation import import_geojson
from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.imaging import read_image
from napari_rocks2net.plugin import annotate_layers, classify_layers, samples_from_layers
from napari_rocks2net.samples import crop_region

pytestmark = needs_field


def draw(viewer: Any, y0: float, x0: float, y1: float, x1: float) -> None:
    """Draw a region along pixel edges, of one class."""
    corners = np.array([[y0, x0], [y0, x1], [y1, x1], [y1, x0]]) - 0.5
    features = pd.DataFrame({"rock": pd.Categorical(["granite"])})
    viewer.add_shapes([corners], features=features, name="regions")


def trained_on(viewer: Any, folder: Path) -> np.ndarray:
    """Return what training reads for the only region, (Y, X, 3)."""
    (row,) = samples_from_layers(viewer, ["regions"], "rock", folder).frame.to_dict("records")
    return crop_region(read_image(row["file"]), row["region"])


def test_case_10_data_that_was_replaced_is_what_is_used(viewer: Any, tmp_path: Path) -> None:
    file = Path(shutil.copy(FIELD / "10_layer_data_replaced" / "photo.png", tmp_path))
    (layer,) = viewer.open(file, plugin="napari")
    layer.data[:] = 255 - np.asarray(layer.data)
    draw(viewer, 5, 5, 40, 40)
    np.testing.assert_array_equal(trained_on(viewer, tmp_path / "images"), layer.data[5:40, 5:40, :3])
    (image,) = annotate_layers(viewer, tmp_path / "a.collection.json", ["photo"]).collection.images
    np.testing.assert_array_equal(read_image(image.file), layer.data[..., :3])


@pytest.mark.parametrize(
    "name", [f"o{number}{end}" for number in (1, 2, 3, 4, 6, 8) for end in (".jpg", ".tif")]
)
def test_case_12_a_region_over_red_is_red(layers: Any, tmp_path: Path, name: str) -> None:
    file = Path(shutil.copy(FIELD / "12_exif_orientation_in_napari" / name, tmp_path))
    (layer,) = layers.open(file, plugin="napari")
    pixels = np.asarray(layer.data).astype(int)
    ys, xs = np.nonzero((pixels[..., 0] > 150) & (pixels[..., 1] < 90) & (pixels[..., 2] < 90))
    draw(layers, ys.min() + 8, xs.min() + 8, ys.max() - 8, xs.max() - 8)
    red, green, blue = trained_on(layers, tmp_path / "images").mean(axis=(0, 1))
    assert red > 150 > 90 > max(green, blue)
    with Image.open(file) as stored:
        np.testing.assert_array_equal(read_image(file), ImageOps.exif_transpose(stored))


def test_case_13_a_hidden_photo_above_is_not_meant(layers: Any, tmp_path: Path) -> None:
    for name in ("blue_B", "red_A"):
        layers.open(FIELD / "13_hidden_image_above" / f"{name}.png", plugin="napari")
    layers.layers["red_A"].visible = False
    draw(layers, 5, 5, 40, 40)
    (row,) = samples_from_layers(layers, ["regions"], "rock", tmp_path).frame.to_dict("records")
    assert Path(row["file"]).name == "blue_B.png"
    assert row["group"] == "blue_B"
    assert trained_on(layers, tmp_path)[..., 2].mean() > 150


def test_case_22_regions_go_to_the_planes_that_the_viewer_shows(viewer: Any, tmp_path: Path) -> None:
    folder = FIELD / "22_geojson_of_a_stack"
    viewer.open(folder / "stack.tif", plugin="napari")
    session = annotate_layers(viewer, tmp_path / "a.collection.json")
    first = session.collection.images[0].key
    read = import_geojson(session.collection, folder / "qupath.geojson", first, "mineral")
    labels = [[each.labels["mineral"] for each in image.regions] for image in read.images]
    assert labels == [["quartz"], ["mica"], ["feldspar"]]


def test_case_14_a_grey_photo_is_answered_alike_in_napari_and_in_a_terminal(
    layers: Any, real_classifier: RockClassifier
) -> None:
    file = FIELD / "14_grey_photo_in_napari_and_in_a_terminal" / "grey12.tif"
    (layer,) = layers.open(file, plugin="napari")
    layer.contrast_limits = (0, 900)
    _, predictions = classify_layers(layers, [layer], real_classifier)
    alone = real_classifier.predict(read_image(file)).only
    assert predictions.features["label"][0] == alone.label
    for name, probability in alone.probabilities.items():
        assert predictions.features[f"p_{name}"][0] == pytest.approx(probability, abs=1e-6)
    with Image.open(file) as stored:
        assert np.asarray(stored).max() > 255
