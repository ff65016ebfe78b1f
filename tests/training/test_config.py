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
    assert (config.start_from, config.normalisation) == ("auto", "samplewise_center")
    assert (config.augmentation, config.class_weights, config.patience) == (False, False, 0)
    assert config.preprocessing == Preprocessing(256, "stretch", "nearest", "samplewise_center")


def test_the_default_preset_learns_faster_from_random_weights():
    random, trained = TrainingConfig(start_from="random"), TrainingConfig(start_from="imagenet")
    assert random.learning_rate > trained.learning_rate > 1e-5
    assert random.augmentation
    assert random.class_weights
    assert random.preprocessing == Preprocessing(256, normalisation="signed")


def test_a_value_given_beats_the_preset():
    config = TrainingConfig(
        preset="paper", epochs=7, learning_rate=0.01, augmentation=True, start_from="random"
    )
    assert (config.epochs, config.learning_rate, config.augmentation) == (7, 0.01, True)
    assert config.start_from == "random"


def test_a_training_starts_from_the_best_at_hand():
    assert TrainingConfig().start_from == TrainingConfig(preset="paper").start_from == "auto"
    assert TrainingConfig(start_from="a.safetensors").start_from == Path("a.safetensors").absolute()
    with pytest.raises(ValueError, match="no ImageNet weights of 'microcrystalnet'"):
        TrainingConfig(model="microcrystalnet", start_from="imagenet")


@pytest.mark.parametrize(
    ("settings", "backbone", "normalisation"),
    [
        ({}, "efficientnet_lite0", "signed"),
        ({"preset": "paper"}, "densenet121", "samplewise_center"),
        ({"backbone": "densenet121"}, "densenet121", "imagenet"),
        ({"model": "densenet121"}, "densenet121", "imagenet"),
        ({"model": "vgg16"}, "vgg16", "imagenet"),
        ({"model": "microcrystalnet"}, None, "imagenet"),
        ({"model": "microcrystalnet", "normalisation": "unit"}, None, "unit"),
    ],
)
def test_images_are_centred_as_the_backbone_was_trained(settings, backbone, normalisation):
    config = TrainingConfig(**settings)
    assert (config.backbone, config.preprocessing.normalisation) == (backbone, normalisation)


def test_the_backbone_is_an_argument_of_networks_that_have_several():
    assert TrainingConfig(model="gdnet").model_arguments == {"backbone": "efficientnet_lite0"}
    assert TrainingConfig(model="vgg16").model_arguments == {}
    with pytest.raises(ValueError, match="'vgg16' has no backbone 'densenet121'"):
        TrainingConfig(model="vgg16", backbone="densenet121")
    with pytest.raises(ValueError, match="no backbone 'resnet'"):
        TrainingConfig(backbone="resnet")


def test_the_backbone_is_that_of_the_model_to_start_from():
    pytest.importorskip("timm")
    assert TrainingConfig(start_from="five_properties", preset="paper").backbone == "efficientnet_lite0"
    assert TrainingConfig(start_from="five_properties", backbone="densenet121").backbone == "densenet121"
    assert TrainingConfig(start_from="gone.safetensors").backbone == "efficientnet_lite0"
    assert TrainingConfig(model="vgg16", start_from="five_properties").backbone == "vgg16"


def test_only_networks_that_look_for_an_area_get_its_arguments():
    wanted = {"localization": "evidence", "translation": "bounded", "backbone": "efficientnet_lite0"}
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
        ("epochs", 10**400),
        ("validation", 10**400),
        ("learning_rate", 10**400),
        ("backbone", True),
        ("backbone", ["densenet121"]),
    ],
)
def test_a_value_out_of_range_is_named(field, value):
    with pytest.raises(ValueError, match=re.escape(str(value))):
        TrainingConfig(**{field: value})


def test_other_magnifications_are_the_probes_matter():
    assert TrainingConfig(model="probe", other_magnifications=True).other_magnifications
    with pytest.raises(ValueError, match="learned by the model probe only; leave them out for 'rocks2net'"):
        TrainingConfig(model="rocks2net", other_magnifications=True)


def test_it_is_frozen_and_json_holds_it(tmp_path):
    config = TrainingConfig(output=tmp_path)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.seed = 3
    values = json.loads(json.dumps(config.to_dict()))
    assert TrainingConfig(**values) == config


def test_the_run_folder_is_absolute():
    assert TrainingConfig(output="runs/lithology").folder == Path.cwd() / "runs" / "lithology"
