"""A layer is its pixels: its file counts only where reading it gives what the layer shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tifffile
from PIL import Image as Picture

from napari_rocks2net.imaging import read_image
from napari_rocks2net.plugin import annotate_layers, samples_from_layers
from napari_rocks2net.plugin.annotate.table_files import write_table
from napari_rocks2net.plugin.layers.layer_files import layer_keys
from napari_rocks2net.plugin.layers.mark import ImageMark
from napari_rocks2net.plugin.train.source_form import SourceForm
from napari_rocks2net.samples import crop_region, load_samples

RED, GREEN, BLUE, YELLOW = (200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0)
ORIENTATIONS = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    6: lambda p: np.rot90(p),
    8: lambda p: np.rot90(p, -1),
}
"""How an upright photo is stored, by the number of its orientation."""


def quarters() -> np.ndarray:
    """An upright photo: red top left, green top right, blue below left, yellow below right."""
    photo = np.zeros((200, 300, 3), np.uint8)
    for rows, columns, colour in (
        (slice(0, 100), slice(0, 150), RED),
        (slice(0, 100), slice(150, 300), GREEN),
        (slice(100, 200), slice(0, 150), BLUE),
        (slice(100, 200), slice(150, 300), YELLOW),
    ):
        photo[rows, columns] = colour
    return photo


def rectangle(y0: float, x0: float, y1: float, x1: float) -> np.ndarray:
    """Corners in pixel-centre coordinates of a box along pixel edges."""
    return np.array([[y0, x0], [y0, x1], [y1, x1], [y1, x0]]) - 0.5


def draw(viewer: Any, *boxes: np.ndarray, label: str = "granite", **keywords: Any) -> Any:
    """Draw regions that all have one class."""
    features = pd.DataFrame({"rock": pd.Categorical([label] * len(boxes))})
    return viewer.add_shapes(list(boxes), features=features, name="regions", **keywords)


def trained_on(viewer: Any, folder: Path) -> np.ndarray:
    """What the training reads for the only sample, (Y, X, 3)."""
    samples = samples_from_layers(viewer, ["regions"], "rock", folder).frame
    assert len(samples) == 1
    return crop_region(read_image(samples["file"][0]), samples["region"][0])


def where_red(layer: Any) -> np.ndarray:
    """A box well within the red of a layer."""
    rows, columns = np.nonzero(np.asarray(layer.data)[..., 0].astype(int) - layer.data[..., 1] > 90)
    return rectangle(rows.min() + 8, columns.min() + 8, rows.max() - 8, columns.max() - 8)


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_a_region_drawn_over_red_is_red_however_the_camera_was_held(
    viewer: Any, tmp_path: Path, suffix: str
) -> None:
    for orientation, stored in ORIENTATIONS.items():
        folder = tmp_path / f"orientation {orientation}"
        folder.mkdir()
        exif = Picture.Exif()
        exif[274] = orientation
        path = folder / f"photo{suffix}"
        pixels = np.ascontiguousarray(stored(quarters()))
        Picture.fromarray(pixels).save(path, exif=exif, **({"quality": 95} if suffix == ".jpg" else {}))
        np.testing.assert_allclose(read_image(path)[50, 75], RED, atol=8, err_msg=folder.name)
        viewer.layers.clear()
        (layer,) = viewer.open(path, plugin="napari")
        draw(viewer, where_red(layer))
        trained = trained_on(viewer, folder / "images").mean(axis=(0, 1))
        np.testing.assert_allclose(trained, RED, atol=4, err_msg=folder.name)
        session = annotate_layers(viewer, folder / "photos.collection.json")
        (image,) = session.collection.images
        np.testing.assert_array_equal(read_image(image.file), layer.data, err_msg=folder.name)


@pytest.mark.parametrize("in_place", [False, True])
def test_data_that_was_replaced_is_what_is_trained_and_annotated(
    viewer: Any, tmp_path: Path, in_place: bool
) -> None:
    path = tmp_path / "photo.png"
    Picture.new("RGB", (80, 60), BLUE).save(path)
    (layer,) = viewer.open(path, plugin="napari")
    assert [key.file for key in layer_keys(layer)] == [path]
    if in_place:
        layer.data[:] = RED
    else:
        layer.data = np.full_like(layer.data, RED)
    assert layer_keys(layer) == ()
    draw(viewer, rectangle(5, 5, 50, 50))
    assert np.all(trained_on(viewer, tmp_path / "images") == RED)
    session = annotate_layers(viewer, tmp_path / "photos.collection.json", ["photo"])
    assert np.all(read_image(session.collection.images[0].file) == RED)
    assert np.all(read_image(path) == BLUE)


def test_a_layer_replaced_after_a_run_leaves_the_first_ones_samples_alone(
    layers: Any, tmp_path: Path
) -> None:
    layer = layers.add_image(np.full((60, 80, 3), RED, np.uint8), name="photo")
    draw(layers, rectangle(5, 5, 50, 50))
    first = samples_from_layers(layers, None, "rock", tmp_path).frame["file"][0]
    layer.data = np.full((60, 80, 3), BLUE, np.uint8)
    second = samples_from_layers(layers, None, "rock", tmp_path).frame["file"][0]
    assert [read_image(file)[0, 0].tolist() for file in (first, second)] == [list(RED), list(BLUE)]


def test_channels_of_one_file_are_images_of_their_own(viewer: Any, tmp_path: Path) -> None:
    path = tmp_path / "channels.tif"
    stack = np.stack([np.full((60, 80), value, np.uint8) for value in (10, 120, 250)])
    tifffile.imwrite(path, stack, photometric="minisblack")
    channels = viewer.open(path, plugin="napari", channel_axis=0)
    assert len(channels) == 3
    for layer, value in zip(channels, (10, 120, 250), strict=True):
        layer.metadata["rocks2net"] = {"labels": {"rock": f"c{value}"}, "section": f"S{value}"}
    samples = samples_from_layers(viewer, None, "rock", tmp_path / "images").frame
    read = {
        label: int(read_image(file).mean())
        for file, label in zip(samples["file"], samples["rock"], strict=True)
    }
    assert read == {"c10": 10, "c120": 120, "c250": 250}
    session = annotate_layers(viewer, tmp_path / "channels.collection.json")
    assert sorted(int(read_image(image.file).mean()) for image in session.collection.images) == [10, 120, 250]


def test_a_scaled_copy_is_not_its_file(layers: Any, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    Picture.fromarray(quarters()).save(path)
    (layer,) = layers.open(path, plugin="napari")
    layer.data = np.asarray(layer.data)[::2, ::2]
    draw(layers, rectangle(60, 80, 95, 145))
    assert np.all(trained_on(layers, tmp_path / "images") == YELLOW)


@pytest.fixture
def hidden_above(viewer: Any, tmp_path: Path) -> Any:
    """Two photos, the upper one hidden, and a region drawn above both."""
    for name, colour in (("blue_B", BLUE), ("red_A", RED)):
        Picture.new("RGB", (80, 60), colour).save(tmp_path / f"{name}.png")
        viewer.open(tmp_path / f"{name}.png", plugin="napari")
    viewer.layers["red_A"].visible = False
    draw(viewer, rectangle(5, 5, 50, 50))
    return viewer


def test_a_region_is_of_the_topmost_visible_image_below(hidden_above: Any, tmp_path: Path) -> None:
    samples = samples_from_layers(hidden_above, None, "rock", tmp_path / "images").frame
    assert samples["file"].tolist() == [str(tmp_path / "blue_B.png")]
    assert samples["group"].tolist() == ["blue_B"]
    hidden_above.layers["red_A"].visible = True
    samples = samples_from_layers(hidden_above, None, "rock", tmp_path / "images").frame
    assert samples["group"].tolist() == ["red_A"]
    hidden_above.layers.move(1, 3)
    samples = samples_from_layers(hidden_above, None, "rock", tmp_path / "images").frame
    assert samples["group"].tolist() == ["blue_B"], "an image above the regions is not meant"


def test_the_form_names_the_image_that_regions_are_on(hidden_above: Any) -> None:
    form = SourceForm(hidden_above)
    form.use_layers([hidden_above.layers["regions"]])
    form.source()
    assert form.regions_on.value == "1 region on 'blue_B'."
    changes: list[None] = []
    form.changed.connect(lambda: changes.append(None))
    hidden_above.layers["red_A"].visible = True
    assert changes, "whoever shows the samples reads them again"
    form.source()
    assert form.regions_on.value == "1 region on 'red_A'."
    for name in ("red_A", "blue_B"):
        hidden_above.layers[name].visible = False
    form.source()
    assert form.regions_on.value == "1 region on no visible image below, left out."
    form.close()


def test_a_table_written_from_layers_has_what_they_show(layers: Any, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    Picture.new("RGB", (80, 60), BLUE).save(path)
    mark = ImageMark(file=str(path), labels={"rock": "granite"}, section="S1")
    layers.add_image(np.full((60, 80, 3), RED, np.uint8), name="photo", metadata=mark.metadata())
    write_table(str(tmp_path / "table.csv"), [layer.as_layer_data_tuple() for layer in layers.layers])
    (file,) = load_samples(tmp_path / "table.csv", property="rock", group="section").frame["file"]
    assert Path(file).parent.name == "table images"
    assert np.all(read_image(file) == RED)


def test_a_table_has_the_regions_of_the_visible_image_on_a_scaled_layer(layers: Any, tmp_path: Path) -> None:
    lower = layers.add_image(quarters(), name="lower", scale=(2, 2))
    layers.add_image(np.zeros((200, 300, 3), np.uint8), name="upper", visible=False)
    draw(layers, rectangle(110, 160, 190, 290) * 2, label="yellow")
    write_table(str(tmp_path / "table.csv"), [layer.as_layer_data_tuple() for layer in layers.layers])
    samples = load_samples(tmp_path / "table.csv", property="rock", group="section").frame
    assert samples["rock"].tolist() == ["yellow"]
    np.testing.assert_array_equal(read_image(samples["file"][0]), lower.data)
    assert np.all(crop_region(read_image(samples["file"][0]), samples["region"][0]) == YELLOW)
