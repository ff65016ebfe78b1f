"""Images that were moved are found again from the widget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari_rocks2net.annotation import read_collection
from napari_rocks2net.annotation.image_table import STATE


def test_a_moved_folder_is_located_in_one_step(
    widget: Any, photos: list[Path], qtbot: Any, shown: Any
) -> None:
    moved = widget.file_panel.moved
    assert not moved.isVisibleTo(widget.file_panel)
    widget.annotator.label("basalt")
    current = widget.annotator.current
    folder = photos[0].parent.rename(photos[0].parents[1] / "elsewhere")
    widget.file_panel.open_collection(widget.annotator.session.path)
    qtbot.waitUntil(lambda: moved.isVisibleTo(widget.file_panel))
    assert "6 images are missing" in moved.count.text()
    assert widget.page.images.index(0, STATE).data() == "missing"
    moved.find_in(folder.parent)
    qtbot.waitUntil(lambda: not moved.isVisibleTo(widget.file_panel))
    shown(widget)
    assert "6 of 6 missing files found" in widget.status.text()
    assert [image.file for image in widget.annotator.collection.images] == [
        folder / photo.name for photo in photos
    ]
    assert widget.annotator.collection.images[0].labels == {"lithology": "basalt"}
    assert widget.annotator.current.file.name == current.file.name
    assert read_collection(widget.annotator.session.path) == widget.annotator.collection
    widget.annotator.undo()
    assert [image.file for image in widget.annotator.collection.images] == photos
    qtbot.waitUntil(lambda: moved.isVisibleTo(widget.file_panel))


def test_a_folder_without_them_changes_nothing(
    widget: Any, photos: list[Path], qtbot: Any, tmp_path: Path
) -> None:
    photos[0].unlink()
    before = widget.annotator.collection
    widget.page.model.look_for_files()
    qtbot.waitUntil(lambda: widget.file_panel.moved.count.text() == "⚠ 1 image is missing.")
    (tmp_path / "empty").mkdir()
    widget.file_panel.moved.find_in(tmp_path / "empty")
    qtbot.waitUntil(lambda: "0 of 1" in widget.status.text())
    assert widget.annotator.collection is before
    assert widget.file_panel.moved.search.isEnabled()
