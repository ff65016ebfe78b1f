"""Where the networks look."""

from __future__ import annotations

import pytest
import torch

from napari_rocks2net.models.localization import LocalizationNetwork, centre_of_evidence, standardised


@pytest.mark.parametrize("translation", ["bounded", "clip"])
def test_the_translation_starts_at_zero_and_never_leaves_the_image(translation: str) -> None:
    network = LocalizationNetwork(translation).eval()
    images = torch.randn(8, 3, 64, 64) * 50
    assert network(images).abs().max() == 0
    torch.nn.init.normal_(network.linear.weight, std=100)
    reached = network(images).abs().max().item()
    assert reached == pytest.approx(0.2, abs=1e-3)
    assert reached <= 0.2 + 1e-6


def test_bounded_and_clip_differ_between_the_limits() -> None:
    networks = [LocalizationNetwork(kind).eval() for kind in ("bounded", "clip")]
    for network in networks:
        torch.nn.init.constant_(network.linear.bias, 0.1)
    image = torch.zeros(1, 3, 64, 64)
    bounded, clipped = (network(image)[0, 0].item() for network in networks)
    tanh = torch.tensor(0.1).tanh().item()
    assert bounded == pytest.approx(0.2 * tanh, rel=1e-3)
    assert clipped == pytest.approx(tanh, rel=1e-3)


def test_evidence_in_a_corner_draws_the_area_to_it() -> None:
    evidence = torch.zeros(1, 8, 8)
    evidence[0, 0, 7] = 1
    tx, ty = centre_of_evidence(standardised(evidence))[0].tolist()
    assert (tx, ty) == pytest.approx((0.2, -0.2))


def test_the_centre_of_evidence_is_the_position_of_a_single_peak() -> None:
    evidence = torch.full((1, 10, 10), -100.0)
    evidence[0, 5, 4] = 100
    tx, ty = centre_of_evidence(evidence)[0].tolist()
    assert (tx, ty) == pytest.approx((-0.1, 0.1))


def test_flat_evidence_leaves_the_area_in_the_centre() -> None:
    nearly_flat = 5 + 1e-6 * torch.randn(3, 6, 6)
    assert centre_of_evidence(standardised(nearly_flat)).abs().max() < 0.02
