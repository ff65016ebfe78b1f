"""The Annotate widget in a real viewer, used as a person uses it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
import pytest
import tifffile
from napari.layers import Image, Shapes
from PIL import Image as Picture
from qtpy.QtCore import Qt

from napari_rocks2net.annotation import (
    AnnotatedRegion,
    CollectionSession,
    Vocabulary,
    read_collection,
    with_regions,
)
from napari_rocks2net.annotation.image_table import LABEL, NAME, SECTION, STATE
from napari_rocks2net.samples import Region

BOX = np.array([[5, 5], [5, 25], [15, 25], [15, 5]], float)


def press(viewer: Any, key: str) -> None:
    """Press a key on the canvas."""
    getattr(viewer.window, "__wrapped__", viewer.window)._qt_viewer.canvas._key_map_handler.press_key(key)


def regions(widget: Any) -> tuple[AnnotatedRegion, ...]:
    return widget.annotator.image(widget.annotator.current).regions


def cell(widget: Any, row: int, column: int) -> Any:
    return widget.page.images.index(row, column).data()


def test_from_nothing_to_a_saved_label(
    viewer: Any, open_widget: Any, photos: list[Path], tmp_path: Path, shown: Any, layers_read: Any
) -> None:
    for photo in photos[:2]:
        viewer.open(photo, plugin="napari")
    layers = list(viewer.layers)
    widget = open_widget()
    widget.file_panel.new_collection(tmp_path / "mine.collection.json")
    widget.vocabulary.add_vocabulary(lambda: Vocabulary.of_property("grain"))
    widget.file_panel.adding.add_open_layers()
    layers_read(widget)
    shown(widget)
    assert viewer.layers.selection.active is not None
    viewer.layers.selection.active = widget.layers.image
    press(viewer, "2")
    saved = read_collection(tmp_path / "mine.collection.json")
    assert [image.file for image in saved.images] == photos[:2]
    assert saved.images[0].labels == {"grain": "medium crystal"}
    assert list(viewer.layers)[:2] == layers


@pytest.mark.parametrize("ndisplay", [2, 3])
def test_an_image_is_shown_whole_beside_an_open_stack(
    viewer: Any, open_widget: Any, session: CollectionSession, shown: Any, ndisplay: int
) -> None:
    viewer.add_image(np.zeros((5, 900, 900), np.uint8))
    viewer.dims.ndisplay = ndisplay
    widget = open_widget()
    widget.file_panel.open_collection(session.path)
    shown(widget)
    start, end = widget.layers.image.extent.world[:, -2:]
    camera = viewer.scene.camera
    assert camera.center[-2:] == pytest.approx((start + end) / 2)
    part = (end - start) * camera.zoom / viewer.canvas.size
    assert 0.9 < max(part) < 1


def test_one_image_and_one_shapes_layer_are_ours(widget: Any, viewer: Any, shown: Any) -> None:
    image, shapes = widget.layers.image, widget.layers.regions.layer
    for _ in range(3):
        widget.annotator.show_next()
        shown(widget)
    assert list(viewer.layers) == [image, shapes]
    assert isinstance(image, Image)
    assert isinstance(shapes, Shapes)


def test_the_layer_shows_the_pixels_of_the_current_image(widget: Any, photos: list[Path], shown: Any) -> None:
    widget.annotator.show_next(1)
    shown(widget)
    np.testing.assert_array_equal(widget.layers.image.data, np.asarray(Picture.open(photos[1])))


def test_keys_on_our_layer(widget: Any, viewer: Any, shown: Any) -> None:
    viewer.layers.selection.active = widget.layers.image
    press(viewer, "1")
    press(viewer, "3")
    press(viewer, "N")
    press(viewer, "P")
    labels = [image.labels.get("lithology") for image in widget.annotator.collection.images]
    assert labels[:3] == ["granite", "basalt", None]
    assert widget.annotator.current == widget.annotator.collection.images[2].key
    press(viewer, "Control-Z")
    assert widget.annotator.collection.images[1].labels == {}
    press(viewer, "Control-Shift-Z")
    assert widget.annotator.collection.images[1].labels == {"lithology": "basalt"}


def test_keys_do_nothing_while_another_layer_is_active(widget: Any, viewer: Any) -> None:
    viewer.add_image(np.zeros((40, 50)), name="other")
    press(viewer, "1")
    assert all(not image.labels for image in widget.annotator.collection.images)


def test_keys_in_the_table_label_what_is_selected(widget: Any, qtbot: Any) -> None:
    table = widget.page.table
    table.setFocus()
    chosen, flags = table.selectionModel(), table.selectionModel().SelectionFlag
    # `selectRow` adds to what is selected where a test before has left Ctrl pressed.
    chosen.setCurrentIndex(widget.page.images.index(1, NAME), flags.ClearAndSelect | flags.Rows)
    chosen.select(widget.page.images.index(3, NAME), flags.Select | flags.Rows)
    qtbot.keyClick(table, Qt.Key.Key_3)
    labels = [image.labels.get("lithology") for image in widget.annotator.collection.images]
    assert labels == [None, "basalt", None, "basalt", None, None]
    qtbot.keyClick(table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not any(image.labels for image in widget.annotator.collection.images)


def test_a_section_typed_in_the_table_is_kept(widget: Any) -> None:
    widget.page.images.setData(widget.page.images.index(0, SECTION), "A 17")
    widget.annotator.apply(widget.annotator.collection.with_section_pattern(r"_(\w+)_"), "pattern")
    sections = [cell(widget, row, SECTION) for row in range(3)]
    assert sections == ["A 17", "PPL", "PPL"]


def test_the_buttons_do_what_the_keys_do(widget: Any, qtbot: Any) -> None:
    click = Qt.MouseButton.LeftButton
    assert not widget.undo.isEnabled()
    widget.annotator.label_number(1)
    qtbot.mouseClick(widget.undo, click)
    assert not any(image.labels for image in widget.annotator.collection.images)
    qtbot.mouseClick(widget.redo, click)
    assert widget.annotator.collection.images[0].labels == {"lithology": "granite"}
    qtbot.mouseClick(widget.page.previous, click)
    qtbot.mouseClick(widget.page.clear, click)
    assert widget.annotator.collection.images[0].labels == {}


def test_a_region_drawn_by_code_is_saved_and_labelled(widget: Any, viewer: Any, qtbot: Any) -> None:
    layer = widget.layers.regions.layer
    layer.add_rectangles(BOX)
    qtbot.waitUntil(lambda: len(regions(widget)) == 1)
    assert regions(widget)[0].area.box == (5.5, 5.5, 15.5, 25.5)
    assert regions(widget)[0].labels == {}
    layer.selected_data = {0}
    viewer.layers.selection.active = layer
    press(viewer, "3")
    assert regions(widget)[0].labels == {"lithology": "basalt"}
    assert layer.features["lithology"].tolist() == ["basalt"]
    vocabulary = widget.annotator.vocabulary
    from napari.utils.colormaps.standardize_color import transform_color

    np.testing.assert_allclose(layer.edge_color, transform_color(vocabulary.colour_of("basalt")), atol=1e-6)
    assert read_collection(widget.annotator.session.path).images[0].regions == regions(widget)


def test_a_region_drawn_with_the_mouse(widget: Any, viewer: Any, qtbot: Any) -> None:
    from napari.utils._test_utils import read_only_mouse_event
    from napari.utils.interactions import mouse_move_callbacks, mouse_press_callbacks, mouse_release_callbacks

    layer = widget.layers.regions.layer
    layer.mode = "add_rectangle"
    for kind, place, callbacks in (
        ("mouse_press", (4, 4), mouse_press_callbacks),
        ("mouse_move", (14, 30), mouse_move_callbacks),
        ("mouse_move", (16, 34), mouse_move_callbacks),
        ("mouse_release", (16, 34), mouse_release_callbacks),
    ):
        callbacks(layer, read_only_mouse_event(type=kind, is_dragging=kind == "mouse_move", position=place))
    qtbot.waitUntil(lambda: len(regions(widget)) == 1)
    assert regions(widget)[0].area.kind == "rectangle"
    assert regions(widget)[0].area.box == pytest.approx((4.5, 4.5, 16.5, 34.5), abs=0.01)


def test_a_new_region_has_no_class_however_the_last_one_was_labelled(widget: Any, qtbot: Any) -> None:
    layer = widget.layers.regions.layer
    layer.add_rectangles(BOX)
    layer.selected_data = {0}
    widget.annotator.label_number(2)
    layer.add_rectangles(BOX + 12)
    qtbot.waitUntil(lambda: len(regions(widget)) == 2)
    assert [dict(region.labels) for region in regions(widget)] == [{"lithology": "Übergang fein"}, {}]


@pytest.mark.parametrize("displayed", [2, 3])
def test_new_regions_are_saved_when_the_next_image_comes(
    widget: Any, viewer: Any, shown: Any, displayed: int
) -> None:
    first = widget.annotator.current
    for _ in range(2):
        widget.layers.regions.layer.add_rectangles(BOX)
    viewer.dims.ndisplay = displayed
    widget.annotator.show_next()
    shown(widget)
    assert len(widget.annotator.image(first).regions) == 2
    assert widget.layers.regions.layer.nshapes == 0
    viewer.dims.ndisplay = displayed
    widget.annotator.show_next(-1)
    shown(widget)
    assert widget.layers.regions.layer.nshapes == 2


def test_undo_removes_a_new_region(widget: Any, qtbot: Any) -> None:
    layer = widget.layers.regions.layer
    layer.add_polygons(np.array([[2, 2], [2, 20], [18, 10]], float))
    widget.annotator.undo()
    assert regions(widget) == ()
    assert layer.nshapes == 0
    widget.annotator.redo()
    assert layer.nshapes == 1
    assert layer.shape_type == ["polygon"]


def test_backspace_deletes_the_selected_region_not_the_label(widget: Any, viewer: Any, qtbot: Any) -> None:
    widget.annotator.move_on = False
    widget.annotator.label_number(1)
    layer = widget.layers.regions.layer
    layer.add_rectangles([BOX, BOX + 10])
    layer.selected_data = {0}
    viewer.layers.selection.active = layer
    press(viewer, "Backspace")
    qtbot.waitUntil(lambda: len(regions(widget)) == 1)
    assert widget.annotator.image(widget.annotator.current).labels == {"lithology": "granite"}


def test_a_deleted_layer_comes_back_with_the_next_image(widget: Any, viewer: Any, shown: Any) -> None:
    widget.layers.regions.layer.add_rectangles(BOX)
    first = widget.annotator.current
    viewer.layers.clear()
    assert len(widget.annotator.image(first).regions) == 1
    widget.annotator.label_number(1)
    shown(widget)
    assert len(viewer.layers) == 2
    widget.annotator.show(first)
    shown(widget)
    assert widget.layers.regions.layer.nshapes == 1


def test_a_class_taken_from_the_features_table_is_kept(widget: Any, qtbot: Any) -> None:
    layer = widget.layers.regions.layer
    layer.add_rectangles(BOX)
    qtbot.waitUntil(lambda: len(regions(widget)) == 1)
    layer.features.loc[0, "lithology"] = "granite"
    layer.events.features()
    qtbot.waitUntil(lambda: regions(widget)[0].labels == {"lithology": "granite"})


def test_a_missing_image_keeps_its_labels(
    open_widget: Any, session: CollectionSession, photos: list[Path], qtbot: Any, shown: Any
) -> None:
    session.apply(session.collection.labelled([session.collection.images[0].key], "lithology", "basalt"), "x")
    photos[0].unlink()
    widget = open_widget()
    widget.file_panel.open_collection(session.path)
    shown(widget)
    assert cell(widget, 0, STATE) == "missing"
    widget.annotator.show(session.collection.images[0].key)
    qtbot.waitUntil(lambda: "missing" in widget.status.text())
    assert not widget.layers.image.visible
    assert cell(widget, 0, LABEL) == "basalt"
    widget.annotator.show_next()
    shown(widget)
    assert widget.layers.image.visible


def test_a_damaged_image_is_reported_and_skipped(widget: Any, photos: list[Path], qtbot: Any) -> None:
    photos[4].write_bytes(b"no picture")
    widget.annotator.show(widget.annotator.collection.images[4].key)
    qtbot.waitUntil(lambda: "S3_PPL_1.png" in widget.status.text())
    assert not widget.layers.image.visible


def test_every_plane_of_a_stack_is_a_line(widget: Any, tmp_path: Path, shown: Any, layers_read: Any) -> None:
    stack = np.zeros((3, 40, 50, 3), np.uint8)
    stack[1] = 200
    tifffile.imwrite(tmp_path / "turned.tif", stack, photometric="rgb")
    widget.file_panel.adding.add_paths([tmp_path / "turned.tif"])
    layers_read(widget)
    assert [cell(widget, row, NAME) for row in range(6, 9)] == [f"turned.tif [{plane}]" for plane in range(3)]
    widget.annotator.show(widget.annotator.collection.images[7].key)
    shown(widget)
    assert widget.layers.image.data.min() == 200


def test_our_layers_lie_on_the_layer_of_the_same_file(
    viewer: Any, widget: Any, photos: list[Path], shown: Any
) -> None:
    (layer,) = viewer.open(
        photos[1], plugin="napari", scale=(2, 3), translate=(5, -7), rotate=30, units=("um", "um")
    )
    widget.annotator.show_next()
    shown(widget)
    for ours in (widget.layers.image, widget.layers.regions.layer):
        assert ours.data_to_world((3, 4)) == pytest.approx(layer.data_to_world((3, 4)))
        assert ours.units == layer.units
    widget.annotator.show_next()
    shown(widget)
    assert widget.layers.image.data_to_world((3, 4)) == pytest.approx((3, 4))


def test_the_users_layers_are_not_touched(
    viewer: Any, widget: Any, photos: list[Path], shown: Any, qtbot: Any, layers_read: Any
) -> None:
    (layer,) = viewer.open(photos[0], plugin="napari")
    shapes = viewer.add_shapes([BOX], name="regions")
    before = (layer.data.copy(), layer.metadata.copy(), layer.name, layer.visible)
    widget.file_panel.adding.add_open_layers()
    layers_read(widget)
    for number in (1, 2, 3):
        widget.annotator.label_number(number)
        shown(widget)
    widget.layers.regions.layer.add_rectangles(BOX)
    widget.close_jobs()
    np.testing.assert_array_equal(layer.data, before[0])
    assert (layer.metadata, layer.name, layer.visible) == before[1:]
    assert list(viewer.layers) == [layer, shapes]
    assert shapes.nshapes == 1


def test_closing_the_widget_saves_new_regions_and_removes_our_layers(viewer: Any, widget: Any) -> None:
    key = widget.annotator.current
    widget.layers.regions.layer.add_rectangles(BOX)
    path = widget.annotator.session.path
    viewer.window.remove_dock_widget(widget)
    assert len(viewer.layers) == 0
    assert len(read_collection(path).image(key).regions) == 1


def test_a_layer_without_a_file_is_saved_after_a_question(
    viewer: Any, widget: Any, rng: np.random.Generator, answers: dict[str, Any], qtbot: Any, layers_read: Any
) -> None:
    pixels = rng.integers(0, 4000, (40, 50), dtype=np.uint16)
    viewer.add_image(pixels, name="BSE: 1")
    answers["Save layers"] = False
    widget.file_panel.adding.add_open_layers()
    layers_read(widget)
    assert len(widget.annotator.collection) == 6
    answers["Save layers"] = True
    widget.file_panel.adding.add_open_layers()
    layers_read(widget)
    file = widget.annotator.collection.images[6].file
    assert file == widget.annotator.session.path.parent / "rocks images" / "BSE_ 1.tif"
    np.testing.assert_array_equal(tifffile.imread(file), pixels)
    widget.file_panel.adding.add_open_layers()
    layers_read(widget)
    assert len(widget.annotator.collection) == 7
    assert [path.name for path in file.parent.iterdir()] == ["BSE_ 1.tif"]


def test_the_window_goes_on_while_layers_are_read_and_saved(
    viewer: Any, widget: Any, answers: dict[str, Any], layers_read: Any
) -> None:
    threads: set[int] = set()

    def paint(block: np.ndarray) -> np.ndarray:
        threads.add(threading.get_ident())
        return block + 7

    lazy = da.zeros((400, 500, 3), np.uint8, chunks=(100, 500, 3)).map_blocks(paint, dtype=np.uint8)
    viewer.add_image(lazy, rgb=True, name="lazy", visible=False)
    answers["Save layers"] = True
    threads.clear()
    with dask.config.set(scheduler="synchronous"):
        widget.file_panel.adding.add_open_layers()
        layers_read(widget)
    assert len(widget.annotator.collection) == 7
    assert threads
    assert threading.get_ident() not in threads


def test_overwriting_a_collection_asks_first(
    open_widget: Any, session: CollectionSession, answers: dict[str, Any]
) -> None:
    before = session.path.read_bytes()
    widget = open_widget()
    answers["Replace collection"] = False
    widget.file_panel.new_collection(session.path)
    assert session.path.read_bytes() == before
    assert "6 images" in answers["asked"][0]
    answers["Replace collection"] = True
    widget.file_panel.new_collection(session.path)
    assert len(read_collection(session.path)) == 0


def test_a_file_that_is_no_collection_is_refused_with_the_reason(open_widget: Any, tmp_path: Path) -> None:
    path = tmp_path / "notes.collection.json"
    path.write_text("{]", encoding="utf-8")
    widget = open_widget()
    widget.file_panel.open_collection(path)
    assert "notes.collection.json" in widget.status.text()
    assert widget.annotator.session is None
    assert path.read_text(encoding="utf-8") == "{]"


def test_collections_that_were_open_are_in_the_menu(widget: Any, session: CollectionSession) -> None:
    menu = widget.file_panel.open.menu()
    menu.aboutToShow.emit()
    assert any(session.path.name in action.text() for action in menu.actions())


def test_the_table_filters_and_the_keys_follow_it(widget: Any, qtbot: Any) -> None:
    widget.annotator.label_number(1)
    widget.page.kind.setCurrentText("Unlabelled")
    assert widget.page.images.rowCount() == 5
    before = widget.annotator.current
    widget.annotator.label_number(2)
    assert widget.page.images.rowCount() == 4
    keys = [image.key for image in widget.annotator.collection.images]
    assert (before, widget.annotator.current) == (keys[1], keys[2])
    widget.page.search.setText("S3")
    assert widget.page.images.order() == keys[4:]


def test_a_label_in_the_unlabelled_filter_without_moving_on_keeps_the_image(widget: Any) -> None:
    widget.page.kind.setCurrentText("Unlabelled")
    widget.annotator.move_on = False
    before = widget.annotator.current
    widget.annotator.label_number(1)
    assert widget.annotator.current == before


def test_labelling_is_quick_in_a_collection_of_500(
    open_widget: Any, tmp_path: Path, photos: list[Path], shown: Any, qtbot: Any, layers_read: Any
) -> None:
    data = photos[0].read_bytes()
    for number in range(500):
        (tmp_path / f"many_{number:03}.png").write_bytes(data)
    widget = open_widget()
    widget.file_panel.new_collection(tmp_path / "many.collection.json")
    widget.vocabulary.add_vocabulary(lambda: Vocabulary.of_property("grain"))
    start = time.thread_time()
    widget.file_panel.adding.add_paths(sorted(tmp_path.glob("many_*.png")))
    layers_read(widget)
    assert time.thread_time() - start < 5
    shown(widget)
    times = []
    for number in range(20):
        start = time.thread_time()
        widget.annotator.label_number(number % 7 + 1)
        times.append(time.thread_time() - start)
        qtbot.wait(5)
    # 50 ms is the aim; time in which others have the processor does not count.
    assert sorted(times)[10] < 0.15


def test_2000_regions_on_one_image_stay_usable(widget: Any, rng: np.random.Generator, shown: Any) -> None:
    corners = rng.uniform(0, 30, (2000, 2))
    boxes = [Region.rectangle(y, x, y + 3, x + 4) for y, x in corners]
    regions = [AnnotatedRegion.new(box, {"lithology": "basalt"}) for box in boxes]
    start = time.thread_time()
    widget.annotator.apply(
        with_regions(widget.annotator.collection, {widget.annotator.current: regions}), "many regions"
    )
    assert widget.layers.regions.layer.nshapes == 2000
    assert time.thread_time() - start < 10


def test_every_control_has_a_tooltip(widget: Any) -> None:
    from qtpy.QtWidgets import QCheckBox, QComboBox, QLineEdit, QListWidget, QPushButton, QTableView

    kinds = (QPushButton, QComboBox, QLineEdit, QCheckBox, QListWidget, QTableView)
    controls = [each for kind in kinds for each in widget.findChildren(kind) if _ours(each)]
    assert len(controls) > 15
    assert [each for each in controls if not each.toolTip()] == []


def _ours(control: Any) -> bool:
    """Leave out what Qt puts inside of other controls."""
    from qtpy.QtWidgets import QComboBox, QHeaderView, QTableView

    parent = control.parentWidget()
    inside = any(isinstance(parent, kind) for kind in (QComboBox, QTableView))
    popup = control.window() is not parent.window() if parent else False
    return not (inside or popup or isinstance(control, QHeaderView) or "Private" in type(control).__name__)


def test_it_fits_into_a_dock_of_400_pixels(widget: Any) -> None:
    assert widget.minimumSizeHint().width() <= 400
    assert widget.sizeHint().width() == 400


def test_the_widget_says_what_stands_in_the_way_of_a_training(widget: Any) -> None:
    widget.annotator.label_number(1)
    assert "'granite' is in one thin section only" in widget.vocabulary.warnings.text()


def test_after_another_program_labelled_the_work_here_goes_on_under_another_name(
    widget: Any, session: CollectionSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_rocks2net.plugin.work import questions

    other = CollectionSession.open(session.path)
    keys = [image.key for image in other.collection.images]
    other.apply(other.collection.labelled(keys[:1], "lithology", "basalt"), "label")
    widget.annotator.label("granite")
    assert "was changed by another program" in widget.status.text()
    assert widget.annotator.current == keys[0]
    assert widget.annotator.collection.images[0].labels == {}
    monkeypatch.setattr(questions, "ask_save_file", lambda *_, **__: tmp_path / "mine")
    widget.file_panel.open.menu().aboutToShow.emit()
    (entry,) = [each for each in widget.file_panel.open.menu().actions() if "another name" in each.text()]
    entry.trigger()
    widget.annotator.label("granite")
    labels = [
        read_collection(path).images[0].labels for path in (session.path, tmp_path / "mine.collection.json")
    ]
    assert labels == [{"lithology": "basalt"}, {"lithology": "granite"}]
    assert "mine.collection.json" in widget.file_panel.path.text()


def test_another_collection_is_replaced_by_save_as_after_one_question(
    widget: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_rocks2net.plugin.work import questions

    other = tmp_path / "other.collection.json"
    CollectionSession.create(other)
    asked: list[str] = []
    for answer in (False, True):
        monkeypatch.setattr(questions, "confirm", lambda *texts, a=answer: (asked.append(texts[-1]), a)[1])
        widget.file_panel.save_as(other)
        assert len(read_collection(other).images) == (6 if answer else 0)
        assert widget.annotator.session.path.name == (other.name if answer else "rocks.collection.json")
    assert len(asked) == 2
    assert "other.collection.json" in asked[0]


def test_undo_shows_the_photo_that_it_changes(widget: Any, shown: Any) -> None:
    keys = [image.key for image in widget.annotator.collection.images]
    widget.annotator.label("granite")
    widget.annotator.show(keys[4])
    widget.annotator.undo()
    assert widget.annotator.current == keys[0]
    widget.annotator.show(keys[5])
    widget.annotator.redo()
    assert widget.annotator.current == keys[0]


def test_undo_of_a_class_shows_no_other_photo(widget: Any, answers: dict[str, Any]) -> None:
    widget.annotator.label("granite")
    answers["Add classes"] = "gabbro"
    widget.vocabulary.add_classes.click()
    current = widget.annotator.current
    widget.annotator.undo()
    assert widget.annotator.current == current


def test_selected_lines_outlive_a_new_class(widget: Any, answers: dict[str, Any]) -> None:
    widget.page.table.selectAll()
    answers["Add classes"] = "gabbro"
    widget.vocabulary.add_classes.click()
    assert len(widget.annotator.targets()) == 6


def test_a_message_of_any_length_and_a_running_model_move_nothing(
    viewer: Any, widget: Any, qtbot: Any
) -> None:
    viewer.window.resize(1280, 720)
    qtbot.wait(50)
    before = widget.page.table.geometry()
    widget.annotator.message.emit("long " * 200)
    widget.predicting.jobs.show()
    qtbot.wait(50)
    assert widget.page.table.geometry() == before


def test_it_fits_a_small_screen_with_room_for_six_lines_of_the_table(
    viewer: Any, widget: Any, qtbot: Any
) -> None:
    viewer.window.resize(1280, 720)
    qtbot.wait(100)
    assert widget.window().height() == 720
    widget.tabs.setCurrentWidget(widget.page)
    qtbot.wait(50)
    assert widget.page.table.viewport().height() >= 6 * widget.page.table.rowHeight(0)


def test_the_page_that_opens_is_that_of_what_is_lacking(
    open_widget: Any, tmp_path: Path, photos: list[Path], layers_read: Any
) -> None:
    widget = open_widget()
    assert widget.tabs.currentWidget() is widget.file_panel
    widget.file_panel.new_collection(tmp_path / "mine.collection.json")
    assert widget.tabs.currentWidget() is widget.file_panel
    widget.file_panel.adding.add_paths(photos)
    layers_read(widget)
    assert widget.tabs.currentWidget() is widget.vocabulary
    widget.vocabulary.add_vocabulary(lambda: Vocabulary.of_property("grain"))
    widget.file_panel.open_collection(widget.annotator.session.path)
    assert widget.tabs.currentWidget() is widget.page


def test_a_button_for_each_class_labels(widget: Any, qtbot: Any) -> None:
    names = [each.text() for each in widget.page.keys.buttons]
    assert names == ["1 granite", "2 Übergang fein", "3 basalt"]
    widget.page.keys.buttons[2].click()
    assert widget.annotator.collection.images[0].labels == {"lithology": "basalt"}
    widget.vocabulary.add_vocabulary(lambda: Vocabulary.of_classes("many", [f"c{n}" for n in range(20)]))
    assert len(widget.page.keys.buttons) == 13
    assert widget.page.keys.buttons[-1].text() == "8 more"


def test_regions_of_all_images_are_exported_and_imported(
    widget: Any, tmp_path: Path, shown: Any, session: CollectionSession
) -> None:
    keys = [image.key for image in widget.annotator.collection.images]
    for key in keys[:2]:
        region = AnnotatedRegion.new(Region.rectangle(0, 0, 5, 5), {"lithology": "basalt"})
        widget.annotator.apply(with_regions(widget.annotator.collection, {key: [region]}), "region")
    before = widget.annotator.collection
    exchange = widget.file_panel.import_export
    exchange.export_all_geojson(tmp_path / "all.geojson")
    for _ in range(2):
        widget.annotator.undo()
    messages: list[str] = []
    widget.annotator.message.connect(messages.append)
    exchange.import_all_geojson([tmp_path / "all.geojson"])
    assert widget.annotator.collection == before
    exchange.import_all_geojson([tmp_path / "all.geojson"])
    done = "Done: import all.geojson. "
    assert messages[-2:] == [f"{done}New or changed: 2 labels, 2 regions.", f"{done}Nothing in it is new."]


def test_a_three_dimensional_layer_opened_afterwards_harms_nothing(
    viewer: Any, widget: Any, shown: Any
) -> None:
    viewer.add_image(np.zeros((4, 30, 30), np.uint8))
    viewer.add_image(np.zeros((2, 4, 30, 30), np.uint8))
    widget.layers.image.visible = False
    for ndisplay in (2, 3):
        viewer.dims.ndisplay = ndisplay
        widget.annotator.show_next()
        shown(widget)
    viewer.layers.remove(widget.layers.image)
    widget.annotator.show_next()
    shown(widget)
    assert widget.layers.image in viewer.layers
    assert widget.layers.image.ndim == 2


def test_classes_are_shown_whole_and_a_width_that_was_pulled_stays(widget: Any) -> None:
    table = widget.page.table
    narrow = table.columnWidth(LABEL)
    widget.vocabulary.add_vocabulary(lambda: Vocabulary.of_classes("size", ["very coarse crystal", "mud"]))
    assert widget.annotator.property_name == "size"
    assert table.columnWidth(LABEL) > narrow
    table.setColumnWidth(LABEL, 60)
    widget.annotator.label("mud")
    assert table.columnWidth(LABEL) == 60
