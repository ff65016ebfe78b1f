"""Settings of a run as config.json keeps them, and that no other file looks them up."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.source_texts import files_with, subscripts_of

from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.runs import provenance, run_settings
from napari_rocks2net.training.runs.run_settings import RunSettings

CONFIG = TrainingConfig(model="rocks2net", size=64, epochs=3, batch_size=4, output="run").to_dict()


def test_the_settings_are_those_of_the_configuration() -> None:
    settings = RunSettings(CONFIG)
    assert (settings.model, settings.size, settings.epochs, settings.batch_size) == ("rocks2net", 64, 3, 4)
    assert settings.folds is None
    assert RunSettings({**CONFIG, "folds": 5}).folds == 5
    assert not settings.is_fitted


def test_a_network_that_is_fitted_in_one_go_has_no_epochs() -> None:
    settings = RunSettings({**CONFIG, "model": "probe"})
    assert settings.is_fitted
    assert settings.epochs == 0
    assert "epochs" not in settings.meaningful()


def test_a_network_that_is_not_known_here_counts_as_trained_and_keeps_all_its_settings() -> None:
    settings = RunSettings({**CONFIG, "model": "of another program"})
    assert not settings.is_fitted
    assert settings.epochs == 3
    assert settings.meaningful() == settings.values


@pytest.mark.parametrize(
    ("keys", "home"),
    [
        ({"backbone", "batch_size", "folds"}, run_settings.__file__),
        ({"starts", "threads", "versions"}, provenance.__file__),
    ],
    ids=["config.json", "record.json"],
)
def test_what_a_run_keeps_is_looked_up_in_one_file(keys: set[str], home: str) -> None:
    others = files_with(keys, home, subscripts_of)
    # Not of a run: what suits a device, and what a network is built with.
    elsewhere = {str(Path("training/duration/forecast.py")), str(Path("models/registry.py"))}
    assert not others.keys() - elsewhere
