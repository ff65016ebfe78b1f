"""torchvision and timm are the oracles of the other backbones."""

from __future__ import annotations

import sys

import pytest
import torch
from torchvision import models as torchvision_models

from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.models import PretrainedWeightsError, create_model
from napari_rocks2net.models.other_backbones import efficientnet_features, shufflenet_features, vgg16_features
from napari_rocks2net.models.timm_backbones import timm_features

IMAGES = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def test_vgg16_and_efficientnet_are_torchvisions() -> None:
    for build, reference in (
        (vgg16_features, torchvision_models.vgg16(weights=None)),
        (efficientnet_features, torchvision_models.efficientnet_b0(weights=None)),
    ):
        features = build().eval()
        features.load_state_dict(reference.features.state_dict())
        with torch.inference_mode():
            torch.testing.assert_close(features(IMAGES), reference.eval().features(IMAGES))


def test_shufflenet_is_torchvisions() -> None:
    reference = torchvision_models.shufflenet_v2_x1_0(weights=None).eval()
    features = shufflenet_features().eval()
    for ours, theirs in zip(features.parameters(), reference.parameters(), strict=False):
        ours.data.copy_(theirs)
    with torch.inference_mode():
        pooled = features(IMAGES).mean(dim=(2, 3))
        torch.testing.assert_close(reference.fc(pooled), reference(IMAGES))


def test_darknet_is_timms() -> None:
    timm = pytest.importorskip("timm")
    reference = timm.create_model("darknet53").eval()
    features = timm_features("darknet53").eval()
    features.load_state_dict(reference.state_dict(), strict=False)
    with torch.inference_mode():
        torch.testing.assert_close(features(IMAGES), reference.forward_features(IMAGES))


def test_without_timm_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(MissingExtraError, match=r"needs timm.*\[zoo\]"):
        create_model("darknet53", 3)


@pytest.mark.parametrize("name", ["vgg16", "efficientnet_b0", "shufflenet_v2", "dsan"])
def test_without_a_connection_one_sentence_says_what_to_do(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(self: object, **options: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(torchvision_models.WeightsEnum, "get_state_dict", offline)
    with pytest.raises(PretrainedWeightsError, match=r"no route to host.*--start-from random"):
        create_model(name, 3, pretrained=True)


@pytest.mark.parametrize("name", ["vgg16", "efficientnet_b0", "shufflenet_v2", "darknet53", "dsan"])
def test_each_answers_like_the_family_and_learns(name: str) -> None:
    if name == "darknet53":
        pytest.importorskip("timm")
    torch.manual_seed(0)
    network = create_model(name, 4)
    output = network(IMAGES)
    torch.testing.assert_close(output.log_probabilities.exp().sum(dim=1), torch.ones(2))
    assert output.critical_area is None
    output.log_probabilities[:, 0].sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())
    with pytest.raises(ValueError, match="takes no critical area"):
        network(IMAGES, critical_area=torch.zeros(2, 4))
