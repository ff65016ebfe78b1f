"""One answer from all turns and mirrors of an image."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from napari_rocks2net.models import create_model, crop_critical_area, mean_of_turns
from napari_rocks2net.models.output import ModelOutput, fuse
from napari_rocks2net.models.turning import turned_boxes, turned_images

EIGHT = [(quarters, mirrored) for mirrored in (False, True) for quarters in range(4)]
BOX = torch.tensor([[0.125, 0.5, 0.625, 1.0]])


def images(height: int = 8, width: int = 8) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))


def streams(whole: Tensor, local: Tensor, box: Tensor) -> ModelOutput:
    return ModelOutput(*fuse(whole, local, (2,)), None, box)


def looks_at_the_corner(given: Tensor, area: Tensor | None) -> ModelOutput:
    """Tells classes apart by the top left pixel, which every turn puts another in the place of."""
    box = BOX if area is None else area
    corner = given[:, :2, 0, 0] * 4
    return streams(corner, crop_critical_area(given, box)[:, :2, 0, 0] * 4, box)


def looks_at_the_brightness(given: Tensor, area: Tensor | None) -> ModelOutput:
    """Tells classes apart by what no turn changes."""
    box = BOX if area is None else area
    whole, local = (each.mean(dim=(2, 3))[:, :2] * 8 for each in (given, crop_critical_area(given, box)))
    return streams(whole, local, box)


@pytest.mark.parametrize(("quarters", "mirrored"), EIGHT)
def test_a_box_goes_where_its_pixels_go(quarters: int, mirrored: bool) -> None:
    marked = torch.zeros(1, 1, 8, 16)
    marked[..., 1:5, 8:16] = 1
    turned = turned_images(marked, quarters, mirrored)
    height, width = turned.shape[-2:]
    y0, x0, y1, x1 = turned_boxes(BOX, quarters, mirrored)[0].tolist()
    expected = torch.zeros_like(turned)
    expected[..., round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)] = 1
    torch.testing.assert_close(turned, expected)


def test_the_eight_turns_differ() -> None:
    assert len({tuple(turned_images(images(), *each).flatten().tolist()) for each in EIGHT}) == 8


def test_what_no_turn_changes_is_answered_as_before() -> None:
    upright = looks_at_the_brightness(images(), None)
    mean = mean_of_turns(looks_at_the_brightness, images())
    for name in ("log_probabilities", "global_log_probabilities", "local_log_probabilities"):
        torch.testing.assert_close(getattr(mean, name), getattr(upright, name))
    torch.testing.assert_close(mean.critical_area, BOX)


def test_the_answer_is_the_mean_of_the_eight_probabilities() -> None:
    mean = mean_of_turns(looks_at_the_corner, images())
    each = [
        looks_at_the_corner(turned_images(images(), *turn), turned_boxes(BOX, *turn)).log_probabilities.exp()
        for turn in EIGHT
    ]
    torch.testing.assert_close(mean.log_probabilities.exp(), torch.stack(each).mean(dim=0))
    parts = mean.global_log_probabilities.exp(), mean.local_log_probabilities.exp()
    torch.testing.assert_close(mean.log_probabilities.exp(), sum(parts) / 2)


def test_every_turn_of_an_image_gets_the_same_answer() -> None:
    answers = [
        mean_of_turns(looks_at_the_corner, turned_images(images(), *turn), turned_boxes(BOX, *turn))
        for turn in EIGHT
    ]
    for other in answers[1:]:
        torch.testing.assert_close(other.log_probabilities, answers[0].log_probabilities)


def test_a_network_of_one_stream_takes_part() -> None:
    network = create_model("shufflenet_v2", 3).eval()
    with torch.inference_mode():
        mean = mean_of_turns(network, images(64, 64))
    assert mean.critical_area is None
    assert math.isclose(float(mean.log_probabilities.exp().sum()), 1, abs_tol=1e-5)
