from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.crystals import SegmentationSettings
from napari_rocks2net.crystals.segmentation.window import Window
from napari_rocks2net.crystals.synthetic import SemImage
from napari_rocks2net.plugin.crystals.crystal_layers import is_made_by_us
from napari_rocks2net.plugin.crystals.preview import (
    SegmentationPreview,
    preview_request,
    visible_window,
)
from napari_rocks2net.plugin.layers.image_planes import image_plane
from napari_rocks2net.plugin.layers.mark import CRYSTALS_PREVIEW

windows = st.builds(
    lambda top, left, height, width: Window(top, left, top + height, left + width),
    *(st.integers(0, 3000), st.integers(0, 3000), st.integers(1, 3000), st.integers(1, 3000)),
)


@given(windows, st.integers(400, 10_000_000))
def test_the_middle_is_inside_and_no_larger_than_asked(window: Window, most: int) -> None:
    middle = window.middle(most)
    assert middle.clipped(window) == middle
    # Whole pixels: half a row and half a column more on each side at most.
    assert middle.area <= most + 2 * (window.bottom - window.top + window.right - window.left) + 4
    assert window.middle(window.area) == window


@given(windows, windows)
def test_what_lies_in_both_windows_is_the_same_from_either(one: Window, other: Window) -> None:
    assert one.clipped(other) == other.clipped(one)
    assert one.clipped(other).area <= min(one.area, other.area)


def test_small_crystals_are_previewed_in_a_smaller_part(layers: Any) -> None:
    picture = image_plane(layers.add_image(np.zeros((3000, 3000))))
    whole = Window(0, 0, 3000, 3000)
    small, large = (preview_request(picture, whole, SegmentationSettings(), size) for size in (16, 64))
    assert small.window.area < large.window.area < whole.area
    assert small.partial
    assert not preview_request(picture, Window(0, 0, 90, 90), SegmentationSettings(), 32).partial


def test_of_a_pyramid_the_finest_pixels_are_counted(layers: Any) -> None:
    image = layers.add_image([np.zeros((400, 600)), np.zeros((200, 300))], multiscale=True)
    image._data_level = 1
    image.corner_pixels = np.array([[10, 20], [99, 149]])
    assert visible_window(image, image_plane(image)) == Window(20, 40, 200, 300)


def test_it_shows_what_is_seen_where_it_is_and_is_taken_away(
    qtbot: Any, layers: Any, sem_image: SemImage
) -> None:
    image = layers.add_image(sem_image.image, scale=(0.5, 0.5), translate=(7, 9))
    preview = SegmentationPreview(layers)
    preview.on = True
    seen = Window(20, 30, 140, 180)
    request = preview_request(image_plane(image), seen, SegmentationSettings(levels=3), 30)
    with qtbot.waitSignal(preview.message, timeout=120_000) as message:
        preview.show(request)
    layer = preview.layer
    assert layer is not None
    assert is_made_by_us(layer, CRYSTALS_PREVIEW)
    assert f"{layer.data.max()} crystals" in message.args[0]
    assert layer.data.shape == (120, 150)
    np.testing.assert_allclose(layer.data_to_world((0, 0)), image.data_to_world((20, 30)))
    preview.turn(False)
    assert list(layers.layers) == [image]
    preview.close_jobs()


def test_where_the_image_is_not_in_view_it_says_so(layers: Any, sem_image: SemImage) -> None:
    image, messages = layers.add_image(sem_image.image), []
    preview = SegmentationPreview(layers)
    preview.message.connect(messages.append)
    preview.show(preview_request(image_plane(image), Window(5, 5, 5, 90), SegmentationSettings(), 30))
    assert "not in view" in messages[0]
    preview.close_jobs()


@pytest.mark.parametrize("gone", ["layer", "nothing"])
def test_taking_it_away_twice_or_after_the_person_did_is_no_harm(layers: Any, gone: str) -> None:
    preview = SegmentationPreview(layers)
    preview.layer = layers.add_labels(np.zeros((9, 9), int))
    if gone == "layer":
        layers.layers.remove(preview.layer)
    preview.turn(False)
    preview.close_jobs()
    assert len(layers.layers) == 0
