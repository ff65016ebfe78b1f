"""Backbones of the paper's family: what the catalogue says of each is what is made."""

from __future__ import annotations

import sys

import pytest
import torch
from tests.training.duration.test_sizing import kept_bytes

from napari_rocks2net.missing_extra import MissingExtraError
from napari_rocks2net.models import (
    PretrainedWeightsError,
    backbone_spec,
    create_model,
    efficientnet_lite0_features,
    model_spec,
)
from napari_rocks2net.models.backbone_catalog import BACKBONES, TIMM
from napari_rocks2net.models.backbones import make_backbone
from napari_rocks2net.models.catalog import MODELS
from napari_rocks2net.models.efficientnet_lite import SameConv2d, efficientnet_lite0_moments
from napari_rocks2net.training.duration.sizing import MEGABYTE

IMAGES = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
FAMILY = [name for name, spec in MODELS.items() if TIMM in spec.backbones]


@pytest.mark.parametrize("name", sorted(BACKBONES.keys() - {"resnet50"}))
def test_a_backbone_gives_as_many_features_as_the_catalogue_says(name: str) -> None:
    if BACKBONES[name].weights == "timm":
        pytest.importorskip("timm")
    module, features = make_backbone(name)
    with torch.inference_mode():
        assert module.eval()(IMAGES).shape == (2, features, 2, 2)


def test_the_catalogue_says_what_autograd_keeps_with_a_light_backbone() -> None:
    kept = kept_bytes("efficientnet_lite0", 256, 2) / 2 / MEGABYTE
    assert kept == pytest.approx(model_spec("efficientnet_lite0").activation_megabytes, rel=0.05)
    assert model_spec("gdnet").activations_on("efficientnet_lite0") == pytest.approx(kept, rel=0.05)
    two_streams = kept_bytes("rocks2net", 256, 2, backbone="efficientnet_lite0") / 2 / MEGABYTE
    assert model_spec("rocks2net").activations_on("efficientnet_lite0") == pytest.approx(
        two_streams, rel=0.05
    )


@pytest.mark.parametrize(
    ("name", "backbone"), [("rocks2net", "timm/resnet18"), *((name, "efficientnet_lite0") for name in FAMILY)]
)
def test_every_network_of_the_family_is_built_on_every_backbone_and_learns(name: str, backbone: str) -> None:
    if backbone.startswith(TIMM):
        pytest.importorskip("timm")
    torch.manual_seed(0)
    joint = model_spec(name).joint
    network = create_model(name, (3, 2) if joint else 3, backbone=backbone)
    output = network(IMAGES)
    torch.testing.assert_close(output.log_probabilities.exp().sum(dim=1), torch.full((2,), 1.0 + joint))
    output.log_probabilities[:, 0].sum().backward()
    assert all(weight.grad is not None for weight in network.backbone.parameters())


def test_densenet_is_the_usual_backbone() -> None:
    for name in ("gdnet", "rocks2net"):
        usual, named = create_model(name, 3), create_model(name, 3, backbone="densenet121")
        assert usual.state_dict().keys() == named.state_dict().keys()


def test_moments_are_mean_and_mean_square_of_three_depths() -> None:
    whole = efficientnet_lite0_features(pretrained=True).eval()
    moments = efficientnet_lite0_moments(pretrained=True).eval()
    with torch.inference_mode():
        pooled = moments(IMAGES).mean(dim=(2, 3))
        maps = whole.stages(IMAGES)[1:4]
    expected = [part for each in maps for part in (each.mean((2, 3)), each.square().mean((2, 3)))]
    torch.testing.assert_close(pooled, torch.cat(expected, dim=1))


def test_the_light_backbone_is_dilated_where_a_kernel_is_smaller_than_the_papers_five() -> None:
    dilated = efficientnet_lite0_moments(2, pretrained=True).eval()
    kernels = [layer for layer in dilated.modules() if isinstance(layer, SameConv2d) and layer.groups > 1]
    spans = [
        layer.dilation[0] * (layer.kernel_size[0] - 1) + 1 for layer in kernels if layer.stride == (1, 1)
    ]
    assert set(spans) == {5}
    assert sum(layer.dilation == (2, 2) for layer in kernels) == 5
    plain = efficientnet_lite0_moments(pretrained=True).eval()
    with torch.inference_mode():
        assert dilated(IMAGES).shape == plain(IMAGES).shape
        assert not torch.allclose(dilated(IMAGES), plain(IMAGES))


@pytest.mark.parametrize(
    ("name", "backbone", "sentence"),
    [
        ("rocks2net", "resnet50", r"'rocks2net' has no backbone 'resnet50'.*efficientnet_lite0 or timm/NAME"),
        ("vgg16", "densenet121", "'vgg16' has no backbone 'densenet121'; its own: vgg16"),
        ("microcrystalnet", "densenet121", "no backbone 'densenet121'; its own: none"),
        ("gdnet", "timm/no_such_network", "timm has no network 'no_such_network'"),
        ("gdnet", "timm/hf-hub:someone/something", "timm has no network 'hf-hub:someone/something'"),
        ("gdnet", "timm/vit_tiny_patch16_224", "vit_tiny_patch16_224 gives no map"),
    ],
)
def test_a_backbone_that_does_not_fit_is_refused(name: str, backbone: str, sentence: str) -> None:
    pytest.importorskip("timm")
    with pytest.raises(ValueError, match=sentence):
        create_model(name, 3, backbone=backbone)


def test_a_backbone_of_timm_says_what_it_was_trained_with() -> None:
    pytest.importorskip("timm")
    assert backbone_spec("timm/resnet18").normalisation == "imagenet"
    assert backbone_spec("timm/tf_efficientnet_lite0").normalisation == "signed"
    assert backbone_spec("timm/resnet18").features == 512


def test_without_timm_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(MissingExtraError, match=r"timm/resnet18 needs timm.*\[zoo\]"):
        create_model("gdnet", 3, backbone="timm/resnet18")


def test_offline_timms_weights_get_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    timm = pytest.importorskip("timm")
    create = timm.create_model

    def offline(name: str, pretrained: bool = False, **options: object) -> torch.nn.Module:
        if pretrained:
            raise LookupError("no route to host\nand more")
        return create(name, **options)

    monkeypatch.setattr(timm, "create_model", offline)
    with pytest.raises(PretrainedWeightsError, match=r"\(no route to host\).*--start-from random"):
        create_model("gdnet", 3, backbone="timm/resnet18", pretrained=True)
