"""The invariants of the two-stream networks."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from napari_rocks2net.models import RockNetwork, create_model, crop_critical_area
from napari_rocks2net.models.localization import LocalizationNetwork

TWO_STREAMS = [
    ("dcnet", {}),
    ("s2dnet", {}),
    ("rocks2net", {}),
    ("rocks2net", {"translation": "clip"}),
    ("rocks2net", {"localization": "evidence"}),
]


@pytest.fixture(params=TWO_STREAMS, ids=lambda case: "-".join([case[0], *case[1].values()]))
def network(request: pytest.FixtureRequest) -> RockNetwork:
    torch.manual_seed(0)
    name, arguments = request.param
    built = create_model(name, 4, **arguments).eval()
    for part in built.modules():
        if isinstance(part, LocalizationNetwork):
            torch.nn.init.normal_(part.linear.weight)
    return built


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randn(3, 3, 128, 128, generator=torch.Generator().manual_seed(1))


def test_the_score_is_the_mean_of_both_softmaxes(network: RockNetwork, images: torch.Tensor) -> None:
    output = network(images)
    fused = output.log_probabilities.exp()
    mean = (output.global_log_probabilities.exp() + output.local_log_probabilities.exp()) / 2
    torch.testing.assert_close(fused, mean)
    torch.testing.assert_close(fused.sum(dim=1), torch.ones(3))


def test_the_area_stays_inside_the_image(network: RockNetwork, images: torch.Tensor) -> None:
    output = network(images * 100)
    assert output.translation.abs().max() <= 0.2 + 1e-6
    assert output.critical_area.min() >= -1e-6
    assert output.critical_area.max() <= 1 + 1e-6


def test_feeding_back_its_own_area_changes_nothing(network: RockNetwork, images: torch.Tensor) -> None:
    own = network(images)
    fed = network(images, critical_area=own.critical_area)
    torch.testing.assert_close(fed.log_probabilities, own.log_probabilities)
    torch.testing.assert_close(fed.translation, own.translation)


def test_another_area_changes_the_local_stream_only(network: RockNetwork, images: torch.Tensor) -> None:
    own = network(images)
    other = network(images, critical_area=torch.tensor([[0.0, 0.0, 0.4, 0.4]]).repeat(3, 1))
    torch.testing.assert_close(other.global_log_probabilities, own.global_log_probabilities)
    assert not torch.allclose(other.local_log_probabilities, own.local_log_probabilities)


def test_both_streams_share_one_backbone(network: RockNetwork, images: torch.Tensor) -> None:
    output = network(images)
    local_images = crop_critical_area(images, output.critical_area)
    pooled = network.backbone(local_images).mean(dim=(2, 3))
    logits = network.head(network.local_norm(pooled))
    torch.testing.assert_close(
        output.local_log_probabilities, logits.log_softmax(dim=1), atol=1e-4, rtol=1e-4
    )


def test_at_the_start_the_local_image_is_the_centre_crop() -> None:
    network = create_model("rocks2net", 3).eval()
    images = torch.rand(1, 3, 160, 160)
    output = network(images)
    assert output.translation.abs().max() == 0
    local = crop_critical_area(images, output.critical_area)
    centre = F.interpolate(images[:, :, 16:144, 16:144], size=(160, 160), mode="bilinear")
    torch.testing.assert_close(local[..., 1:-1, 1:-1], centre[..., 1:-1, 1:-1], atol=1e-4, rtol=0)


def test_the_localisation_network_learns_from_the_second_step_on() -> None:
    torch.manual_seed(0)
    network = create_model("rocks2net", 3)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    images, labels = torch.randn(4, 3, 64, 64), torch.tensor([0, 1, 2, 0])
    first_convolution = network.localization.features[0].weight
    gradients = []
    for _ in range(2):
        optimiser.zero_grad()
        F.nll_loss(network(images).log_probabilities, labels).backward()
        gradients.append(first_convolution.grad.abs().max().item())
        optimiser.step()
    assert gradients[0] == 0
    assert gradients[1] > 0


def test_training_pools_the_batch_statistics_of_both_streams() -> None:
    torch.manual_seed(0)
    network = create_model("dcnet", 3).train()
    images = torch.randn(2, 3, 64, 64)
    norm = network.backbone.norm0
    norm.momentum = 1.0
    network(images)
    area = torch.tensor([[0.1, 0.1, 0.9, 0.9]]).repeat(2, 1)
    both = network.backbone.conv0(torch.cat([images, crop_critical_area(images, area)]))
    torch.testing.assert_close(norm.running_mean, both.mean(dim=(0, 2, 3)), atol=1e-5, rtol=1e-4)


def test_the_evidence_carries_no_gradient() -> None:
    network = create_model("rocks2net", 3, localization="evidence")
    output = network(torch.randn(2, 3, 64, 64))
    assert not output.evidence.requires_grad
    assert not output.critical_area.requires_grad


def test_a_one_stream_model_refuses_a_critical_area() -> None:
    with pytest.raises(ValueError, match="takes no critical area"):
        create_model("gdnet", 3)(torch.zeros(2, 3, 64, 64), critical_area=torch.zeros(2, 4))
