"""A map of a slide, and points that are counted on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from napari_rocks2net.plugin.crystals.crystal_layers import is_crystals
from napari_rocks2net.plugin.layers.mark import is_photo
from napari_rocks2net.plugin.slides.slide_widget import SlideWidget


@pytest.fixture
def count_points(viewer: Any) -> Callable[[], Any]:
    """Open the widget Count points as the menu does, with what a person types."""

    def open_it() -> Any:
        _, widget = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Count points")
        widget.form.observer.value, widget.form.classes.value = "Ana", "red, blue"
        widget.form.fields["points"].value = 20
        return widget

    return open_it


def test_the_map_that_suggests_is_one_of_the_plane_that_is_counted(
    viewer: Any,
    open_widget: Callable[[], SlideWidget],
    count_points: Callable[[], Any],
    qtbot: Any,
    two_halves: np.ndarray,
    tmp_path: Path,
) -> None:
    tifffile.imwrite(tmp_path / "stack.tif", np.stack([two_halves, two_halves[:, ::-1]]), photometric="rgb")
    (stack,) = viewer.open(str(tmp_path / "stack.tif"), plugin="napari")
    viewer.dims.set_current_step(0, 0)
    mapping = open_widget()
    mapping.map()
    qtbot.waitUntil(lambda: not mapping.running)
    counting = count_points()

    counting.begin()
    counting.suggest()
    (names,) = counting.session.count.suggestions.values()
    positions = counting.session.count.positions
    width = two_halves.shape[1]
    left = positions[:, 1] < 0.4 * width
    assert {names[point] for point in np.flatnonzero(left)} == {"red"}
    # What is chosen for the next count has no say in this one.
    other = viewer.add_image(two_halves[:, ::-1], name="other", rgb=True)
    assert counting.form.photo.value == str(other.unique_id)
    counting.suggest()
    assert "no map" not in counting.status.text()
    counting.close_count()

    viewer.layers.selection.active = stack
    viewer.dims.set_current_step(0, 1)
    counting.begin()
    counting.suggest()
    assert "There is no map of this photo" in counting.status.text()
    counting.close_count()


def test_what_is_mapped_and_counted_is_what_is_selected_and_seen(
    viewer: Any,
    open_widget: Callable[[], SlideWidget],
    count_points: Callable[[], Any],
    qtbot: Any,
    two_halves: np.ndarray,
) -> None:
    lower, upper = (
        viewer.add_image(image, name=name, rgb=True)
        for name, image in (("lower", two_halves), ("upper", two_halves[:, ::-1]))
    )
    mapping, counting = open_widget(), count_points()
    for choice in (mapping.form.slide, counting.form.photo):
        assert choice.value == str(upper.unique_id)
        viewer.layers.selection.active = lower
        assert choice.value == str(lower.unique_id)
        viewer.layers.selection.active = upper
    upper.name = "renamed"
    assert mapping.form.slide.value == str(upper.unique_id)
    mapping.form.slide.value = str(lower.unique_id)
    upper.name = "upper"
    assert mapping.form.slide.value == str(lower.unique_id)
    mapping.map()
    qtbot.waitUntil(lambda: not mapping.running)
    assert lower.visible
    assert not upper.visible
    confidence = viewer.layers["confidence: colour"]
    assert not is_photo(confidence)
    assert not is_crystals(viewer.layers["map: colour"])
    viewer.layers.selection.active = confidence
    photos = [str(lower.unique_id), str(upper.unique_id)]
    assert [*mapping.form.slide.choices] == [*counting.form.photo.choices] == photos


def test_a_widget_opens_with_the_topmost_visible_photo(
    viewer: Any, count_points: Callable[[], Any], two_halves: np.ndarray
) -> None:
    lowest, middle, hidden = (viewer.add_image(two_halves, name=name, rgb=True) for name in "abc")
    hidden.visible = False
    viewer.layers.selection = {lowest, middle}
    assert viewer.layers.selection.active is None
    assert count_points().form.photo.value == str(middle.unique_id)
