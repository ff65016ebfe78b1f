"""Pixels that are changed where they lie: ``layer.data[...] = 0``, then ``layer.refresh()``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_rocks2net.crystals import SegmentationSettings
from napari_rocks2net.crystals.synthetic import draw_sem_image
from napari_rocks2net.plugin import classify_layers, segment_crystals_layer
from napari_rocks2net.plugin.classify import prediction_tree
from napari_rocks2net.plugin.crystals.crystal_layers import changed_picture
from napari_rocks2net.plugin.layers.caption_overlay import caption_of
from napari_rocks2net.plugin.layers.image_planes import image_planes
from napari_rocks2net.plugin.layers.layer_contents import PixelContents
from napari_rocks2net.plugin.layers.plane import ImageLayerError


def paint(layer: Any, value: int | np.ndarray) -> None:
    layer.data[...] = value
    layer.refresh()


def notes(tree: Any) -> list[str]:
    """The images of a tree with a note that their answers are about other pixels."""
    images = [tree.topLevelItem(number) for number in range(tree.topLevelItemCount())]
    return [image.text(0) for image in images if image.child(0).text(0) == prediction_tree.EARLIER]


def test_an_answer_about_pixels_that_were_changed_in_place_says_so(
    viewer: Any, open_from_menu: Any, qtbot: Any, dark: np.ndarray, quick: Any
) -> None:
    widget = open_from_menu("Classify")
    photo, other = viewer.add_image(dark.copy(), name="photo"), viewer.add_image(dark, name="other")
    other.visible = False
    classify_layers(viewer, ["photo", "other"], quick())
    tree = widget.answers.predictions
    assert caption_of(photo)
    assert notes(tree) == []

    paint(photo, 200)
    qtbot.waitUntil(lambda: notes(tree) == ["photo"])
    assert caption_of(photo) == ""

    (row,) = [each for each in widget.answers.rows if each.plane.name == "photo"]
    with pytest.raises(ImageLayerError, match="photo has other pixels by now"):
        row.plane.read()

    paint(photo, dark)
    qtbot.waitUntil(lambda: notes(tree) == [])
    assert caption_of(photo)

    photo.data = 255 - dark
    assert notes(tree) == ["photo"], "as of an array that was replaced"
    classify_layers(viewer, ["photo"], quick())
    assert notes(tree) == []


def test_a_moved_area_of_changed_pixels_is_put_back_with_a_reason(
    viewer: Any, qtbot: Any, dark: np.ndarray, quick: Any
) -> None:
    photo = viewer.add_image(dark, name="photo")
    areas, _ = classify_layers(viewer, ["photo"], quick())
    before = np.array(areas.data[0])
    photo.data[...] = 200
    areas.data = [before + 10]
    qtbot.waitUntil(lambda: "photo has other pixels by now" in str(viewer.status))
    np.testing.assert_allclose(areas.data[0], before, atol=0.01)


def test_every_plane_of_a_stack_that_was_changed_is_known(
    viewer: Any, qtbot: Any, dark: np.ndarray, quick: Any
) -> None:
    stack = viewer.add_image(np.stack([dark[..., 0]] * 3), name="stack")
    _, predictions = classify_layers(viewer, ["stack"], quick())
    planes = [row.plane for row in predictions.metadata["rocks2net"]["rows"].values()]
    viewer.dims.set_point(0, 1)
    stack.data[1:] = 7
    stack.refresh()
    qtbot.waitUntil(lambda: [plane.is_shown_by(stack) for plane in planes] == [True, False, False])


def test_crystals_say_that_their_image_was_changed(layers: Any) -> None:
    sem = draw_sem_image((120, 120), diameter=30, coverage=0.5, seed=3)
    image = layers.add_image(sem.image, name="sem")
    crystals = segment_crystals_layer(layers, image, SegmentationSettings(size=30))
    assert changed_picture(layers, crystals) == ""
    image.data[:30] = 50
    assert changed_picture(layers, crystals).startswith("sem has other pixels")


def test_large_planes_are_compared_by_every_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.zeros((2, 400, 100), np.uint8)
    monkeypatch.setattr("napari_rocks2net.plugin.layers.layer_contents.STRIP_BYTES", 10_000)
    contents = PixelContents(pixels)
    contents.note((1,))
    pixels[0] = 9
    assert not contents.differs((1,))
    assert not contents.differs((0,)), "nothing is known about a plane that was not read"
    pixels[1, 203:207, 50] = 9
    assert contents.differs((1,)), "four rows of a plane that is four times too large"


def test_a_plane_is_noted_by_its_first_reading_and_by_all_its_copies(layers: Any, dark: np.ndarray) -> None:
    layer = layers.add_image(dark, name="photo")
    (first,) = image_planes(layer)
    layer.data[...] = 9
    assert np.all(first.read() == 9), "nothing was read before"
    (second,) = image_planes(layer)
    layer.data[...] = 8
    with pytest.raises(ImageLayerError):
        first.read_values()
    assert np.all(second.read() == 8)
