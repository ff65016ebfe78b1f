"""The settings of a training as a form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from napari_rocks2net.model_file import ModelFileError
from napari_rocks2net.plugin.train.setting_rows import MAIN
from napari_rocks2net.plugin.train.settings_form import SettingsForm
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.training import TrainingConfig
from napari_rocks2net.training.presets import AUTO, IMAGENET


@pytest.fixture
def form(qapp: Any, tmp_path: Path) -> SettingsForm:
    form = SettingsForm()
    form.runs.value = tmp_path
    return form


def test_every_field_is_one_of_the_configuration(form: SettingsForm) -> None:
    assert set(form.keywords()) <= {field.name for field in fields(TrainingConfig)}


def test_a_fresh_form_trains_as_the_command_line_does(form: SettingsForm, tmp_path: Path) -> None:
    assert form.config(tmp_path / "run") == TrainingConfig(output=tmp_path / "run")


def test_the_recipe_of_the_paper_is_filled_in(form: SettingsForm, tmp_path: Path) -> None:
    form.preset.value = "paper"
    form.start.value = IMAGENET
    config, paper = form.config(tmp_path / "run"), TrainingConfig(preset="paper")
    for name in ("epochs", "augmentation", "class_weights", "patience", "learning_rate", "interpolation"):
        assert getattr(config, name) == getattr(paper, name)
    assert config.start_from == "imagenet"


def test_a_model_file_can_be_started_from(form: SettingsForm, model_path: Path, tmp_path: Path) -> None:
    form.start_from_model(model_path)
    assert form.config(tmp_path / "run").start_from == model_path


def test_a_file_that_is_no_model_is_refused(form: SettingsForm, tmp_path: Path) -> None:
    path = tmp_path / "notes.safetensors"
    path.write_bytes(b"no model")
    with pytest.raises(ModelFileError, match=r"notes\.safetensors"):
        form.start_from_model(path)
    assert form.start.value == AUTO


@pytest.mark.parametrize(("model", "asks"), [("densenet121", False), ("rocks2net", True)])
def test_only_networks_that_look_ask_where(form: SettingsForm, model: str, asks: bool) -> None:
    form.main.show()
    form.model.value = model
    assert form.localization.visible is asks
    form.main.close()


def test_other_magnifications_are_asked_of_the_probe_alone(form: SettingsForm, tmp_path: Path) -> None:
    form.main.show()
    form.model.value = "probe"
    assert form.other_magnifications.visible
    form.other_magnifications.value = True
    assert form.config(tmp_path / "run").other_magnifications
    form.model.value = "rocks2net"
    assert not form.other_magnifications.visible
    assert not form.config(tmp_path / "run").other_magnifications
    form.main.close()


def test_values_of_another_version_are_left_out(qapp: Any) -> None:
    values = {"size": "huge", "model": "no such network", "epochs": 12, "unheard of": 1, "seed": -5}
    preferences.remember(preferences.TRAINING_SETTINGS, values)
    form = SettingsForm()
    assert form.epochs.value == 12
    assert form.size.value == 256
    assert form.model.value == "rocks2net"
    assert form.seed.value == 0


def test_a_size_that_is_no_multiple_of_32_is_a_sentence(form: SettingsForm, tmp_path: Path) -> None:
    form.size.value = 100
    with pytest.raises(ValueError, match="100"):
        form.config(tmp_path / "run")


def test_only_a_network_that_adapts_asks_for_a_target(form: SettingsForm, tmp_path: Path) -> None:
    form.main.show()
    shown = [form.target.visible]
    form.target.value = tmp_path
    assert form.config(tmp_path / "run").target is None
    form.model.value = "dsan"
    shown.append(form.target.visible)
    assert shown == [False, True]
    assert form.config(tmp_path / "run").target == tmp_path
    form.main.close()


@pytest.mark.parametrize("folder", ["", "no such folder"])
def test_a_network_that_adapts_says_which_field_is_missing(
    form: SettingsForm, tmp_path: Path, folder: str
) -> None:
    form.model.value = "dsan"
    form.target.value = tmp_path / folder if folder else None
    with pytest.raises(ValueError, match="choose under 'Adapt to' the folder of unlabelled photos"):
        form.config(tmp_path / "run")


def test_the_target_is_remembered_with_its_network(form: SettingsForm, tmp_path: Path) -> None:
    form.model.value = "dsan"
    form.target.value = tmp_path
    again = SettingsForm()
    assert again.model.value == "dsan"
    assert again.config(tmp_path / "run").target == tmp_path


def test_a_start_in_the_chosen_folder_of_runs_is_remembered(
    form: SettingsForm, make_run: Callable[..., Path]
) -> None:
    run = make_run()
    form.runs.value = run.parent
    form.start.value = str(run / "model.safetensors")
    assert SettingsForm().start.value == str(run / "model.safetensors")


def test_the_network_follows_the_number_of_photos_until_the_person_chooses(form: SettingsForm) -> None:
    form.suggest_network(86)
    assert form.model.value == "probe"
    assert form.photos.value == "86 photos: probe, seconds; rocks2net wants some hundreds."
    form.seed.value = 3
    # A suggestion is not remembered as a choice.
    again = SettingsForm()
    assert (again.seed.value, again.model.value) == (3, "rocks2net")
    again.suggest_network(86)
    assert again.model.value == "probe"
    form.suggest_network(300)
    assert form.model.value == "rocks2net"
    form.model.value = "gdnet"
    form.suggest_network(86)
    assert form.model.value == "gdnet"
    form.suggest_network(900)
    assert form.model.value == "gdnet"


def test_a_remembered_network_wins(form: SettingsForm) -> None:
    form.suggest_network(86)
    form.model.value = "rocks2net"
    again = SettingsForm()
    again.suggest_network(86)
    assert again.model.value == "rocks2net"


def test_a_network_that_is_fitted_asks_for_nothing_of_a_training(form: SettingsForm, tmp_path: Path) -> None:
    form.start.value = IMAGENET
    form.size.value = 320
    form.main.show()
    form.model.value = "probe"
    visible = {name for name, field in form.fields.items() if name in MAIN and field.native.isVisible()}
    assert visible == {"model", "validation", "test", "seed", "folds", "other_magnifications"}
    assert form.config(tmp_path / "run") == TrainingConfig(model="probe", output=tmp_path / "run")
    form.model.value = "rocks2net"
    assert form.epochs.native.isVisible()
    assert form.start.native.isVisible()
    assert form.size.value == 320
    form.main.close()
