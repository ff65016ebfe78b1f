"""The catalogue: a network is one builder and one row, and everything that offers networks reads it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import torch

from napari_rocks2net.cli import main
from napari_rocks2net.models import ModelSpec, create_model, list_models, model_spec, register_model
from napari_rocks2net.models.catalog import MODELS, model_for, models_that
from napari_rocks2net.models.network import GlobalNetwork
from napari_rocks2net.settings import settings_of
from napari_rocks2net.training import TrainingConfig


@pytest.fixture
def own_network() -> Iterator[ModelSpec]:
    """Register a network as a script does, and take it out again."""

    def build(num_classes: int) -> GlobalNetwork:
        return GlobalNetwork(num_classes, torch.nn.AvgPool2d(32), 3)

    spec = ModelSpec("pebblenet", "PebbleNet", "tests", imagenet=False, builder=build)
    register_model(spec)
    yield spec
    del MODELS[spec.name]


def test_reading_the_catalogue_imports_no_torch() -> None:
    code = "import sys, napari_rocks2net.models.catalog as c; c.MODELS; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", list_models())
def test_a_row_says_what_its_network_does(name: str) -> None:
    if name == "darknet53":
        pytest.importorskip("timm")
    spec = model_spec(name)
    network = create_model(name, (3, 4) if spec.joint else 3).eval()
    output = network(torch.randn(1, 3, 64, 64))
    assert (output.local_log_probabilities is not None) is (spec.streams == 2)
    assert hasattr(network, "bottleneck_features") is spec.adapts
    if spec.localizes:
        evidence = create_model(name, (3, 4) if spec.joint else 3, localization="evidence").eval()
        assert evidence(torch.randn(1, 3, 64, 64)).evidence is not None


def test_a_network_of_ones_own_is_built_listed_and_taken_by_a_training(
    own_network: ModelSpec, capsys: pytest.CaptureFixture[str]
) -> None:
    assert create_model("pebblenet", 4).num_classes == 4
    assert TrainingConfig(model="pebblenet").model_arguments == {}
    with pytest.raises(SystemExit):
        main(["models"])
    assert "PebbleNet" in capsys.readouterr().out


def test_a_name_can_be_registered_once() -> None:
    with pytest.raises(ValueError, match="'rocks2net' is registered already"):
        register_model(model_spec("rocks2net"))


def test_the_help_of_the_setting_names_every_network_by_its_purpose() -> None:
    text = settings_of(TrainingConfig)["model"].help
    assert all(f"{each.purpose}: " in text for each in MODELS.values())
    assert all(name in text for name in list_models())


def test_networks_are_named_by_what_they_do() -> None:
    assert models_that("joint") == "rocks2net_joint"
    assert models_that("localizes") == "rocks2net, s2dnet or rocks2net_joint"


def test_few_photos_are_for_a_network_that_is_fitted_and_many_for_one_that_is_trained() -> None:
    assert [model_for(photos) for photos in (2, 299, 300, 5000)] == [
        "probe",
        "probe",
        "rocks2net",
        "rocks2net",
    ]


@pytest.mark.parametrize(
    ("name", "of_its_own"),
    [
        ("probe", {"other_magnifications"}),
        ("densenet121", {"epochs", "size", "start_from"}),
        ("rocks2net", {"epochs", "size", "start_from", "backbone", "localization"}),
        ("dsan", {"epochs", "size", "start_from", "target"}),
    ],
)
def test_a_setting_without_a_meaning_for_a_network_is_known(name: str, of_its_own: set[str]) -> None:
    asked = {"epochs", "size", "start_from", "backbone", "localization", "target", "other_magnifications"}
    spec = model_spec(name)
    assert {setting for setting in asked if spec.uses(setting)} == of_its_own
    assert all(spec.uses(setting) for setting in ("model", "validation", "test", "seed"))
