"""The list of models that a person can choose from."""

from __future__ import annotations

from pathlib import Path

import pytest
from qtpy.QtCore import QSettings

from napari_rocks2net.model_file import ModelFileError
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.model_choice import ModelChoice, describe


def test_an_added_file_is_offered_with_its_property_also_next_time(model_path: Path) -> None:
    added = ModelChoice().add(model_path)
    assert ("lithology (lithology)", added) in ModelChoice().choices()


def test_a_file_that_was_deleted_is_no_longer_offered(model_path: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy.safetensors"
    copied.write_bytes(model_path.read_bytes())
    choice = ModelChoice()
    choice.add(copied)
    copied.unlink()
    for own in (choice, ModelChoice()):
        assert not any(path == str(copied) for _, path in own.choices())


def test_adding_twice_offers_once(model_path: Path) -> None:
    choice = ModelChoice()
    assert choice.add(model_path) == choice.add(str(model_path))
    assert len([1 for _, path in choice.choices() if path == str(model_path)]) == 1


def test_models_are_loaded_once_until_their_file_changes(model_path: Path, tmp_path: Path) -> None:
    import os

    copied = tmp_path / "copy.safetensors"
    copied.write_bytes(model_path.read_bytes())
    choice = ModelChoice()
    first = choice.classifier_loader([str(copied)], "cpu")()
    assert choice.classifier_loader([str(copied)], "cpu")() is first
    os.utime(copied, (1, 1))
    assert choice.classifier_loader([str(copied)], "cpu")() is not first


def test_several_models_are_loaded_together(model_path: Path, one_stream_model_path: Path) -> None:
    loaded = ModelChoice().classifier_loader([str(model_path), str(one_stream_model_path)], "cpu")()
    assert [each.name for each in loaded.properties] == ["lithology", "matrix"]


def test_a_missing_model_is_reported_when_it_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"no model file .*gone\.safetensors"):
        ModelChoice().classifier_loader([str(tmp_path / "gone.safetensors")])()


def test_a_model_is_described_by_its_card(model_path: Path, tmp_path: Path) -> None:
    assert "lithology (granite, Übergang fein, basalt)" in describe(str(model_path))
    assert "no model file" in describe(str(tmp_path / "gone.safetensors"))


@pytest.mark.parametrize("damaged", ["{", "[1, 2]", '"text"', "null"])
def test_damaged_settings_are_an_empty_list(damaged: str) -> None:
    written = QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, preferences.ORGANISATION, "widgets"
    )
    written.setValue(preferences.MODEL_FILES, damaged)
    assert preferences.remembered_list(preferences.MODEL_FILES) == []


def test_a_folder_is_remembered_while_it_exists(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    preferences.remember_folder(preferences.MODEL_FOLDER, folder)
    assert preferences.remembered_folder(preferences.MODEL_FOLDER) == folder
    folder.rmdir()
    assert preferences.remembered_folder(preferences.MODEL_FOLDER) == Path.home()
