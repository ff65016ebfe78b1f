"""Gentle fine-tuning: scikit-learn is the oracle of the head that it starts from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import load_model
from napari_rocks2net.models import create_model
from napari_rocks2net.models.backbone import Head
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import load_samples
from napari_rocks2net.training import TrainingConfig, train
from napari_rocks2net.training.network import fine_tuning
from napari_rocks2net.training.network.components import is_gentle
from napari_rocks2net.training.network.dataset import LoaderOptions, SectionDataset
from napari_rocks2net.training.network.fine_tuning import head_norms, start_head
from napari_rocks2net.training.network.module import LABEL_SMOOTHING, Optimisation, RockModule
from napari_rocks2net.training.network.rates import rate_groups
from napari_rocks2net.training.runs.run_folder import RunFolder

CLASSES = (RockProperty("rock", ("a", "b", "c")),)
OPTIONS = LoaderOptions(5, 0, pin_memory=False)


def make_module(name: str = "gdnet", classes: Any = 3, **arguments: Any) -> RockModule:
    torch.manual_seed(0)
    network = create_model(name, classes, backbone="efficientnet_lite0", pretrained=True, **arguments)
    optimisation = Optimisation(1e-3, constant=False, gentle=True, keep_statistics=True)
    return RockModule(network, Preprocessing(64, normalisation="signed"), optimisation)


def photos(properties: tuple[RockProperty, ...] = CLASSES, count: int = 24) -> SectionDataset:
    """Return noise whose coarseness is its class."""
    rows = {"file": [f"{n}.png" for n in range(count)], "region": None}
    labels = {each.name: [each.classes[n % len(each.classes)] for n in range(count)] for each in properties}
    dataset = SectionDataset(pd.DataFrame(rows | labels), properties, Preprocessing(64))
    generator = torch.Generator().manual_seed(0)
    images = []
    for n in range(count):
        coarse = torch.randint(0, 256, (1, 3, 64 >> n % 3, 64 >> n % 3), generator=generator).float()
        images.append(nn.functional.interpolate(coarse, size=(64, 64))[0].to(torch.uint8))
    dataset.images = torch.stack(images)
    return dataset


def groups(count: int = 24) -> list[str]:
    return [f"section {n // 3 % 4}{n % 3}" for n in range(count)]


@pytest.mark.parametrize("name", ["gdnet", "rocks2net"])
def test_the_head_starts_as_a_logistic_regression_on_standardised_features(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fine_tuning, "STRENGTHS", (0.02,))
    module, dataset = make_module(name), photos()
    start_head(module, dataset, groups(), OPTIONS, balanced=False)
    network = module.network.eval()
    with torch.no_grad():
        images = module.prepared(dataset.images)
        answer = network(images)
        crop = answer.critical_area
        both = [images] if crop is None else [images, fine_tuning_crop(images, crop)]
        pooled = [network.backbone(each).mean(dim=(2, 3)).numpy() for each in both]
    standardised = [(each - each.mean(0)) / np.sqrt(each.var(0) + 1e-6) for each in pooled]
    labels = np.tile(dataset.labels[:, 0].numpy(), len(both))
    reference = LogisticRegression(C=0.02, max_iter=1000).fit(np.concatenate(standardised), labels)
    expected = np.mean([reference.predict_proba(each) for each in standardised], axis=0)
    np.testing.assert_allclose(answer.log_probabilities.exp().numpy(), expected, atol=2e-3)
    assert (expected.argmax(1) == dataset.labels[:, 0].numpy()).mean() > 0.9


def fine_tuning_crop(images: torch.Tensor, boxes: torch.Tensor) -> torch.Tensor:
    from napari_rocks2net.models import crop_critical_area

    return crop_critical_area(images, boxes)


def test_a_head_of_two_layers_holds_a_linear_one_exactly() -> None:
    head, generator = Head(4, 10), torch.Generator().manual_seed(0)
    weights, biases = torch.randn(4, 10, generator=generator), torch.randn(4, generator=generator)
    features = 10 * torch.randn(50, 10, generator=generator)
    fine_tuning.embed_linear(head, weights, biases)
    torch.testing.assert_close(head(features), features @ weights.T + biases, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("classes", [2, 3])
def test_classes_without_a_photo_are_improbable_and_two_classes_are_one_logit(classes: int) -> None:
    features = np.random.default_rng(0).normal(size=(30, 5))
    labels = (features[:, 0] > 0).astype(int)
    model = LogisticRegression().fit(features, labels)
    weights, biases = fine_tuning.for_all_classes(model, classes)
    logits = torch.from_numpy(features).float() @ weights.T + biases
    probabilities = logits.softmax(dim=1).numpy()
    np.testing.assert_allclose(probabilities[:, :2], model.predict_proba(features), atol=0.02)
    assert probabilities[:, 2:].max(initial=0) < 0.02


def test_each_property_of_a_joint_network_gets_its_head_from_the_photos_that_have_it() -> None:
    properties = (RockProperty("rock", ("a", "b", "c")), RockProperty("grain", ("fine", "coarse")))
    module, dataset = make_module("rocks2net_joint", (3, 2)), photos(properties)
    dataset.labels[::4, 1] = -1
    start_head(module, dataset, groups(), OPTIONS)
    with torch.no_grad():
        scores = module.network(module.prepared(dataset.images)).log_probabilities
    for column, part in enumerate(scores.split([3, 2], dim=1)):
        known = dataset.labels[:, column] >= 0
        first = 3 * column
        assert ((part.argmax(dim=1) + first)[known] == dataset.labels[known, column]).float().mean() > 0.9


def test_one_class_and_too_many_classes_leave_the_random_head() -> None:
    module, dataset = make_module(), photos()
    dataset.labels[:] = 0
    before = module.network.head.hidden.weight.clone()
    start_head(module, dataset, groups(), OPTIONS)
    assert torch.equal(module.network.head.hidden.weight, before)


def test_the_section_decides_how_strongly_the_head_is_held_back() -> None:
    labels, sections = np.array([0, 0, 1, 1] * 5), np.array([f"s{n}" for n in range(20)], object)
    parts = fine_tuning.grouped_parts(labels, sections)
    assert len(parts) == 5
    assert all(not set(sections[train]) & set(sections[test]) for train, test in parts)
    assert fine_tuning.grouped_parts(labels, labels.astype(str)) == []


def test_the_backbone_is_moved_less_the_nearer_it_is_to_the_image() -> None:
    network = make_module("rocks2net").network
    rates = rate_groups(network, 1e-3)
    assert rates[0]["lr"] == 1e-3
    backbone = [group["lr"] for group in rates[1:]]
    assert backbone == sorted(backbone)
    assert (backbone[0], backbone[-1]) == pytest.approx((1e-5, 1e-4))
    grouped = [id(weight) for group in rates for weight in group["params"]]
    assert sorted(grouped) == sorted(map(id, network.parameters()))


def test_statistics_stay_except_missing_ones() -> None:
    module = make_module("rocks2net").train()
    kept = {name: layer.training for name, layer in module.network.named_modules() if "norm" in name}
    assert kept == {"global_norm": False, "local_norm": False, "localization.norm": True}
    assert not module.network.backbone.stem[1].training
    assert module.network.localization.dropout.training


def test_labels_are_smoothed_and_the_curve_is_not() -> None:
    module = make_module()
    scores = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([[0], [1], [2], [0], [1], [-1]])
    loss = module.negative_log_likelihood(scores.log_softmax(dim=1), labels)
    expected = nn.functional.cross_entropy(scores[:5], labels[:5, 0], label_smoothing=LABEL_SMOOTHING)
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(
        module.train_loss.compute(), nn.functional.cross_entropy(scores[:5], labels[:5, 0])
    )


@pytest.mark.parametrize(
    ("model", "settings", "gentle"),
    [
        ("gdnet", {}, True),
        ("gdnet", {"start_from": "random"}, False),
        ("gdnet", {"preset": "paper"}, False),
        ("gdnet", {"fine_tuning": "plain"}, False),
        ("microcrystalnet", {}, False),
    ],
)
def test_only_trained_weights_with_a_head_of_the_family_are_moved_gently(
    model: str, settings: dict[str, Any], gentle: bool
) -> None:
    config = TrainingConfig(model=model, **settings)
    network = create_model(model, 3, **config.model_arguments)
    assert bool(head_norms(network)) is (model == "gdnet")
    assert is_gentle(config, network) is gentle


def test_a_training_never_ends_below_its_start(labels_csv: Path, tiny_config: Callable[..., Any]) -> None:
    """A rate that destroys everything leaves the start as the best epoch."""
    config = tiny_config(model="gdnet", start_from="auto", epochs=1, learning_rate=0.9)
    run = train(config, load_samples(labels_csv, property="rock", group="section"))
    assert run.metrics["best_epoch"] == 0
    assert run.metrics["validation"]["log_loss"] < run.history["validation_loss"].min()
    start = torch.load(RunFolder(run.folder).start_checkpoint, weights_only=True)["state_dict"]
    kept = load_model(run.model_path)[0].state_dict()
    torch.testing.assert_close(kept["head.hidden.weight"], start["network.head.hidden.weight"])


def test_the_losses_of_images_are_those_of_their_labels() -> None:
    module, dataset = make_module(), photos(count=6)
    images, labels = (torch.stack(each) for each in zip(*(dataset[at] for at in range(6)), strict=True))
    labels[2] = -1
    losses = module.losses_of([(images[:4], labels[:4]), (images[4:], labels[4:])])
    with torch.no_grad():
        expected = nn.functional.nll_loss(module(images), labels[:, 0], ignore_index=-1, reduction="none")
    torch.testing.assert_close(losses, expected)
