"""Views of a field in a viewer: paired, laid on one another, switched between, answered once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.plugin import classify_layers
from napari_rocks2net.plugin.layers.field_views import guessed_views, one_plane_a_field, with_view
from napari_rocks2net.plugin.layers.image_planes import image_planes
from napari_rocks2net.plugin.layers.mark import ImageMark
from napari_rocks2net.plugin.layers.plane import ImageLayerError
from napari_rocks2net.plugin.layers.result_table import shown_rows
from napari_rocks2net.plugin.views.view_table import RESULT
from napari_rocks2net.plugin.views.views_widget import READY
from napari_rocks2net.plugin.work.preferences import remembered_light_rule
from napari_rocks2net.synthetic import draw_slide

SIDE, SHIFT = 160, (7, 11)


@pytest.fixture(scope="module")
def slide():
    return draw_slide("granite", size=200, seed=5)


@pytest.fixture
def viewer(make_napari_viewer: Any, slide: Any) -> Any:
    """A viewer with a field in PPL, and in XPL from a camera that was moved."""
    viewer = make_napari_viewer()
    y, x = SHIFT
    viewer.add_image(slide.ppl()[:SIDE, :SIDE], name="S12 PPL", scale=(4, 4))
    viewer.add_image(slide.xpl(30)[y : y + SIDE, x : x + SIDE], name="S12 XPL", scale=(4, 4))
    return viewer


@pytest.fixture
def widget(viewer: Any) -> Any:
    _, widget = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Pair views")
    return widget


def select(viewer: Any, *names: str) -> None:
    viewer.layers.selection = {viewer.layers[name] for name in names}


def test_a_field_is_paired_laid_and_looked_through(viewer, widget, qtbot, slide):
    select(viewer, "S12 PPL", "S12 XPL")
    widget.pair()
    marks = [ImageMark.of(layer.metadata) for layer in viewer.layers]
    assert [mark.light for mark in marks] == ["PPL", "XPL"]
    assert marks[0].field == marks[1].field != ""
    pixels = [layer.data.copy() for layer in viewer.layers]
    widget.register()
    qtbot.waitUntil(lambda: not widget.jobs.running, timeout=60_000)
    moved = viewer.layers["S12 XPL"].data_to_world((0, 0))
    assert np.abs(np.array(moved) / 4 - SHIFT).max() < 1
    assert "fit" in widget.table.item(1, RESULT).text()
    assert all((layer.data == before).all() for layer, before in zip(viewer.layers, pixels, strict=True))
    select(viewer, "S12 PPL")
    assert len(widget.table.layers) == 2
    widget.show_next(1)
    assert [layer.visible for layer in viewer.layers] == [False, True]
    assert widget.status.text() == "S12 XPL: XPL."
    assert "fit" in widget.table.item(1, RESULT).text(), "what was measured stays in sight"
    widget.show_next(1)
    assert [layer.visible for layer in viewer.layers] == [True, False]
    widget.undo_register()
    assert viewer.layers["S12 XPL"].data_to_world((0, 0)) == (0, 0)
    # A layer that shows something else fits nowhere, and is left alone.
    other = draw_slide("granite", size=SIDE, seed=9).xpl(0)
    viewer.add_image(other, name="S13 XPL", scale=(4, 4))
    assert widget.status.text() == READY
    select(viewer, "S12 PPL")
    assert widget.status.text() == "One field: S12 PPL (PPL), S12 XPL (XPL)."
    select(viewer, "S12 PPL", "S13 XPL")
    widget.register()
    qtbot.waitUntil(lambda: not widget.jobs.running, timeout=60_000)
    assert "fits nowhere" in widget.status.text()
    assert viewer.layers["S13 XPL"].data_to_world((0, 0)) == (0, 0)
    viewer.layers.remove("S13 XPL")
    assert "S13 XPL" not in [layer.name for layer in widget.table.layers]


def test_a_layer_that_was_given_another_picture_meanwhile_is_not_moved(viewer, widget, qtbot):
    select(viewer, "S12 PPL", "S12 XPL")
    widget.pair()
    widget.register()
    viewer.layers["S12 XPL"].data = np.flipud(viewer.layers["S12 XPL"].data)
    qtbot.waitUntil(lambda: not widget.jobs.running, timeout=60_000)
    assert viewer.layers["S12 XPL"].data_to_world((0, 0)) == (0, 0)
    assert widget.status.text().startswith("0 of 1 layers laid")


def test_why_photos_make_no_field_is_reported(viewer, widget):
    select(viewer, "S12 PPL")
    widget.pair()
    assert "two views or more" in widget.status.text()
    select(viewer, "S12 PPL", "S12 XPL")
    widget.table.set_view(1, "PPL")
    widget.pair()
    assert "two views in PPL, S12 PPL and S12 XPL" in widget.status.text()
    widget.table.set_view(1, "")
    widget.pair()
    assert "Choose the light of 'S12 XPL'" in widget.status.text()
    widget.table.set_view(1, "XPL", "north")
    widget.pair()
    assert "no stage angle" in widget.status.text()
    assert ImageMark.of(viewer.layers[0].metadata) is None


def test_names_of_ones_own_are_learnt_from_a_field_that_was_paired(viewer, widget, rgb):
    for name in ("12a", "12b", "57b"):
        viewer.add_image(rgb, name=name)
    select(viewer, "12a", "12b")
    widget.table.set_view(0, "PPL")
    widget.table.set_view(1, "XPL")
    widget.pair()
    select(viewer, "57b")
    assert [view.light for view in widget.table.views().values()] == ["XPL"]
    # Another session, and the collection, know the names as well.
    assert remembered_light_rule().match("99a").light == "PPL"


def test_photos_of_one_name_in_two_folders_teach_nothing_about_other_names(viewer, widget, rgb, tmp_path):
    for light, angle in (("ppl", ""), ("xpl", ""), ("other", "-15"), ("other", "+0")):
        file = tmp_path / light / f"10a{angle}.png" if light != "other" else tmp_path / f"W{angle}gyp.png"
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(rgb).save(file)
        viewer.open(str(file), plugin="napari")
    select(viewer, "10a", "10a [1]")
    widget.pair()
    select(viewer, "W-15gyp", "W+0gyp")
    views = [(view.light, view.angle) for view in widget.table.views().values()]
    assert views == [("XPL with plate", -15), ("XPL with plate", 0)]


def test_an_axis_of_a_stack_turns_the_stage(viewer, widget, rgb):
    stack = viewer.add_image(np.stack([rgb] * 4), rgb=True, name="granite XPL")
    select(viewer, "granite XPL")
    widget.step.setValue(0)
    widget.turn_stage()
    assert "full turn, or none" in widget.status.text()
    widget.step.setValue(15)
    widget.turn_stage()
    [field] = one_plane_a_field([with_view(plane, stack) for plane in image_planes(stack)])
    assert [view.angle for view in (field, *field.other_views)] == [0, 15, 30, 45]
    assert field.light == "XPL"
    viewer.dims.set_current_step(0, 0)
    widget.show_next(1)
    assert viewer.dims.current_step[0] == 1
    assert widget.status.text() == "granite XPL: the stage at 15°."
    select(viewer, "S12 PPL")
    assert widget.status.text() == READY
    widget.turn_stage()
    assert "no stack" in widget.status.text()


def test_views_are_switched_below_points_that_are_counted(viewer, widget):
    select(viewer, "S12 PPL", "S12 XPL")
    widget.pair()
    points = viewer.add_points([[5, 5]])
    viewer.layers.selection = {points}
    for seen in ("S12 PPL", "S12 XPL"):
        widget.show_next(1)
        assert [layer.name for layer in viewer.layers if layer.visible] == [seen, points.name]
        assert viewer.layers.selection.active is points


def test_a_field_gets_one_answer_and_photos_one_each(viewer, widget, model_path):
    classifier = RockClassifier.load(model_path, device="cpu")
    _, apart = classify_layers(viewer, ["S12 PPL", "S12 XPL"], classifier)
    assert len(apart.data) == 2
    select(viewer, "S12 PPL", "S12 XPL")
    widget.pair()
    _, together = classify_layers(viewer, ["S12 PPL", "S12 XPL"], classifier)
    assert len(together.data) == 1
    assert len(shown_rows(viewer.layers)) == 1
    select(viewer, "S12 PPL")
    widget.part()
    assert len(classify_layers(viewer, ["S12 PPL", "S12 XPL"], classifier)[1].data) == 2


def test_layers_that_a_script_pairs_badly_are_refused(viewer, model_path):
    for layer in viewer.layers:
        layer.metadata["rocks2net"] = {"field": "f", "light": "XPL"}
    with pytest.raises(ImageLayerError, match="two views in XPL"):
        classify_layers(viewer, list(viewer.layers), RockClassifier.load(model_path, device="cpu"))


def test_a_mark_with_a_light_that_is_none_is_no_mark(viewer):
    viewer.layers[0].metadata["rocks2net"] = {"field": "f", "light": "dim"}
    assert ImageMark.of(viewer.layers[0].metadata) is None
    assert guessed_views([viewer.layers[0]])[0].light == "PPL"
