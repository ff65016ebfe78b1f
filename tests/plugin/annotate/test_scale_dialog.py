"""The scale of the photos of a collection, set for many at once."""

from __future__ import annotations

from typing import Any

import pytest

from napari_rocks2net.annotation import read_collection
from napari_rocks2net.plugin.annotate import scale_dialog
from napari_rocks2net.plugin.annotate.scale_dialog import ALL, SELECTED, WITHOUT, ScaleDialog


@pytest.fixture
def dialog(widget: Any, qtbot: Any) -> ScaleDialog:
    """The dialog over an open collection of six photos."""
    widget.scale.click()
    return widget.scale_dialog


def sizes(dialog: ScaleDialog, widget: Any) -> list[float | None]:
    return [image.pixel_size_um for image in widget.annotator.collection.images]


def test_a_size_is_set_saved_shown_and_undone(dialog: ScaleDialog, widget: Any) -> None:
    dialog.set.click()
    assert "Say first" in dialog.status.text()
    dialog.scale.side.setValue(2.5)
    dialog.targets.setCurrentText(SELECTED)
    dialog.set.click()
    assert sizes(dialog, widget) == [2.5, *[None] * 5]
    assert "1 of 6 images have a scale: 2.5 µm" in dialog.summary.text()
    dialog.scale.side.setValue(1)
    dialog.targets.setCurrentText(WITHOUT)
    dialog.set.click()
    assert sizes(dialog, widget) == [2.5, *[1] * 5]
    saved = read_collection(widget.annotator.session.path)
    assert [image.pixel_size_um for image in saved.images] == [2.5, *[1] * 5]
    assert "2.5 µm a pixel" in widget.page.current.toolTip()
    widget.annotator.undo()
    assert sizes(dialog, widget) == [2.5, *[None] * 5]
    dialog.targets.setCurrentText(ALL)
    dialog.take_off.click()
    assert sizes(dialog, widget) == [None] * 6


def test_files_and_bars_that_say_nothing_change_nothing(dialog: ScaleDialog, widget: Any, qtbot: Any) -> None:
    dialog.targets.setCurrentText(ALL)
    for each in (dialog.from_files, dialog.from_bars):
        dialog.status.clear()
        each.click()
        qtbot.waitUntil(lambda: "No scale was found" in dialog.status.text())
    assert sizes(dialog, widget) == [None] * 6
    widget.close_jobs()
    assert not dialog.isVisible()


def test_nothing_is_set_from_bars_before_their_length_is_typed(
    dialog: ScaleDialog, widget: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = widget.annotator.collection.images
    pixels = dict(zip([image.key for image in images], (93, 92, 134), strict=False))
    monkeypatch.setattr(scale_dialog, "bar_pixels", pixels.get)
    dialog.targets.setCurrentText(ALL)
    dialog.from_bars.click()
    qtbot.waitUntil(lambda: "Left out, with bars of another length: " in dialog.status.text())
    dialog.scale.use.click()
    assert "positive length" in dialog.scale.bar_text.text()
    assert sizes(dialog, widget) == [None] * 6
    dialog.scale.bar_length.setValue(200)
    dialog.scale.use.click()
    assert sizes(dialog, widget) == [*[pytest.approx(200 / 92.5)] * 2, *[None] * 4]
    # A line on one photo is of that one: *Set* says whose it is.
    dialog.from_bars.click()
    qtbot.waitUntil(lambda: not dialog.jobs.running)
    dialog.scale.from_bar.click()
    dialog.scale.show_line(50)
    dialog.scale.bar_length.setValue(100)
    dialog.scale.use.click()
    assert sizes(dialog, widget)[0] == pytest.approx(200 / 92.5)
