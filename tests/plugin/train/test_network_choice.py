"""Every network of the registry can be trained with what the form fills in."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from napari_rocks2net.models import ModelSpec, create_model, list_models, model_spec
from napari_rocks2net.models.catalog import MODELS
from napari_rocks2net.plugin.train.settings_form import SettingsForm
from napari_rocks2net.training.choices import network_choices, values_for
from napari_rocks2net.training.presets import IMAGENET


def test_the_networks_of_the_paper_come_first_and_say_what_they_are_for() -> None:
    shown = network_choices()
    assert [name for _, name in shown[:5]] == ["rocks2net", "s2dnet", "dcnet", "gdnet", "densenet121"]
    assert shown[0][0] == "rocks2net (critical area)"


@pytest.mark.parametrize("name", [name for name in list_models() if not model_spec(name).fitted])
def test_what_the_form_fills_in_suits_the_network(qapp: object, tmp_path: Path, name: str) -> None:
    if name == "darknet53":
        pytest.importorskip("timm")
    form = SettingsForm()
    form.target.value = tmp_path
    form.model.value = name
    config = form.config(tmp_path / "run")
    crystals = name in ("microcrystalnet", "microcrystalnet_deposited")
    assert (config.target == tmp_path) is (name == "dsan")
    assert (config.normalisation == "unit") is crystals
    assert (IMAGENET in form.start.choices) is not crystals
    with torch.device("meta"):
        network = create_model(name, 3, **config.model_arguments)
        images = torch.empty(2, 3, config.preprocessing.size, config.preprocessing.size)
    assert network(images).log_probabilities.shape == (2, 3)


def test_a_network_of_ones_own_is_offered(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "pebblenet", ModelSpec("pebblenet", "PebbleNet", "tests"))
    form = SettingsForm()
    form.model.value = "pebblenet"
    assert form.keywords()["model"] == "pebblenet"


def test_the_way_back_from_crystals_keeps_what_the_person_chose() -> None:
    usual = {"size": 256, "batch_size": 16, "resize": "stretch", "normalisation": None}
    crystals = model_spec("microcrystalnet").settings
    assert values_for("microcrystalnet", "rocks2net", usual, usual) == crystals
    assert values_for("rocks2net", "microcrystalnet", crystals, usual) == usual
    assert values_for("rocks2net", "microcrystalnet", {**crystals, "size": 96}, usual) == usual
    assert values_for("rocks2net", "microcrystalnet", {**crystals, "resize": "stretch"}, usual) == {}
    assert values_for("gdnet", "rocks2net", {**usual, "size": 384}, usual) == {}
