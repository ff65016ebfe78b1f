"""The button of reports: asks where, replaces nothing without a yes, says where the report is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from napari_rocks2net.plugin.look import report_button
from napari_rocks2net.plugin.look.report_button import ReportButton
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.reports import Report
from napari_rocks2net.reports.document import ReportSection


def make_report() -> Report:
    return Report("title", (ReportSection("s", tables={"t": pd.DataFrame({"a": [1]})}),))


@pytest.fixture
def pressed(qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Press the button, and return what it said."""
    monkeypatch.setattr(questions, "ask_folder", lambda *_: tmp_path)
    monkeypatch.setattr(report_button, "show_page", lambda _: None)

    def press(source: Callable[[], Callable[[], Report]]) -> list[str]:
        button, messages = ReportButton(source), []
        qtbot.addWidget(button)
        button.message.connect(messages.append)
        button.click()
        qtbot.waitUntil(lambda: not button.running)
        return messages

    return press


def test_the_report_is_written_where_the_person_says(pressed: Any, tmp_path: Path) -> None:
    assert pressed(lambda: make_report)[-1].startswith(f"The report is {tmp_path / 'report.html'}")
    assert (tmp_path / "tables.xlsx").is_file()


def test_an_existing_report_is_replaced_only_after_a_yes(
    pressed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.html").write_text("mine")
    monkeypatch.setattr(questions, "confirm", lambda *_: False)
    assert pressed(lambda: make_report) == []
    assert (tmp_path / "report.html").read_text() == "mine"


def test_a_folder_that_cannot_be_is_reported(
    pressed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask_folder", lambda *_: tmp_path / ("x" * 300))
    assert "File name too long" in pressed(lambda: make_report)[-1]


def test_the_reason_for_a_missing_report_is_shown(pressed: Any) -> None:
    def nothing() -> Callable[[], Report]:
        raise ValueError("There is no map yet.")

    def fails() -> Report:
        raise ValueError("The run is not finished.")

    assert pressed(nothing) == ["There is no map yet."]
    assert pressed(lambda: fails)[-1] == "The run is not finished."
