"""What was wholly seen stays so when a dock takes room from the canvas; a person's own view is theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_rocks2net.plugin.layers.whole_view import WholeView, sees_everything


@pytest.fixture
def photo_viewer() -> ViewerModel:
    viewer = ViewerModel()
    viewer.canvas.size = (600, 800)
    viewer.add_image(np.zeros((300, 400, 3), np.uint8), rgb=True, scale=(2, 2), translate=(50, 70))
    viewer.fit_to_view()
    return viewer


@pytest.mark.parametrize("shape", [None, (4, 90, 900)])
def test_what_was_wholly_seen_stays_so(photo_viewer: ViewerModel, shape: tuple[int, ...] | None) -> None:
    if shape is not None:
        photo_viewer.add_image(np.zeros(shape))
        photo_viewer.fit_to_view()
    assert sees_everything(photo_viewer)
    whole = WholeView(photo_viewer)
    photo_viewer.canvas.size = (600, 400)
    assert sees_everything(photo_viewer)
    whole.release()


def test_a_view_of_a_part_and_one_that_was_released_stay(photo_viewer: ViewerModel) -> None:
    camera = photo_viewer.scene.camera
    whole = WholeView(photo_viewer)
    whole.release()
    zoom = camera.zoom
    photo_viewer.canvas.size = (600, 400)
    assert camera.zoom == zoom
    camera.zoom, photo_viewer.canvas.size = 3, (600, 800)
    assert not sees_everything(photo_viewer)
    whole = WholeView(photo_viewer)
    photo_viewer.canvas.size = (600, 400)
    assert camera.zoom == 3
    whole.release()


def test_nothing_is_wholly_seen_in_an_empty_viewer_in_grid_view_and_in_3d(photo_viewer: ViewerModel) -> None:
    assert not sees_everything(ViewerModel())
    photo_viewer.canvas.grid.enabled = True
    assert not sees_everything(photo_viewer)
    photo_viewer.canvas.grid.enabled = False
    assert sees_everything(photo_viewer)
    photo_viewer.dims.ndisplay = 3
    assert not sees_everything(photo_viewer)


def test_a_photo_stays_whole_beside_a_widget_that_opens(make_napari_viewer_proxy: Any, qtbot: Any) -> None:
    viewer = make_napari_viewer_proxy(show=True)
    viewer.window.resize(1200, 700)
    viewer.add_image(np.zeros((300, 900, 3), np.uint8), rgb=True)
    qtbot.waitUntil(lambda: viewer.canvas.size[1] > 600)
    viewer.fit_to_view()
    width = viewer.canvas.size[1]
    viewer.window.add_plugin_dock_widget("napari-rocks2net", "Count points")
    qtbot.waitUntil(lambda: viewer.canvas.size[1] < width)
    assert sees_everything(viewer)
