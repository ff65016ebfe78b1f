"""Dialogs begin in the folder that was used last, and remember the one that is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from qtpy.QtWidgets import QFileDialog

from napari_rocks2net.plugin.work import preferences, questions


@pytest.fixture
def begun_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Where dialogs began; each answers with a file in the folder of the test."""
    folders: list[str] = []

    def choose(parent: Any, title: str, folder: str, *_: Any, **__: Any) -> tuple[str, str]:
        folders.append(folder)
        return str(tmp_path / "chosen.csv"), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    return folders


def test_a_remembered_folder_is_where_the_next_dialog_begins(begun_in: list[str], tmp_path: Path) -> None:
    key = "test/questions"
    assert questions.ask_open_file(None, "Open", questions.TABLES, key) == tmp_path / "chosen.csv"
    questions.ask_save_file(None, "Save", "table.csv", questions.TABLES, key)
    assert begun_in == [str(Path.home()), str(tmp_path / "table.csv")]


def test_a_folder_that_is_given_is_not_remembered(begun_in: list[str], tmp_path: Path) -> None:
    questions.ask_open_file(None, "Open", questions.TABLES, tmp_path)
    assert begun_in == [str(tmp_path)]
    assert preferences.remembered_folder("test/given") == Path.home()


def test_a_name_that_is_too_long_for_a_file_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "x" * 5000
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (name, ""))
    assert questions.ask_open_file(None, "Open", questions.MODELS, preferences.MODEL_FOLDER) == Path(name)


def test_images_begin_beside_their_collection(tmp_path: Path) -> None:
    preferences.remember_folder(preferences.COLLECTION_FOLDER, tmp_path)
    assert preferences.remembered_folder(preferences.IMAGE_FOLDER) == tmp_path
