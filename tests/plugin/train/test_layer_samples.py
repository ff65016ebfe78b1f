"""Annotated layers as samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from napari.components import ViewerModel
from napari.layers import Image
from napari.layers._source import Source
from PIL import Image as PillowImage

from napari_rocks2net.imaging import read_image
from napari_rocks2net.plugin import samples_from_layers
from napari_rocks2net.plugin.layers.field_views import pair_layers
from napari_rocks2net.plugin.layers.plane import ImageLayerError
from napari_rocks2net.plugin.layers.result_table import PREDICTIONS, ResultMark
from napari_rocks2net.plugin.train.layer_samples import layer_properties
from napari_rocks2net.samples import Region, SampleError, crop_region, field_rows
from napari_rocks2net.views import View


def labelled(viewer: ViewerModel, pixels: np.ndarray, label: str, section: str, **keywords: Any) -> Image:
    mark = {"labels": {"rock": label}, "section": section}
    return viewer.add_image(pixels, name=label, metadata={"rocks2net": mark}, **keywords)


def test_pixels_without_a_file_are_written_as_they_are(rgb: np.ndarray, tmp_path: Path) -> None:
    viewer = ViewerModel()
    labelled(viewer, rgb, "granite", "A")
    labelled(viewer, rgb[::-1], "schist", "B")
    samples = samples_from_layers(viewer, None, "rock", tmp_path / "images")
    assert samples.frame["rock"].tolist() == ["granite", "schist"]
    assert samples.frame["group"].tolist() == ["A", "B"]
    for file, pixels in zip(samples.frame["file"], (rgb, rgb[::-1]), strict=True):
        np.testing.assert_array_equal(read_image(file), pixels)
        assert Path(file).parent == tmp_path / "images"


def test_the_layers_are_left_as_they_were(rgb: np.ndarray, tmp_path: Path) -> None:
    viewer = ViewerModel()
    layer = labelled(viewer, rgb.copy(), "granite", "A")
    before = (dict(layer.metadata), layer.name, layer.data.copy())
    samples_from_layers(viewer, [layer], "rock", tmp_path)
    assert layer.metadata == before[0]
    assert layer.name == before[1]
    np.testing.assert_array_equal(layer.data, before[2])


def test_an_image_file_is_used_itself(rgb: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    PillowImage.fromarray(rgb).save(path)
    viewer = ViewerModel()
    layer = labelled(viewer, rgb, "granite", "A")
    layer._set_source(Source(path=str(path)))
    samples = samples_from_layers(viewer, [layer], "rock", tmp_path / "images")
    assert samples.frame["file"].tolist() == [str(path)]
    assert not (tmp_path / "images").exists()


def test_the_scale_of_a_layer_goes_with_its_samples(rgb: np.ndarray, tmp_path: Path) -> None:
    viewer = ViewerModel()
    labelled(viewer, rgb, "granite", "A", scale=(2.5, 2.5), units=("um", "um"))
    labelled(viewer, rgb[::-1], "schist", "B")
    samples = samples_from_layers(viewer, None, "rock", tmp_path / "images")
    assert samples.frame["pixel_size_um"].tolist() == ["2.5", ""]


def test_a_file_that_shows_something_else_is_not_used(rgb: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    PillowImage.fromarray(rgb).save(path)
    viewer = ViewerModel()
    layer = labelled(viewer, rgb[:40], "granite", "A")
    layer._set_source(Source(path=str(path)))
    (file,) = samples_from_layers(viewer, [layer], "rock", tmp_path / "images").frame["file"]
    assert read_image(file).shape == (40, 100, 3)


def test_every_plane_of_a_stack_is_a_sample(tmp_path: Path) -> None:
    stack = np.stack([np.full((32, 40), value, np.uint8) for value in (10, 200)])
    viewer = ViewerModel()
    labelled(viewer, stack, "granite", "A")
    samples = samples_from_layers(viewer, None, "rock", tmp_path)
    assert samples.frame["file"].nunique() == 2
    means = [read_image(file).mean() for file in samples.frame["file"]]
    assert means[0] < means[1]


def test_a_region_is_the_same_pixels_on_a_scaled_and_moved_image(rgb: np.ndarray, tmp_path: Path) -> None:
    viewer = ViewerModel()
    viewer.add_image(rgb, name="photo", scale=(2, 2), translate=(100, -50))
    corners = np.array([[9.5, 19.5], [9.5, 59.5], [39.5, 59.5], [39.5, 19.5]])
    features = pd.DataFrame({"rock": ["granite"]})
    # In world coordinates, on a layer of its own without a transform.
    viewer.add_shapes([corners * 2 + (100, -50)], features=features, name="regions")
    samples = samples_from_layers(viewer, ["regions"], "rock", tmp_path)
    assert samples.frame["region"].tolist() == [Region.rectangle(10, 20, 40, 60)]
    cut = crop_region(read_image(samples.frame["file"][0]), samples.frame["region"][0])
    np.testing.assert_array_equal(cut, rgb[10:40, 20:60])


def test_regions_of_one_image_write_it_once(rgb: np.ndarray, tmp_path: Path) -> None:
    viewer = ViewerModel()
    viewer.add_image(rgb, name="photo")
    square = np.array([[5, 5], [5, 20], [20, 20], [20, 5]])
    features = pd.DataFrame({"rock": ["granite", "", "schist"]})
    viewer.add_shapes([square, square + 10, square + 30], features=features, name="regions")
    samples = samples_from_layers(viewer, ["regions"], "rock", tmp_path)
    assert samples.frame["rock"].tolist() == ["granite", "schist"]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_region_beside_every_image_is_no_sample(rgb: np.ndarray, tmp_path: Path) -> None:
    viewer = ViewerModel()
    viewer.add_image(rgb, name="photo")
    far = np.array([[500, 500], [500, 520], [520, 520], [520, 500]])
    viewer.add_shapes([far], features=pd.DataFrame({"rock": ["granite"]}), name="regions")
    with pytest.raises(SampleError, match="no labelled image"):
        samples_from_layers(viewer, None, "rock", tmp_path)


def test_the_properties_of_layers_are_listed_and_predictions_are_none(rgb: np.ndarray) -> None:
    viewer = ViewerModel()
    labelled(viewer, rgb, "granite", "A")
    square = np.array([[5, 5], [5, 20], [20, 20], [20, 5]])
    features = pd.DataFrame({"region": ["7f"], "light": ["PPL"], "empty": [""], "size": [3.5]})
    viewer.add_shapes([square], features=features, name="regions")
    predictions = viewer.add_shapes(
        [square], features=pd.DataFrame({"label": ["granite"]}), name="predictions"
    )
    ResultMark(kind=PREDICTIONS, run="1", rows={}).write(predictions)
    assert layer_properties(viewer.layers) == ("rock", "light")


def test_a_missing_layer_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageLayerError, match="'nothing'"):
        samples_from_layers(ViewerModel(), ["nothing"], "rock", tmp_path)


def test_layers_without_a_label_are_refused(rgb: np.ndarray, tmp_path: Path) -> None:
    viewer = ViewerModel()
    viewer.add_image(rgb)
    with pytest.raises(SampleError, match="label some images first"):
        samples_from_layers(viewer, None, "rock", tmp_path)


def paired(viewer: ViewerModel, rgb: np.ndarray, labels: dict[str, str]) -> tuple[Image, Image]:
    """Add a photo in PPL with labels, and shifted in XPL, laid where it belongs."""
    ppl = viewer.add_image(rgb[:40, :50], name="PPL", metadata={"rocks2net": {"labels": labels}})
    affine = np.array([[1, 0, 2], [0, 1, 3], [0, 0, 1]])
    xpl = viewer.add_image(rgb[2:42, 3:53], name="XPL", affine=affine)
    pair_layers({ppl: View("", "PPL"), xpl: View("", "XPL")})
    return ppl, xpl


def test_a_label_of_one_paired_layer_is_that_of_the_field(rgb: np.ndarray, tmp_path: Path) -> None:
    viewer = ViewerModel()
    paired(viewer, rgb, {"rock": "granite"})
    labelled(viewer, rgb[::-1], "schist", "B")
    samples = samples_from_layers(viewer, None, "rock", tmp_path)
    assert sorted(len(rows) for rows in field_rows(samples.frame)) == [1, 2]
    assert samples.frame["rock"].tolist().count("granite") == 2
    assert samples.frame.loc[samples.frame["rock"] == "granite", "group"].nunique() == 1


def test_views_that_are_labelled_differently_are_refused(rgb: np.ndarray, tmp_path: Path) -> None:
    viewer = ViewerModel()
    _, xpl = paired(viewer, rgb, {"rock": "granite"})
    xpl.metadata["rocks2net"] |= {"labels": {"rock": "schist"}}
    with pytest.raises(ImageLayerError, match="labelled 'granite' and 'XPL' 'schist'"):
        samples_from_layers(viewer, None, "rock", tmp_path)


@pytest.mark.parametrize("hidden", [False, True])
def test_a_region_over_paired_layers_is_a_crop_of_each_view(
    rgb: np.ndarray, tmp_path: Path, hidden: bool
) -> None:
    viewer = ViewerModel()
    ppl, _ = paired(viewer, rgb, {})
    ppl.visible = not hidden
    box = np.array([[5, 6], [5, 19], [14, 19], [14, 6]]) + 0.5
    viewer.add_shapes([box], features=pd.DataFrame({"rock": ["schist"]}))
    samples = samples_from_layers(viewer, None, "rock", tmp_path)
    assert [len(rows) for rows in field_rows(samples.frame)] == [2]
    for file, region in zip(samples.frame["file"], samples.frame["region"], strict=True):
        np.testing.assert_array_equal(crop_region(read_image(file), region), rgb[6:15, 7:20])
