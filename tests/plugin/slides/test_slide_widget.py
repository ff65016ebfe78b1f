"""The Map widget in a real viewer, used as a person uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.plugin import map_layer
from napari_rocks2net.plugin.look import report_button
from napari_rocks2net.plugin.slides import slide_widget
from napari_rocks2net.plugin.slides.slide_widget import SlideWidget
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.slides import MapSettings


def finish(qtbot: Any, widget: SlideWidget) -> None:
    qtbot.waitUntil(lambda: not widget.running)


def click(layer: Any, world: tuple[float, ...]) -> None:
    """Press and release the mouse at a place of the world, as napari tells a layer."""
    event = SimpleNamespace(type="mouse_press", position=world)
    for callback in layer.mouse_drag_callbacks:
        # napari's own for drawing in the layer is none that goes on.
        if (steps := callback(layer, event)) is not None:
            next(steps)
            event.type = "mouse_release"
            next(steps, None)
            event.type = "mouse_press"


def test_a_person_maps_a_slide_and_clicks_on_a_cell(
    viewer: Any, open_widget: Callable[[], SlideWidget], qtbot: Any, two_halves: np.ndarray
) -> None:
    place = {"scale": (2, 2), "translate": (10, 20), "rotate": 30, "units": ("um", "um")}
    slide = viewer.add_image(two_halves, name="scan", rgb=True, **place)
    widget = open_widget()
    qtbot.waitUntil(lambda: "91 windows of 64 pixels every 32." in widget.plan.text())
    widget.map()
    assert widget.running
    finish(qtbot, widget)
    assert widget.status.text().startswith("Mapped 91 cells.")
    assert "91 windows of 64 x 64 pixels (128 µm)" in widget.plan.text()
    labels, confidence = viewer.layers["map: colour"], viewer.layers["confidence: colour"]
    # Each cell lies where its window is, whatever the slide's transform.
    for row, column in ((0, 0), (3, 6), (6, 12)):
        y0, x0, y1, x1 = widget.layers.result.grid.window(row, column)
        middle = slide.data_to_world(((y0 + y1) / 2 - 0.5, (x0 + x1) / 2 - 0.5))
        np.testing.assert_allclose(labels.data_to_world((row, column)), middle, atol=1e-9)
    assert [str(unit) for unit in labels.units] == ["micrometer", "micrometer"]
    assert (labels.data[:, 0] == 1).all()
    assert (labels.data[:, -1] == 2).all()
    assert confidence.data[0, 0] > 0.95
    assert "red 54 %" in widget.legend.text()
    click(labels, slide.data_to_world((100, 40)))
    assert widget.cell.text().startswith("Cell 2, 0: rows 64 to 128, columns 0 to 64. colour: red 100 %")
    window, area = viewer.layers["cell 2, 0"].data
    assert window.min(axis=0).tolist() == [63.5, -0.5]
    np.testing.assert_allclose(area.min(axis=0), [64 + 0.4 * 64 - 0.5, 0.4 * 64 - 0.5], atol=1e-4)


def test_the_map_that_is_shown_is_reported(
    viewer: Any,
    open_widget: Callable[[], SlideWidget],
    qtbot: Any,
    two_halves: np.ndarray,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(questions, "ask_folder", lambda *_: tmp_path / "report")
    monkeypatch.setattr(report_button, "show_page", lambda _: None)
    viewer.add_image(two_halves, name="scan", rgb=True)
    widget = open_widget()
    widget.report.click()
    assert "There is no map yet" in widget.status.text()
    widget.map()
    finish(qtbot, widget)
    widget.report.click()
    qtbot.waitUntil(lambda: not widget.report.running)
    assert f"The report is {tmp_path / 'report' / 'report.html'}" in widget.status.text()
    assert "red" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_mapping_again_replaces_our_layers_and_no_other(
    viewer: Any, open_widget: Callable[[], SlideWidget], qtbot: Any, two_halves: np.ndarray
) -> None:
    viewer.add_image(two_halves, name="scan", rgb=True)
    mine = viewer.add_labels(np.zeros((4, 4), int), name="map: colour")
    widget = open_widget()
    for _ in range(2):
        widget.map()
        finish(qtbot, widget)
    assert len(viewer.layers) == 4
    assert mine in viewer.layers


def test_a_map_can_be_cancelled_and_keeps_what_is_done(
    viewer: Any, open_widget: Callable[[], SlideWidget], qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = np.zeros((1024, 2048, 3), np.uint8)
    picture[..., 0] = 200
    viewer.add_image(picture, name="scan", rgb=True)
    monkeypatch.setattr(slide_widget, "QUICK_SECONDS", 1e9)
    widget = open_widget()
    widget.form.fields["stride"].value = 8
    widget.map()
    qtbot.waitUntil(lambda: widget.layers is not None and widget.jobs.bar.value() > 50)
    widget.jobs.cancel()
    assert not widget.running
    assert 0 < (viewer.layers["map: colour"].data == 1).sum() < widget.layers.result.states.size


def test_a_map_can_be_paused_and_goes_on(
    viewer: Any, open_widget: Callable[[], SlideWidget], qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer.add_image(np.full((512, 512, 3), (200, 60, 60), np.uint8), name="scan", rgb=True)
    monkeypatch.setattr(slide_widget, "QUICK_SECONDS", 1e9)
    widget = open_widget()
    assert not widget.pause_button.isEnabled()
    widget.form.fields["stride"].value = 16
    widget.map()
    qtbot.waitUntil(lambda: widget.layers is not None and widget.jobs.bar.value() > 20)
    widget.pause_button.click()
    assert widget.pause_button.text() == "Go on"
    qtbot.wait(300)
    states = widget.layers.result.states
    done = (states == 1).sum()
    qtbot.wait(300)
    assert (states == 1).sum() == done < states.size
    assert widget.running
    assert widget.status.text().startswith("Paused")
    widget.pause_button.click()
    finish(qtbot, widget)
    assert (states == 1).all()
    assert widget.pause_button.text() == "Pause"


def test_a_map_in_a_folder_is_gone_on_with(
    viewer: Any, open_widget: Callable[[], SlideWidget], qtbot: Any, two_halves: np.ndarray, tmp_path: Path
) -> None:
    viewer.add_image(two_halves, name="scan, XPL", rgb=True)
    widget = open_widget()
    widget.form.out.value = tmp_path
    widget.map()
    finish(qtbot, widget)
    folder = tmp_path / "scan_XPL"
    assert f"Its files are in {folder}." in widget.status.text()
    assert (folder / "areas.csv").is_file()
    (folder / "map.zarr" / "states" / "3.0").unlink()
    widget.map()
    finish(qtbot, widget)
    assert f"6 of 7 rows are in {folder} already" in widget.plan.text()
    assert (viewer.layers["map: colour"].data > 0).all()
    widget.form.fields["stride"].value = 64
    widget.map()
    finish(qtbot, widget)
    assert "holds a map that was begun with another setting" in widget.status.text()


def test_the_way_is_chosen_and_shown(
    viewer: Any, open_widget: Callable[[], SlideWidget], qtbot: Any, two_halves: np.ndarray
) -> None:
    viewer.add_image(two_halves, name="scan", rgb=True)
    widget = open_widget()
    widget.map()
    finish(qtbot, widget)
    assert "Each window by itself: the network does not answer by the means" in widget.plan.text()
    widget.form.fields["way"].value = "dense"
    widget.map()
    finish(qtbot, widget)
    assert "cannot be mapped by the dense way" in widget.status.text()


def test_a_long_map_begins_only_after_a_yes(
    viewer: Any,
    open_widget: Callable[[], SlideWidget],
    qtbot: Any,
    two_halves: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    viewer.add_image(two_halves, name="scan", rgb=True)
    asked: list[str] = []
    monkeypatch.setattr(slide_widget, "QUICK_SECONDS", 0.0)
    monkeypatch.setattr(questions, "confirm", lambda _, __, question: asked.append(question))
    widget = open_widget()
    widget.map()
    finish(qtbot, widget)
    assert "91 windows" in asked[0]
    assert widget.status.text() == "Not begun."
    assert len(viewer.layers) == 1


def test_a_shapes_layer_is_the_region(
    viewer: Any, open_widget: Callable[[], SlideWidget], qtbot: Any, two_halves: np.ndarray
) -> None:
    viewer.add_image(two_halves, name="scan", rgb=True, scale=(2, 2))
    shapes = viewer.add_shapes(name="part")
    widget = open_widget()
    widget.form.region.value = str(shapes.unique_id)
    widget.map()
    assert "holds no closed shape" in widget.status.text()
    # In the world's units, which are half pixels of the slide.
    shapes.add(np.array([[0, 0], [0, 448], [512, 448], [512, 0]]), shape_type="rectangle")
    widget.map()
    finish(qtbot, widget)
    classes = viewer.layers["map: colour"].data
    assert (classes[:, :6] == 1).all()
    assert not classes[:, 7:].any()


def test_what_cannot_be_mapped_is_reported(
    viewer: Any, open_widget: Callable[[], SlideWidget], qtbot: Any
) -> None:
    widget = open_widget()
    widget.map()
    assert widget.status.text() == "No slide is chosen; open a scan first."
    viewer.add_image(np.zeros((50, 300, 3), np.uint8), name="strip", rgb=True)
    qtbot.waitUntil(lambda: "less than one window of 64" in widget.plan.text())
    widget.map()
    finish(qtbot, widget)
    assert "less than one window of 64" in widget.status.text()


def test_a_script_maps_the_shown_plane_of_a_lazy_pyramid(
    layers: Any, colours: RockClassifier, two_halves: np.ndarray
) -> None:
    import dask.array as da

    stack = np.stack([two_halves[:, ::-1], two_halves])
    levels = [da.from_array(stack, chunks=(1, 64, 64, 3)), da.from_array(stack[:, ::2, ::2])]
    layers.add_image(levels, name="stack", rgb=True, multiscale=True)
    layers.dims.set_current_step(0, 1)
    settings = MapSettings(field=64, stride=64)
    result = map_layer(layers, "stack", colours, settings)
    assert (result["colour"].classes()[:, 0] == 1).all()
    layers.dims.set_current_step(0, 0)
    map_layer(layers, "stack", colours, settings)
    # Each map is seen with its own plane alone, whichever was made last.
    maps = [layer for layer in layers.layers if layer.name.startswith("map: colour")]
    shown = []
    for plane in (0, 1):
        layers.dims.set_current_step(0, plane)
        shown.append([int(each.get_value((plane, 32, 32), world=True) or 0) for each in maps])
    assert shown == [[0, 2], [1, 0]]


def test_a_slide_that_was_replaced_before_it_is_mapped_gets_no_map(
    viewer: Any, open_widget: Callable[[], SlideWidget], qtbot: Any, two_halves: np.ndarray
) -> None:
    scan = viewer.add_image(two_halves, name="scan", rgb=True)
    widget = open_widget()
    widget.map()
    scan.data = np.flipud(two_halves)
    finish(qtbot, widget)
    assert "replaced before it was mapped" in widget.status.text()
    assert len(viewer.layers) == 1


def test_the_legend_says_that_the_slide_was_changed_in_place(
    viewer: Any, open_widget: Callable[[], SlideWidget], qtbot: Any, two_halves: np.ndarray
) -> None:
    slide = viewer.add_image(two_halves.copy(), name="scan", rgb=True)
    widget = open_widget()
    widget.map()
    finish(qtbot, widget)
    assert slide_widget.OTHER_PIXELS not in widget.legend.text()
    slide.data[...] = 0
    slide.refresh()
    qtbot.waitUntil(lambda: slide_widget.OTHER_PIXELS in widget.legend.text())
    slide.data[...] = two_halves
    slide.refresh()
    qtbot.waitUntil(lambda: slide_widget.OTHER_PIXELS not in widget.legend.text())
