"""Many photos at once: into one table, cancelled and gone on with, each row opening its photo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from napari_rocks2net.evaluation.batch_request import BatchRow
from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.classify import batch_page
from napari_rocks2net.plugin.classify.batch_model import BatchModel
from napari_rocks2net.plugin.classify.classify_widget import ClassifyWidget
from napari_rocks2net.plugin.work import questions


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photos: list[Path]) -> Path:
    """Where the answers go; the person chooses the folder of the photos, one of which is damaged."""
    photos[2].write_bytes(photos[2].read_bytes()[:60])
    path = tmp_path / "answers.csv"
    monkeypatch.setattr(questions, "ask_folder", lambda *_: photos[0].parent)
    monkeypatch.setattr(questions, "ask_save_file", lambda *_, **__: path)
    monkeypatch.setattr(questions, "confirm", lambda *_: True)
    return path


@pytest.fixture
def widget(open_widget: Any, real_classifier: Any, model_path: Path) -> ClassifyWidget:
    made: ClassifyWidget = open_widget(real_classifier)
    made.setup.add_model.add(model_path)
    return made


def test_a_folder_is_classified_into_a_table_whose_rows_open_their_photos(
    viewer: Any, widget: ClassifyWidget, table: Path, photos: list[Path], qtbot: Any
) -> None:
    widget.batch.ask_for_folder()
    qtbot.waitUntil(lambda: not widget.batch.jobs.running)
    assert widget.status.text().startswith("Classified 5 pictures")
    assert "1 file left out, the first:" in widget.status.text()
    written = pd.read_csv(table)
    assert len(written) == 5
    assert [row.label for row in widget.batch.model.rows] == written["label"].tolist()
    index = widget.batch.model.index(4, 0)
    assert index.data() == photos[5].name
    widget.batch.open_row(index)
    qtbot.waitUntil(lambda: photos[5].name in [layer.name for layer in viewer.layers])
    widget.batch.open_row(widget.batch.model.index(0, 0))
    qtbot.waitUntil(lambda: [layer.name for layer in viewer.layers] == [photos[0].name])


def test_a_table_is_gone_on_with(widget: ClassifyWidget, table: Path, qtbot: Any) -> None:
    widget.batch.ask_for_folder()
    qtbot.waitUntil(lambda: not widget.batch.jobs.running)
    text = table.read_bytes()
    # As if it had been killed in the middle of the fourth.
    table.write_bytes(b"\n".join(text.split(b"\n")[:4]) + b"\nphoto")
    widget.batch.ask_for_folder()
    qtbot.waitUntil(lambda: not widget.batch.jobs.running)
    assert "3 were in it already" in widget.status.text()
    assert table.read_bytes() == text
    assert len(widget.batch.model.rows) == 5


def test_why_a_batch_cannot_start_is_reported(
    widget: ClassifyWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: Any, table: Path
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(questions, "ask_folder", lambda *_: tmp_path / "empty")
    widget.batch.ask_for_folder()
    assert "holds no photo" in widget.status.text()
    widget.batch.classify_collection()
    assert "No collection is open" in widget.status.text()
    monkeypatch.setattr(questions, "ask_folder", lambda *_: tmp_path)
    monkeypatch.setattr(questions, "ask_save_file", lambda *_, **__: None)
    widget.batch.ask_for_folder()
    assert widget.status.text() == "Not begun."
    table.write_text("mine\n1\n")
    monkeypatch.setattr(questions, "ask_save_file", lambda *_, **__: table)
    widget.batch.ask_for_folder()
    qtbot.waitUntil(lambda: not widget.batch.jobs.running)
    assert "is of another model" in widget.status.text()
    assert table.read_text() == "mine\n1\n"


def test_photos_of_one_name_in_two_folders_are_distinguished(tmp_path: Path) -> None:
    model, files = BatchModel(), [tmp_path / name for name in ("ppl/a.png", "ppl/b.png", "xpl/a.png")]
    rows = [BatchRow(file, (), "rock", "mud", 0.5) for file in files]
    model.add(rows[:2])
    assert [model.index(row, 0).data() for row in range(2)] == ["a.png", "b.png"]
    model.add(rows[2:])
    assert [Path(model.index(row, 0).data()) for row in range(3)] == [
        Path("ppl/a.png"),
        Path("ppl/b.png"),
        Path("xpl/a.png"),
    ]
    model.clear()
    model.add(rows[2:])
    assert model.index(0, 0).data() == "a.png"


def test_long_classes_leave_room_for_the_names_of_photos(widget: ClassifyWidget, tmp_path: Path) -> None:
    page = widget.batch
    table = page.table
    table.resize(350, 200)
    page.model.add([BatchRow(tmp_path / "sample_13.jpg", (), "mechanical genesis", "rounded " * 9, 0.5)])
    table.show()
    assert table.columnWidth(0) > 60
    # Nothing of the class or its percentage is cut: the table scrolls.
    assert table.columnWidth(2) >= table.sizeHintForColumn(2) > 350
    assert page.model.data(page.model.index(0, 2)) == f"{'rounded ' * 9} 50 %"


def test_the_last_photo_of_a_batch_that_was_cancelled_is_no_answer_of_the_next(
    widget: ClassifyWidget, table: Path, photos: list[Path], tmp_path: Path, qtbot: Any, monkeypatch: Any
) -> None:
    shown: list[Any] = []

    def classify(load: Any, request: Any, show: Any) -> Any:
        shown.append(show)
        yield Progress(0, 1)
        return ""

    monkeypatch.setattr(batch_page, "classify_batch", classify)
    for number in (1, 2):
        widget.batch.ask_for_folder()
        qtbot.waitUntil(lambda number=number: len(shown) == number)
        widget.batch.jobs.cancel()
    row = BatchRow(photos[0], (), "lithology", "granite", 0.9)
    shown[0]([row])
    widget.batch._take_rows()
    assert widget.batch.model.rows == []
    shown[1]([row])
    widget.batch._take_rows()
    assert widget.batch.model.rows == [row]
