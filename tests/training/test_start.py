"""What "auto" starts from: the best at hand, without waiting where nothing answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torchvision.models import densenet121

from napari_rocks2net.model_file import built_in_models, read_card
from napari_rocks2net.models import ModelSpec, backbone_spec, imagenet
from napari_rocks2net.models.catalog import MODELS
from napari_rocks2net.samples import load_samples
from napari_rocks2net.training import TrainingConfig, TrainingEvent, TrainingStarted, repeat_run, train
from napari_rocks2net.training.network.components import make_network
from napari_rocks2net.training.presets import AUTO, IMAGENET, RANDOM
from napari_rocks2net.training.runs.provenance import read_record
from napari_rocks2net.training.runs.run_folder import RunFolder
from napari_rocks2net.training.start import resolved_start, start_sentence


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of downloaded weights."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_weights_that_are_installed_are_the_start() -> None:
    config = TrainingConfig()
    assert resolved_start(config) == IMAGENET
    assert start_sentence(IMAGENET, config) == "ImageNet weights of EfficientNet-Lite0"


def test_cached_weights_are_the_start(hub: Path) -> None:
    config = TrainingConfig(backbone="densenet121")
    assert resolved_start(config) != IMAGENET
    cached = hub / "checkpoints" / "densenet121-a639ec97.pth"
    cached.parent.mkdir(parents=True)
    torch.save(densenet121().state_dict(), cached)
    assert resolved_start(config) == IMAGENET


@pytest.fixture
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No ImageNet weights can be had."""
    monkeypatch.setattr(imagenet, "imagenet_at_hand", lambda backbone: False)


@pytest.mark.parametrize("model", ["rocks2net", "gdnet", "efficientnet_lite0"])
def test_without_them_a_built_in_model_on_the_same_backbone_is_the_start(
    model: str, nothing_at_hand: None
) -> None:
    name = next(iter(built_in_models()))
    config = TrainingConfig(model=model)
    assert resolved_start(config) == name
    assert start_sentence(name, config) == f"the built-in model {name}"
    assert start_sentence(built_in_models()[name], config) == f"the built-in model {name}"


@pytest.mark.parametrize(
    ("model", "backbone"), [("vgg16", None), ("microcrystalnet", None), ("rocks2net", "densenet121")]
)
def test_what_has_no_other_start_begins_from_random_weights(
    model: str, backbone: str | None, hub: Path
) -> None:
    config = TrainingConfig(model=model, backbone=backbone)
    assert resolved_start(config) == RANDOM
    assert start_sentence(RANDOM, config) == "random weights"


def test_a_registered_network_on_a_known_backbone_begins_from_random_weights(
    nothing_at_hand: None, tiny: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(num_classes: int, *, pretrained: bool = False) -> torch.nn.Module:
        return tiny(num_classes)

    own = ModelSpec("own", "Own", "layers of its own", backbones=("efficientnet_lite0",), builder=build)
    monkeypatch.setitem(MODELS, "own", own)
    config = TrainingConfig(model="own")
    assert resolved_start(config) == RANDOM
    network = make_network(replace(config, start_from=resolved_start(config)), [3])
    assert isinstance(network, tiny)


@pytest.mark.parametrize("start", [IMAGENET, RANDOM, "five_properties"])
def test_what_is_asked_for_is_the_start(start: str, hub: Path) -> None:
    assert resolved_start(TrainingConfig(backbone="densenet121", start_from=start)) == start


def test_a_server_that_never_answers_costs_seconds(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(imagenet, "ANSWER_SECONDS", 0.1)
    over = threading.Event()

    def silent(request: object, timeout: float) -> None:
        over.wait(60)
        raise OSError("no answer")

    monkeypatch.setattr(imagenet, "urlopen", silent)
    began = time.monotonic()
    assert not imagenet.imagenet_at_hand(backbone_spec("densenet121"))
    assert time.monotonic() - began < 30
    over.set()


def test_a_download_that_breaks_off_is_no_start(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(url: str, **options: object) -> None:
        raise OSError("timed out")

    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(imagenet, "urlopen", lambda request, timeout: nullcontext())
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", broken)
    assert not imagenet.imagenet_at_hand(backbone_spec("densenet121"))


@pytest.mark.parametrize(
    ("before", "start", "backbone"),
    [
        ({"pretrained": True, "start_from": None}, IMAGENET, "densenet121"),
        ({"pretrained": False, "start_from": None}, RANDOM, "densenet121"),
        ({"pretrained": False, "start_from": "five_properties"}, "five_properties", "densenet121"),
        ({"start_from": "auto"}, AUTO, "efficientnet_lite0"),
    ],
)
def test_settings_of_an_earlier_run_mean_what_they_meant(
    before: dict[str, object], start: str, backbone: str
) -> None:
    config = TrainingConfig.from_dict({"model": "rocks2net", **before})
    assert (config.start_from, config.backbone) == (start, backbone)


def test_the_run_says_what_it_started_from_and_is_repeated_from_it(
    hub: Path,
    labels_csv: Path,
    tiny_network: None,
    tiny_config: Callable[..., TrainingConfig],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    samples = load_samples(labels_csv, property="rock", group="section")
    events: list[TrainingEvent] = []
    run = train(tiny_config(model="vgg16", epochs=1, start_from=AUTO), samples, events.append)
    assert run.config["start_from"] == AUTO
    assert read_record(RunFolder(run.folder))["start"] == RANDOM
    assert [event.start for event in events if isinstance(event, TrainingStarted)] == ["random weights"]
    assert read_card(run.model_path).data.endswith(", from random weights")
    monkeypatch.setattr(imagenet, "imagenet_at_hand", lambda backbone: pytest.fail("asked again"))
    assert repeat_run(run.folder, tmp_path / "again").config["start_from"] == RANDOM
    resumed = tiny_config(model="vgg16", epochs=2, start_from=AUTO, resume=True)
    assert len(train(resumed, samples).history) == 2
