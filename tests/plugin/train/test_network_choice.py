"""Every network of the registry can be trained with what the form fills in."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from napari_rocks2net.models import create_model, list_models
from napari_rocks2net.plugin.train.network_choice import (
    CRYSTAL_NETWORKS,
    CRYSTAL_VALUES,
    known_networks,
    network_choices,
    values_for,
)
from napari_rocks2net.plugin.train.settings_fields import USUAL_VALUES
from napari_rocks2net.plugin.train.settings_form import SettingsForm
from napari_rocks2net.plugin.train.start_choice import IMAGENET


def test_every_network_of_the_registry_is_offered_without_importing_torch() -> None:
    assert set(known_networks()) == set(list_models())


def test_the_networks_of_the_paper_come_first_and_say_what_they_are_for() -> None:
    shown = network_choices(["vgg16", "a network of mine", "dsan", "rocks2net"])
    assert [name for _, name in shown] == ["rocks2net", "dsan", "a network of mine", "vgg16"]
    assert shown[0][0] == "rocks2net (critical area)"
    assert shown[-1][0] == "vgg16"


@pytest.mark.parametrize("name", known_networks())
def test_what_the_form_fills_in_suits_the_network(qapp: object, tmp_path: Path, name: str) -> None:
    if name == "darknet53":
        pytest.importorskip("timm")
    form = SettingsForm()
    form.target.value = tmp_path
    form.model.value = name
    config = form.config(tmp_path / "run")
    assert (config.target == tmp_path) is (name == "dsan")
    assert (config.normalisation == "unit") is (name in CRYSTAL_NETWORKS)
    assert (IMAGENET in form.start.choices) is (name not in CRYSTAL_NETWORKS)
    with torch.device("meta"):
        network = create_model(name, 3, **config.model_arguments)
        images = torch.empty(2, 3, config.preprocessing.size, config.preprocessing.size)
    assert network(images).log_probabilities.shape == (2, 3)


def test_the_way_back_from_crystals_keeps_what_the_person_chose() -> None:
    assert values_for("microcrystalnet", USUAL_VALUES, USUAL_VALUES) == CRYSTAL_VALUES
    assert values_for("rocks2net", CRYSTAL_VALUES, USUAL_VALUES) == USUAL_VALUES
    assert values_for("rocks2net", CRYSTAL_VALUES | {"resize": "stretch"}, USUAL_VALUES) == {}
    assert values_for("gdnet", USUAL_VALUES | {"size": 384}, USUAL_VALUES) == {}
