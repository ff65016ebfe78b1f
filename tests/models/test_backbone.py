"""torchvision is the oracle of the backbone."""

from __future__ import annotations

import pytest
import torch
from torchvision.models import densenet121

from napari_rocks2net.models import PretrainedWeightsError, create_model
from napari_rocks2net.models.backbone import dense_features


def test_undilated_features_equal_torchvisions() -> None:
    reference = densenet121(weights=None).eval()
    features = dense_features(1).eval()
    features.load_state_dict(reference.features.state_dict())
    images = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(features(images), reference.features(images).relu())


def test_torchvisions_weights_fit_the_dilated_backbone_and_change_its_answer() -> None:
    reference = densenet121(weights=None).eval()
    dilated = dense_features(2).eval()
    missing = dilated.load_state_dict(reference.features.state_dict())
    assert not missing.missing_keys
    assert not missing.unexpected_keys
    images = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        assert dilated(images).shape == reference.features(images).shape
        assert not torch.allclose(dilated(images), reference.features(images))


def test_a_dilated_convolution_sees_five_pixels() -> None:
    layer = dense_features(2).denseblock1.denselayer1.conv2
    image = torch.zeros(1, 128, 11, 11, requires_grad=True)
    layer(image)[0, :, 5, 5].sum().backward()
    rows = image.grad[0].abs().sum(dim=(0, 2)).nonzero().flatten()
    assert rows.tolist() == [3, 5, 7]


def test_imagenet_weights_are_torchvisions(monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.models import DenseNet121_Weights

    published = densenet121(weights=None).state_dict()
    monkeypatch.setattr(DenseNet121_Weights, "get_state_dict", lambda self, **options: published)
    network = create_model("rocks2net", 3, pretrained=True)
    torch.testing.assert_close(network.backbone.conv0.weight, published["features.conv0.weight"])


def test_without_a_connection_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from urllib.error import URLError

    from torchvision.models import DenseNet121_Weights

    def offline(self: object, **options: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(DenseNet121_Weights, "get_state_dict", offline)
    with pytest.raises(PretrainedWeightsError, match=r"no route to host.*--start-from random"):
        create_model("rocks2net", 3, pretrained=True)
