"""Dense answers: windows share what each has by itself, wherever no padding is in between."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from napari_rocks2net.models import create_model
from napari_rocks2net.models.dense import DenseNetwork, dense_obstacle, places_in

NETWORKS: list[tuple[str, dict[str, Any]]] = [
    ("rocks2net", {"localization": "gap"}),
    ("rocks2net", {"localization": "evidence"}),
    ("dcnet", {}),
    ("gdnet", {}),
]


def dense_network(name: str, arguments: dict[str, Any]) -> DenseNetwork:
    torch.manual_seed(0)
    network = create_model(name, 3, backbone="efficientnet_lite0", **arguments).eval()
    if arguments.get("localization") == "gap":
        # New ones look at the centre.
        torch.nn.init.normal_(network.localization.linear.weight, std=3)
    return DenseNetwork(network)


@pytest.mark.parametrize(("name", "arguments"), NETWORKS)
def test_windows_by_themselves_have_the_answer_of_the_network(name: str, arguments: dict[str, Any]) -> None:
    dense, images = dense_network(name, arguments), torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        expected = dense.network(images)
    output = dense.output(dense.pooled(images))
    torch.testing.assert_close(output.log_probabilities, expected.log_probabilities)
    torch.testing.assert_close(output.critical_area, expected.critical_area)


@pytest.mark.parametrize(("name", "arguments"), NETWORKS)
def test_a_picture_that_is_one_window_has_its_means(name: str, arguments: dict[str, Any]) -> None:
    dense, image = dense_network(name, arguments), torch.rand(1, 3, 128, 128)
    maps, pooled = dense.maps(image), dense.pooled(image)
    torch.testing.assert_close(maps.whole.mean(dim=(0, 1))[None], pooled.whole)
    places = None if maps.place is None else maps.place.mean(dim=(0, 1))[None]
    logits = None if maps.logits is None else maps.logits[None]
    if pooled.boxes is not None:
        torch.testing.assert_close(dense.boxes(pooled.whole, logits, places), pooled.boxes)
        assert maps.local is not None
        assert maps.local.shape[:2] == (5, 5)


def test_the_localisation_network_finds_the_same_place_in_a_picture_as_in_a_window() -> None:
    dense, picture = dense_network(*NETWORKS[0]), torch.rand(1, 3, 256, 256)
    place = dense.maps(picture).place
    assert place is not None
    count = places_in(96)
    for y, x in ((0, 0), (64, 8), (160, 152)):
        shared = place[y // 8 : y // 8 + count, x // 8 : x // 8 + count].mean(dim=(0, 1))[None]
        by_itself = dense.pooled(picture[:, :, y : y + 96, x : x + 96]).boxes
        torch.testing.assert_close(dense.boxes(torch.zeros(1, 1), place=shared), by_itself)


@pytest.mark.parametrize(
    ("name", "words"),
    [("dsan", "does not answer by the means"), ("probe", "does not"), ("efficientnet_b0", "whole picture")],
)
def test_networks_whose_windows_share_nothing_say_why(name: str, words: str) -> None:
    assert words in str(dense_obstacle(create_model(name, 2)))


def test_networks_of_the_paper_can_share() -> None:
    assert dense_obstacle(create_model("rocks2net", 2)) is None
    assert dense_obstacle(create_model("densenet121", 2)) is None
