"""Networks by name, and the counts that the paper and the authors' code imply."""

from __future__ import annotations

import pytest
import torch

from napari_rocks2net.models import ModelOutput, create_model


def trainable(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)


@pytest.mark.parametrize(
    ("classes", "parameters"), [(5, 7_057_831), (7, 7_057_961), (8, 7_058_026), (9, 7_058_091)]
)
def test_rocks2net_has_as_many_parameters_as_the_paper_implies(classes: int, parameters: int) -> None:
    assert trainable(create_model("rocks2net", classes)) == parameters


def test_its_parts_have_as_many_parameters_as_the_paper_implies() -> None:
    network = create_model("rocks2net", 7)
    assert trainable(network.get_submodule("localization")) == 33_954
    assert trainable(network.get_submodule("backbone")) == 6_953_856


def test_evidence_saves_the_localisation_network() -> None:
    assert trainable(create_model("rocks2net", 7, localization="evidence")) == 7_057_961 - 33_954


@pytest.mark.parametrize(("name", "dilated"), [("rocks2net", 58), ("gdnet", 58), ("s2dnet", 0)])
def test_only_the_dense_blocks_are_dilated(name: str, dilated: int) -> None:
    convolutions = [m for m in create_model(name, 3).backbone.modules() if isinstance(m, torch.nn.Conv2d)]
    assert sum(m.dilation == (2, 2) and m.padding == (2, 2) for m in convolutions) == dilated
    assert sum(m.kernel_size == (3, 3) for m in convolutions) == 58


@pytest.mark.parametrize("name", ["densenet121", "gdnet", "dcnet", "s2dnet", "rocks2net"])
def test_every_model_answers_with_log_probabilities(name: str) -> None:
    network = create_model(name, 4).eval()
    assert network.name == name
    output = network(torch.randn(2, 3, 64, 96))
    assert isinstance(output, ModelOutput)
    torch.testing.assert_close(output.log_probabilities.exp().sum(dim=1), torch.ones(2))
    one_stream = name in ("densenet121", "gdnet")
    assert (output.translation is None) == one_stream
    assert (output.global_log_probabilities is None) == one_stream


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: create_model("resnet", 3), "no network 'resnet'; choose one of"),
        (lambda: create_model("rocks2net", 1), "at least 2 classes, not 1"),
        (lambda: create_model("rocks2net", 3, localization="x"), "localization 'x' is unknown"),
        (lambda: create_model("rocks2net", 3, translation="x"), "translation 'x' is unknown"),
        (lambda: create_model("gdnet", 3, localization="gap"), "does not take these arguments"),
    ],
)
def test_wrong_requests_say_what_to_do(call: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()
