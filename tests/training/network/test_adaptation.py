"""Adaptation to a second microscope: its loss, its draws, and what it is worth where the truth is known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import nn

from napari_rocks2net.imaging import Preprocessing, read_image
from napari_rocks2net.models import DsanNetwork, Familiarity, RockNetwork, local_maximum_mean_discrepancy
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import SampleError, load_samples
from napari_rocks2net.training import (
    EpochFinished,
    ImagesRead,
    RunFolderError,
    TrainingConfig,
    repeat_run,
    train,
)
from napari_rocks2net.training.network import components
from napari_rocks2net.training.network.adaptation import AdaptationDataset, AdaptationModule, target_rows
from napari_rocks2net.training.network.dataset import SectionDataset
from napari_rocks2net.training.network.module import Optimisation, RockModule

COLOURS = {"granite": (150, 110, 110), "schist": (110, 110, 150)}
# The second microscope has another lamp: its granite lies nearer to the first one's schist.
SHIFT = (-30, 30, 30)
PHOTOS = 16


class ColourNetwork(DsanNetwork):
    """Stands in for a ResNet-50: sees nothing but the mean colour of an image."""

    name = "dsan"

    def __init__(self, num_classes: int) -> None:
        RockNetwork.__init__(self, num_classes, nn.AdaptiveAvgPool2d(1))
        layers = nn.Linear(3, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 16)
        self.bottleneck = nn.Sequential(*layers)  # type: ignore[assignment]
        self.head = nn.Linear(16, self.num_classes)


@pytest.fixture(autouse=True)
def colour_network(monkeypatch):
    monkeypatch.setattr(components, "create_model", lambda name, classes, **arguments: ColourNetwork(classes))


@pytest.fixture
def microscopes(tmp_path):
    """Photos of two microscopes; those of the second lie one folder deeper, in the same order."""
    rng = np.random.default_rng(0)
    for microscope, shift in (("first", (0, 0, 0)), ("second/photos", SHIFT)):
        for label, colour in COLOURS.items():
            folder = tmp_path / microscope / label
            folder.mkdir(parents=True)
            for photo in range(PHOTOS):
                noise = rng.normal(0, 12, 3) + rng.normal(0, 20, (32, 32, 3))
                values = np.clip(noise + colour + shift, 0, 255).astype(np.uint8)
                Image.fromarray(values).save(folder / f"{photo:02}.png")
    return tmp_path / "first", tmp_path / "second"


@pytest.fixture
def config(tiny_config, microscopes):
    """Make a configuration of seconds that adapts to the second microscope; keywords change it."""

    def make(**changes) -> TrainingConfig:
        settings = {"model": "dsan", "target": microscopes[1], "epochs": 12, "learning_rate": 0.02}
        return tiny_config(**(settings | {"batch_size": 10, "augmentation": False} | changes))

    return make


@pytest.fixture
def module():
    torch.manual_seed(0)
    return AdaptationModule(
        ColourNetwork(2), Preprocessing(64), Optimisation(1e-3, constant=True), epochs=10
    ).eval()


@pytest.fixture
def batch():
    torch.manual_seed(1)
    images, unlabelled = torch.randint(0, 255, (2, 6, 3, 64, 64), dtype=torch.uint8)
    return images, torch.tensor([0, 1, 0, 1, 0, 1]), unlabelled


def accuracy_on_the_second(run, microscopes):
    network = ColourNetwork(2).eval()
    weights = load_file(run.model_path)
    network.familiarity = Familiarity.for_weights(weights)
    network.load_state_dict(weights)
    preprocessing = Preprocessing(64)
    right = []
    for index, label in enumerate(sorted(COLOURS)):
        photos = sorted((microscopes[1] / "photos" / label).iterdir())
        images = torch.stack([preprocessing(read_image(photo)) for photo in photos])
        with torch.no_grad():
            right += (network(images).log_probabilities.argmax(dim=1) == index).tolist()
    return np.mean(right)


def test_unlabelled_photos_of_the_second_microscope_make_the_network_better_on_it(config, microscopes):
    samples = load_samples(microscopes[0])
    accuracy = {}
    for model, target in (("densenet121", None), ("dsan", microscopes[1])):
        run = train(config(model=model, target=target, output=microscopes[0].parent / model), samples)
        accuracy[model] = accuracy_on_the_second(run, microscopes)
        assert run.metrics["validation"]["accuracy"] >= 0.8, "both know the first microscope"
    assert accuracy["dsan"] >= accuracy["densenet121"] + 0.2
    assert accuracy["dsan"] >= 0.7


def test_the_first_epoch_is_the_cross_entropy_alone(module, batch):
    images, labels, _ = batch
    plain = RockModule(module.network, module.preprocessing, module.optimisation).eval()
    expected = plain.training_step((images, labels), 0)
    assert module.training_step(batch, 0).item() == pytest.approx(expected.item(), rel=1e-5)


def test_later_the_discrepancy_of_the_two_batches_joins_with_its_weight(module, batch, monkeypatch):
    images, labels, unlabelled = batch
    likelihood = module.training_step(batch, 0).item()
    source, target = (
        module.network.bottleneck_features(module.prepared(each)) for each in (images, unlabelled)
    )
    probabilities = module.network.classified(target).log_probabilities.exp()
    discrepancy = local_maximum_mean_discrepancy(source, labels, target, probabilities).item()
    assert discrepancy > 0
    monkeypatch.setattr(AdaptationModule, "current_epoch", 5)
    weight = 1 / (1 + np.exp(-5)) - 0.5
    assert module.training_step(batch, 0).item() == pytest.approx(likelihood + weight * discrepancy, rel=1e-4)
    reported, _ = module.training_figures()
    assert reported == pytest.approx(likelihood, rel=1e-5), "the training loss stays the cross-entropy"


def test_every_labelled_image_comes_with_any_unlabelled_one(write_photo, tmp_path):
    files = [write_photo(tmp_path / f"{name}.png", seed=name) for name in range(2)]
    for name in range(3):
        write_photo(tmp_path / "target" / "deeper" / f"{name}.png", seed=10 + name)
    labelled = pd.DataFrame({"file": files, "region": None, "rock": ["a", "b"]})
    source = SectionDataset(labelled, [RockProperty("rock", ("a", "b"))], Preprocessing(64))
    target = SectionDataset(target_rows(tmp_path / "target"), (), Preprocessing(64))
    pairs = AdaptationDataset(source, target)
    assert len(pairs) == 2
    torch.manual_seed(0)
    samples = [pairs[index % 2] for index in range(40)]
    for index, (image, label, _) in enumerate(samples):
        assert torch.equal(image, source[index % 2][0])
        assert label == index % 2
    unlabelled = {target[index][0].sum().item() for index in range(3)}
    assert {image.sum().item() for _, _, image in samples} == unlabelled


def stop_after_two(event):
    if isinstance(event, EpochFinished) and event.epoch == 2:
        raise ZeroDivisionError


def test_a_killed_adaptation_goes_on_as_if_nothing_had_happened(config, microscopes, tmp_path):
    samples = load_samples(microscopes[0])
    events = []
    straight = train(config(epochs=4, augmentation=True, output=tmp_path / "a"), samples, events.append)
    assert events[len(samples) + 2 * PHOTOS - 1] == ImagesRead(64, 64), "unlabelled images are read too"
    with pytest.raises(ZeroDivisionError):
        train(config(epochs=4, augmentation=True), samples, stop_after_two)
    resumed = train(config(epochs=4, augmentation=True, resume=True), samples)
    losses = [run.history["train_loss"].tolist() for run in (straight, resumed)]
    assert losses[0] == losses[1]
    weights = [load_file(run.model_path) for run in (straight, resumed)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_a_run_belongs_to_its_target(config, microscopes, tmp_path):
    samples = load_samples(microscopes[0])
    run = train(config(epochs=1), samples)
    assert run.config["target"] == str(microscopes[1])
    with pytest.raises(RunFolderError, match="was trained with target="):
        train(config(epochs=2, resume=True, target=microscopes[0]), samples)
    first = microscopes[1] / "photos" / "granite" / "00.png"
    (microscopes[1] / "new.png").write_bytes(first.read_bytes())
    for again in (
        lambda: train(config(epochs=2, resume=True), samples),
        lambda: repeat_run(run.folder, tmp_path / "again"),
    ):
        with pytest.raises(RunFolderError, match=r"1 images of the target are new .*new\.png"):
            again()
    (microscopes[1] / "new.png").unlink()
    first.write_bytes(first.read_bytes() + b" ")
    with pytest.raises(RunFolderError, match=r"have changed, the first is .*00\.png"):
        repeat_run(run.folder, tmp_path / "again")


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_a_target_without_images_is_named_and_leaves_no_run(config, microscopes, tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SampleError, match=f"{name} (is no folder|holds no image)"):
        train(config(target=tmp_path / name), load_samples(microscopes[0]))
    assert not (tmp_path / "run").exists()


def test_an_unreadable_unlabelled_image_costs_a_line(config, microscopes, caplog):
    broken = microscopes[1] / "photos" / "schist" / "03.png"
    broken.write_bytes(b"no picture")
    assert len(target_rows(microscopes[1] / "photos")) == 31
    assert f"Left out: {broken}" in caplog.text
    for image in (microscopes[1] / "photos").rglob("*.png"):
        image.write_bytes(b"no picture")
    with pytest.raises(SampleError, match="None of the images in the target"):
        target_rows(microscopes[1] / "photos")


def test_only_dsan_takes_a_target_and_it_needs_one(tmp_path):
    with pytest.raises(ValueError, match="'dsan' adapts to another microscope: name with target"):
        TrainingConfig(model="dsan")
    with pytest.raises(ValueError, match=f"'gdnet' learns from labelled images only.*{tmp_path}"):
        TrainingConfig(model="gdnet", target=tmp_path)
    config = TrainingConfig(model="dsan", target="photos")
    assert config.target == tmp_path.cwd() / "photos", "it holds from any folder"
    assert TrainingConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
