"""The remembered model files behind every list of models."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from napari_rocks2net.model_file import ModelFileError
from napari_rocks2net.plugin.work.model_choice import RememberedModels, describe, short_name

KEY = "test/known_models"


def test_a_file_that_is_added_again_is_the_latest(model_path: Path, tmp_path: Path) -> None:
    known: RememberedModels[str] = RememberedModels(KEY)
    copied = shutil.copy(model_path, tmp_path / "copy.safetensors")
    first, second = known.add(model_path), known.add(copied)
    assert known.files()[-2:] == [first, second]
    known.add(model_path)
    assert known.files()[-2:] == [second, first]


def test_a_file_that_is_away_for_a_while_comes_back(model_path: Path, tmp_path: Path) -> None:
    known: RememberedModels[str] = RememberedModels(KEY)
    copied = tmp_path / "copy.safetensors"
    added = known.add(shutil.copy(model_path, copied))
    away = copied.rename(tmp_path / "away")
    known.add(model_path)
    assert added not in known.files()
    away.rename(copied)
    assert added in known.files()


def test_a_file_that_is_no_model_is_not_remembered(tmp_path: Path) -> None:
    known: RememberedModels[str] = RememberedModels(KEY)
    (tmp_path / "notes.safetensors").write_text("no model")
    with pytest.raises(ModelFileError):
        known.add(tmp_path / "notes.safetensors")
    assert not [path for path in known.files() if "notes" in path]


def test_other_models_replace_those_loaded_last(model_path: Path, tmp_path: Path) -> None:
    known: RememberedModels[object] = RememberedModels(KEY)
    copied = str(shutil.copy(model_path, tmp_path / "copy.safetensors"))
    first = known.loader([str(model_path)], object)()
    assert known.loader([str(model_path)], object)() is first
    assert known.loader([copied], object)() is not first
    assert known.loader([str(model_path)], object)() is not first


def test_a_run_is_called_by_its_folder() -> None:
    assert short_name("runs/micrite/model.safetensors") == "micrite"
    assert short_name("models/micrite.safetensors") == "micrite"


def test_an_unusable_model_is_described_by_what_is_wrong(tmp_path: Path) -> None:
    assert "no model file" in describe(str(tmp_path / "gone.safetensors"))


def test_two_models_of_one_name_are_told_apart(model_path: Path, tmp_path: Path) -> None:
    known: RememberedModels[str] = RememberedModels(KEY)
    for runs in ("first", "second"):
        (tmp_path / runs / "lithology").mkdir(parents=True)
        known.add(shutil.copy(model_path, tmp_path / runs / "lithology" / "model.safetensors"))
    names = [name for name, _ in known.named_files()]
    assert names == [f"lithology, {tmp_path / runs / 'lithology'}" for runs in ("first", "second")]
