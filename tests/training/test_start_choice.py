"""What a training can start from, and how new runs are named."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from napari_rocks2net.model_file import ModelFileError, built_in_models, resolve_model
from napari_rocks2net.training import TrainingConfig
from napari_rocks2net.training.choices import start_choices, start_keywords
from napari_rocks2net.training.presets import AUTO, IMAGENET, RANDOM
from napari_rocks2net.training.runs.run_folder import new_run_folder

NOON = datetime(2026, 5, 4, 12, 0)


@pytest.mark.parametrize("choice", [AUTO, IMAGENET, RANDOM])
def test_weights_without_a_file_are_a_word(choice: str) -> None:
    assert TrainingConfig(**start_keywords(choice)).start_from == choice


def test_a_model_file_or_a_built_in_model_is_a_path(model_path: Path) -> None:
    assert TrainingConfig(**start_keywords(str(model_path))).start_from == model_path
    name = next(iter(built_in_models()))
    assert start_keywords(name)["start_from"] == resolve_model(name)


def test_a_model_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="gone"):
        start_keywords(str(tmp_path / "gone.safetensors"))


def test_a_run_whose_model_is_known_already_is_offered_once(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    known = [("first (rock)", str(first / "model.safetensors"))]
    choices = start_choices(known, [first, second])
    assert [value for _, value in choices][:3] == [AUTO, IMAGENET, RANDOM]
    assert [shown for shown, _ in choices][3:] == ["first (rock)", "Run second"]


def test_a_new_run_never_takes_the_folder_of_another(tmp_path: Path) -> None:
    first = new_run_folder(tmp_path, "grain", "gdnet", NOON)
    assert first.name == "grain gdnet 2026-05-04 12.00"
    first.mkdir()
    second = new_run_folder(tmp_path, "grain", "gdnet", NOON)
    second.mkdir()
    assert len({first, second, new_run_folder(tmp_path, "grain", "gdnet", NOON)}) == 3


def test_a_property_that_is_no_file_name_makes_one(tmp_path: Path) -> None:
    folder = new_run_folder(tmp_path, 'Größe: a/b "x"?', "gdnet", NOON)
    assert folder.parent == tmp_path
    folder.mkdir()
    assert folder.is_dir()
