"""The two networks for single crystals are what their sources say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from napari_rocks2net.models import PretrainedWeightsError, create_model
from napari_rocks2net.models.microcrystalnet import MicroCrystalNetwork, NSRBlock

NAMES = ["microcrystalnet", "microcrystalnet_deposited"]
CROPS = torch.rand(3, 1, 64, 64, generator=torch.Generator().manual_seed(0))


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def kinds(network: nn.Module) -> list[str]:
    """Name the layers in the order they are computed in."""
    return [type(layer).__name__ for layer in network.modules() if not list(layer.children())]


def test_the_deposited_network_has_the_layers_of_the_authors_summary() -> None:
    network = create_model("microcrystalnet_deposited", 4)
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    assert [parameters(layer) for layer in layers] == [640, 18_464, 4_624, 262_400, 1_028]
    assert parameters(network) == 287_156


def test_the_deposited_network_normalises_nothing_and_drops_nothing() -> None:
    network = create_model("microcrystalnet_deposited", 4)
    assert not list(network.buffers())
    block = ["Conv2d", "ReLU", "MaxPool2d"]
    assert kinds(network) == [*block * 3, "AdaptiveAvgPool2d", "Linear", "ReLU", "Linear"]


def test_the_nsr_network_has_the_layers_of_our_interpretation() -> None:
    network = create_model("microcrystalnet", 4)
    block = ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Dropout"]
    dense = ["Linear", "BatchNorm1d", "ReLU", "Dropout", "Linear"]
    assert kinds(network) == [*block * 3, "AdaptiveAvgPool2d", *dense]
    assert [block[0].out_channels for block in network.modules() if isinstance(block, NSRBlock)] == [
        *(32, 64, 128)
    ]
    kernels = 9 * (1 * 32 + 32 * 64 + 64 * 128) + 2 * (32 + 64 + 128)
    assert parameters(network) == kernels + 64 * 128 * 512 + 2 * 512 + 512 * 4 + 4
    assert [layer.p for layer in network.modules() if isinstance(layer, nn.Dropout)][-1] == 0.5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [64, 96, 256])
def test_crops_of_any_size_give_log_probabilities(name: str, size: int) -> None:
    network = create_model(name, 5).eval()
    output = network(torch.rand(2, 3, size, size))
    assert output.log_probabilities.shape == (2, 5)
    torch.testing.assert_close(output.log_probabilities.exp().sum(dim=1), torch.ones(2))
    assert output.critical_area is None
    assert output.global_log_probabilities is None


@pytest.mark.parametrize("name", NAMES)
def test_grey_and_rgb_crops_are_the_same(name: str) -> None:
    network = create_model(name, 4).eval()
    grey, rgb = network(CROPS), network(CROPS.expand(-1, 3, -1, -1))
    torch.testing.assert_close(grey.log_probabilities, rgb.log_probabilities)


@pytest.mark.parametrize("name", NAMES)
def test_at_64_px_every_place_counts_by_itself(name: str) -> None:
    network = create_model(name, 4).eval()
    assert isinstance(network, MicroCrystalNetwork)
    features = network.backbone(CROPS)
    assert features.shape[2:] == (8, 8)
    assert torch.equal(network.to_grid(features), features)


def test_the_deposited_network_is_a_plain_chain_of_layers(rng: np.random.Generator) -> None:
    """SciPy is the oracle: correlation with zeros around, maxima of 2 x 2, products of matrices."""
    from scipy.ndimage import correlate

    network = create_model("microcrystalnet_deposited", 4).double().eval()
    image = rng.random((64, 64))
    maps = image[None]
    convolutions = [layer for layer in network.backbone.modules() if isinstance(layer, nn.Conv2d)]
    for layer in convolutions:
        weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
        summed = np.stack(
            [
                sum(correlate(m, k, mode="constant") for m, k in zip(maps, kernels, strict=True)) + b
                for kernels, b in zip(weight, bias, strict=True)
            ]
        )
        rectified = np.maximum(summed, 0)
        channels, height, width = rectified.shape
        maps = rectified.reshape(channels, height // 2, 2, width // 2, 2).max(axis=(2, 4))
    hidden, last = (layer for layer in network.classifier if isinstance(layer, nn.Linear))
    values = np.maximum(hidden.weight.detach().numpy() @ maps.ravel() + hidden.bias.detach().numpy(), 0)
    logits = last.weight.detach().numpy() @ values + last.bias.detach().numpy()
    expected = np.exp(logits) / np.exp(logits).sum()
    probabilities = network(torch.from_numpy(image)[None, None]).log_probabilities.exp().detach().numpy()
    np.testing.assert_allclose(probabilities[0], expected, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_learns(name: str) -> None:
    torch.manual_seed(0)
    network = create_model(name, 4).train()
    loss = -network(CROPS).log_probabilities[:, 1].mean()
    loss.backward()
    for label, parameter in network.named_parameters():
        assert parameter.grad is not None, label
        assert parameter.grad.abs().sum() > 0, label


@pytest.mark.parametrize("name", NAMES)
def test_training_lowers_the_loss(name: str) -> None:
    torch.manual_seed(0)
    network = create_model(name, 3).train()
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    losses = []
    for _ in range(12):
        optimiser.zero_grad()
        loss = nn.functional.nll_loss(network(CROPS).log_probabilities, torch.arange(3))
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_an_nsr_block_drops_in_training_only() -> None:
    block = NSRBlock(1, 8)
    assert not torch.equal(block.train()(CROPS), block(CROPS))
    assert torch.equal(block.eval()(CROPS), block(CROPS))
    assert block(CROPS).shape == (3, 8, 32, 32)
    assert (block(CROPS) >= 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_what_they_cannot_do_is_reported(name: str) -> None:
    with pytest.raises(PretrainedWeightsError, match=rf"no ImageNet weights of {name}; start without"):
        create_model(name, 4, pretrained=True)
    with pytest.raises(ValueError, match="takes no critical area"):
        create_model(name, 4)(CROPS, critical_area=torch.tensor([[0.0, 0.0, 1.0, 1.0]]))
