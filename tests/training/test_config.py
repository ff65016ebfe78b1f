from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.training import TrainingConfig


@pytest.mark.parametrize(("model", "batch_size"), [("rocks2net", 4), ("densenet121", 8), ("gdnet", 8)])
def test_the_paper_preset_is_the_authors_recipe(model, batch_size):
    config = TrainingConfig(model=model, preset="paper")
    assert (config.learning_rate, config.batch_size, config.epochs) == (1e-5, batch_size, 300)
    assert config.pretrained
    assert (config.augmentation, config.class_weights, config.patience) == (False, False, 0)
    assert config.preprocessing == Preprocessing(256, "stretch", "nearest", "samplewise_center")


def test_the_default_preset_learns_faster_from_random_weights():
    random, trained = TrainingConfig(), TrainingConfig(pretrained=True)
    assert random.learning_rate > trained.learning_rate > 1e-5
    assert random.augmentation
    assert random.class_weights
    assert random.preprocessing == Preprocessing(256)


def test_a_value_given_beats_the_preset():
    config = TrainingConfig(preset="paper", epochs=7, learning_rate=0.01, augmentation=True, pretrained=False)
    assert (config.epochs, config.learning_rate, config.augmentation) == (7, 0.01, True)
    assert config.pretrained is False


def test_a_model_file_to_start_from_replaces_imagenet():
    assert TrainingConfig(preset="paper", start_from="a.safetensors").pretrained is False
    with pytest.raises(ValueError, match="either start_from or pretrained"):
        TrainingConfig(start_from="a.safetensors", pretrained=True)


def test_only_networks_that_look_for_an_area_get_its_arguments():
    wanted = {"localization": "evidence", "translation": "bounded"}
    assert TrainingConfig(model="rocks2net", localization="evidence").model_arguments == wanted
    assert TrainingConfig(model="densenet121", localization="evidence").model_arguments == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("preset", "fast"),
        ("size", 100),
        ("size", 32),
        ("epochs", 0),
        ("epochs", 2.5),
        ("batch_size", 1),
        ("learning_rate", 0.0),
        ("learning_rate", -1e-3),
        ("learning_rate", float("nan")),
        ("validation", 0.0),
        ("validation", 0.9),
        ("test", -0.1),
        ("seed", -1),
        ("patience", -1),
        ("num_nodes", 0),
        ("num_workers", -1),
        ("interpolation", "cubic"),
        ("normalisation", "none"),
    ],
)
def test_a_value_out_of_range_is_named(field, value):
    with pytest.raises(ValueError, match=re.escape(str(value))):
        TrainingConfig(**{field: value})


def test_it_is_frozen_and_json_holds_it(tmp_path):
    config = TrainingConfig(output=tmp_path)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.seed = 3
    values = json.loads(json.dumps(config.to_dict()))
    assert TrainingConfig(**values) == config


def test_the_run_folder_is_absolute():
    assert TrainingConfig(output="runs/lithology").folder == Path.cwd() / "runs" / "lithology"
