"""The Count points widget in a real viewer, used as a person uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
from app_model.types import KeyBinding
from PIL import Image
from qtpy.QtCore import Qt

from napari_rocks2net.plugin.count.count_widget import CountWidget
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.point_counting import EXCLUDED, UNNAMED, read_count


@pytest.fixture
def photo(viewer: Any, tmp_path: Path, rng: np.random.Generator) -> Any:
    """A photo in the viewer, and its file; it is scaled and turned as a person may have done it."""
    Image.fromarray(rng.integers(0, 255, (200, 300, 3), dtype=np.uint8)).save(tmp_path / "A1.png")
    (layer,) = viewer.open(str(tmp_path / "A1.png"), plugin="napari")
    layer.scale, layer.translate, layer.rotate, layer.units = (2, 2), (5, 7), 20, ("um", "um")
    return layer


@pytest.fixture
def open_widget(viewer: Any) -> Iterator[Callable[[], CountWidget]]:
    opened: list[CountWidget] = []

    def open_it(points: int = 20) -> CountWidget:
        _, widget = viewer.window.add_plugin_dock_widget("napari-rocks2net", "Count points")
        opened.append(widget)
        widget.form.observer.value, widget.form.classes.value = "Ana", "quartz, mica"
        widget.form.fields["points"].value = points
        return widget

    yield open_it
    for widget in opened:
        widget.close_count()


def test_a_person_counts_points_by_keys(
    viewer: Any, photo: Any, open_widget: Any, qtbot: Any, tmp_path
) -> None:
    widget = open_widget()
    widget.begin()
    assert "A1.points.csv" in widget.status.text()
    points = viewer.layers["points: A1.png"]
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_Backspace):
        qtbot.keyClick(widget.page, key)
    assert read_count(tmp_path / "A1.points.csv").of("Ana")[:4] == ("quartz", "mica", EXCLUDED, UNNAMED)
    # The camera has the point under the cross in its middle, wherever the photo lies in the world.
    where = widget.session.count.positions[3] - 0.5
    np.testing.assert_allclose(viewer.scene.camera.center[-2:], photo.data_to_world(where), rtol=1e-6)
    np.testing.assert_allclose(points.data_to_world(points.data[3]), photo.data_to_world(where), rtol=1e-6)
    table = widget.page.classes.table
    assert [table.item(0, column).text() for column in range(4)] == ["1", "quartz", "1", "50.0"]
    qtbot.waitUntil(lambda: "100 more points would make it" in widget.page.outlook.text())
    assert widget.page.progress.value() == 3
    # Nothing is drawn where a person looks.
    assert (points.border_color[:, 3] > 0).tolist() == [number != 3 for number in range(20)]
    assert points.face_color[3, 3] == 0
    # The same keys on the canvas.
    points.keymap[KeyBinding.from_str("2")](points)
    assert widget.session.names[3] == "mica"


def test_points_go_with_a_photo_that_is_moved_and_scaled(viewer: Any, photo: Any, open_widget: Any) -> None:
    widget = open_widget()
    widget.begin()
    points, cross = widget.layers.points, widget.layers.cross
    photo.scale, photo.translate, photo.units = (3, 3), (-40, 11), ("mm", "mm")
    where = widget.session.count.positions - 0.5
    for point, position in zip(points.data, where, strict=True):
        np.testing.assert_allclose(points.data_to_world(point), photo.data_to_world(position), rtol=1e-6)
    np.testing.assert_allclose(viewer.scene.camera.center[-2:], photo.data_to_world(where[0]), rtol=1e-6)
    middle = cross.data[:4, 0].mean(axis=0)
    np.testing.assert_allclose(cross.data_to_world(middle), photo.data_to_world(where[0]), rtol=1e-6)
    assert points.units == photo.units


def test_that_all_is_counted_is_said_only_while_it_is_so(viewer: Any, photo: Any, open_widget: Any) -> None:
    widget = open_widget()
    widget.begin()
    for _ in range(20):
        widget.name("quartz")
    assert widget.status.text() == "All 20 points have a name."
    widget.undo()
    assert "A1.points.csv" in widget.status.text()


def test_a_count_goes_on_after_everything_was_closed_and_has_another_observer(
    viewer: Any, photo: Any, open_widget: Any, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    widget = open_widget()
    widget.begin()
    widget.name("quartz")
    widget.close_count()
    assert list(viewer.layers) == [photo]
    monkeypatch.setattr(questions, "confirm", lambda *_: True)
    widget.form.observer.value = "Ben"
    widget.begin()
    assert widget.session.current == 0
    for name in ("quartz", "mica"):
        widget.name(name)
    widget.comparison.compare()
    qtbot.waitUntil(lambda: not widget.jobs.running)
    assert "have both named 1 point. Agreement 100 %" in widget.comparison.text.text()
    widget.undo()
    widget.undo()
    widget.undo()
    assert widget.session.count.progress("Ben") == (0, 20)
    assert widget.session.count.progress("Ana") == (1, 20)


def test_regions_and_exclusions_are_shapes(viewer: Any, photo: Any, open_widget: Any) -> None:
    place = {"scale": photo.scale, "translate": photo.translate, "rotate": photo.rotate, "units": photo.units}
    square = np.array([[0, 0], [0, 150], [100, 150], [100, 0]])
    viewer.add_shapes([square], shape_type="polygon", name="area", **place)
    viewer.add_shapes([square / 2], shape_type="rectangle", name="hole", **place)
    widget = open_widget()
    widget.form.region.value, widget.form.excluded.value = (
        str(viewer.layers[name].unique_id) for name in ("area", "hole")
    )
    widget.begin()
    positions = widget.session.count.positions
    assert len(positions) == 20
    assert (positions < (101, 151)).all()
    assert not (positions < (50, 75)).all(axis=1).any()


def test_of_a_large_slide_only_what_is_looked_at_is_read(
    viewer: Any, open_widget: Any, monkeypatch, tmp_path
) -> None:
    read: list[int] = []

    def block(pixels: np.ndarray) -> np.ndarray:
        read.append(1)
        return pixels

    finest, *others = (
        da.zeros((40_000 // by, 60_000 // by, 3), dtype=np.uint8, chunks=(1024, 1024, 3))
        for by in (1, 8, 100)
    )
    levels = [finest.map_blocks(block, dtype=np.uint8), *others]
    monkeypatch.setattr(questions, "ask_save_file", lambda *_, **__: tmp_path / "slide")
    viewer.add_image(levels, multiscale=True, rgb=True, name="slide")
    widget = open_widget(300)
    widget.begin()
    assert (tmp_path / "slide.points.csv").is_file()
    assert np.ptp(widget.session.count.positions, axis=0).min() > 35_000
    # What is looked at, of 2,400.
    assert len(read) < 250


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda widget: setattr(widget.form.observer, "value", " "), "Nobody is named"),
        (lambda widget: setattr(widget.form.classes, "value", " , "), "No class is named"),
        (lambda widget: setattr(widget.form.fields["points"], "value", 20_000), "closer than the pixels"),
        (lambda widget: setattr(widget.form.fields["spacing_um"], "value", 5000), "larger than the area"),
    ],
)
def test_what_cannot_be_counted_is_reported(
    photo: Any, open_widget: Any, prepare: Any, message: str, tmp_path
) -> None:
    widget = open_widget()
    prepare(widget)
    if widget.form.fields["points"].value == 20_000:
        photo.data = photo.data[:30, :30]
    widget.begin()
    assert message in widget.status.text()
    assert widget.session is None
    assert not list(tmp_path.glob("*.points.csv"))


def test_nothing_is_lost_when_the_points_are_deleted(
    viewer: Any, photo: Any, open_widget: Any, tmp_path
) -> None:
    widget = open_widget()
    widget.begin()
    widget.name("quartz")
    viewer.layers.remove(widget.layers.points)
    widget.name("mica")
    assert "were deleted from the viewer" in widget.status.text()
    assert read_count(tmp_path / "A1.points.csv").of("Ana")[:2] == ("quartz", "mica")


def test_a_model_suggests_and_the_person_decides(
    photo: Any, open_widget: Any, quick: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = open_widget()
    widget.begin()
    monkeypatch.setattr(widget.suggest_box.models, "classifier_loader", lambda _: quick)
    widget.suggest_box.source.setCurrentIndex(1)
    widget.suggest_box.window_side.setValue(16)
    widget.suggest()
    qtbot.waitUntil(lambda: not widget.jobs.running)
    (source,) = widget.session.count.suggestions
    assert source == "five_properties: lithology"
    assert set(widget.session.names) == {UNNAMED}
    assert "suggested" not in widget.page.point.text()
    widget.page.suggestions.setChecked(True)
    assert "suggested" in widget.page.point.text()
    widget.suggest_box.source.setCurrentIndex(0)
    widget.suggest()
    assert "There is no map of this photo" in widget.status.text()


def test_more_points_and_the_workbook(
    photo: Any, open_widget: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    widget = open_widget()
    widget.begin()
    monkeypatch.setattr(questions, "ask_save_file", lambda *_, **__: tmp_path / "tables")
    widget.page.save_workbook()
    assert "No point is named yet" in widget.status.text()
    widget.name("quartz")
    for answer in (None, 15):
        monkeypatch.setattr(questions, "ask_number", lambda *_, answer=answer: answer)
        widget.page.ask_for_more_points()
    assert widget.session.count.progress("Ana") == (1, 35)
    assert len(widget.layers.points.data) == 35
    widget.page.save_workbook()
    assert (tmp_path / "tables.xlsx").is_file()


def test_points_are_named_on_their_own_plane_of_a_stack(
    viewer: Any, open_widget: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask_save_file", lambda *args, **options: tmp_path / "stack.points.csv")
    stack = viewer.add_image(np.zeros((3, 200, 300)), name="stack", scale=(4, 1, 1))
    viewer.dims.set_current_step(0, 1)
    widget = open_widget()
    widget.begin()
    points = widget.layers.points
    assert {tuple(point) for point in points.data[:, :1]} == {(0.0,)}
    np.testing.assert_allclose(points.extent.world[:, 0], 4)
    viewer.dims.set_current_step(0, 2)
    widget.name_number(0)
    assert widget.session.names[0] == UNNAMED
    assert "another plane" in widget.status.text()
    assert viewer.dims.current_step[0] == 1
    widget.name_number(0)
    assert widget.session.names[0] == "quartz"
    # The count is opened on its own plane of its own photo only.
    widget.close_count()
    monkeypatch.setattr(questions, "ask_open_file", lambda *args: tmp_path / "stack.points.csv")
    viewer.dims.set_current_step(0, 2)
    widget.open_count()
    assert "plane [1] of stack, and plane [2] is shown" in widget.status.text()
    viewer.dims.set_current_step(0, 1)
    widget.open_count()
    assert widget.session.names[0] == "quartz"
    widget.close_count()
    viewer.add_image(np.ones((3, 200, 300)), name="other", scale=(4, 1, 1))
    for same in (False, True):
        monkeypatch.setattr(questions, "confirm", lambda *args, same=same: same)
        widget.open_count()
        assert (widget.session is not None) is same
    assert stack in viewer.layers
