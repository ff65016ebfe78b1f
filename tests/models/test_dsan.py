"""The discrepancy against its definition, written out with loops, and its invariants."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from napari_rocks2net.models import adaptation_weight
from napari_rocks2net.models import local_maximum_mean_discrepancy as lmmd


def definition(source: Tensor, labels: Tensor, target: Tensor, probabilities: Tensor) -> float:
    """Sum over the classes in both batches, term by term."""
    joint = torch.cat([source, target]).tolist()
    squared = [[math.dist(a, b) ** 2 for b in joint] for a in joint]
    count = len(joint)
    width = sum(map(sum, squared)) / (count * (count - 1))
    kernel = [[sum(math.exp(-d / (width * 2 ** (k - 2))) for k in range(5)) for d in row] for row in squared]
    shared = set(labels.tolist()) & set(probabilities.argmax(dim=1).tolist())
    total, half = 0.0, len(source)
    for c in shared:
        ys = [float(label == c) for label in labels]
        yt = probabilities[:, c].tolist()
        w = [y / sum(ys) for y in ys] + [-y / sum(yt) for y in yt]
        total += sum(w[i] * w[j] * kernel[i][j] for i in range(2 * half) for j in range(2 * half))
    return total / len(shared)


@pytest.fixture
def batches() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    source, target = torch.randn(2, 12, 6, generator=generator).double().unbind()
    labels = torch.randint(3, (12,), generator=generator)
    probabilities = torch.randn(12, 4, generator=generator).double().softmax(dim=1)
    return source, labels, target + 1, probabilities


def test_it_is_the_definition(batches: tuple[Tensor, ...]) -> None:
    assert lmmd(*batches).item() == pytest.approx(definition(*batches), rel=1e-9)
    assert lmmd(*batches).item() > 0


def test_identical_batches_with_identical_labels_lie_together(batches: tuple[Tensor, ...]) -> None:
    source, labels, _, _ = batches
    truth = torch.nn.functional.one_hot(labels, 4).double()
    assert lmmd(source, labels, source, truth).item() == pytest.approx(0, abs=1e-12)


def test_it_falls_when_the_target_is_shifted_towards_the_source(batches: tuple[Tensor, ...]) -> None:
    source, labels, _, _ = batches
    truth = torch.nn.functional.one_hot(labels, 4).double()
    discrepancy = [lmmd(source, labels, source + shift, truth).item() for shift in (2.0, 1.0, 0.5, 0.1)]
    assert discrepancy == sorted(discrepancy, reverse=True)


def test_without_a_common_class_it_is_zero_and_can_be_trained_through() -> None:
    source = torch.randn(4, 5, requires_grad=True)
    discrepancy = lmmd(
        source, torch.zeros(4, dtype=torch.int64), torch.randn(4, 5), torch.eye(3)[[1, 1, 2, 2]]
    )
    assert discrepancy.item() == 0
    discrepancy.backward()
    assert source.grad.abs().sum() == 0


def test_its_gradient_draws_the_target_to_the_source(batches: tuple[Tensor, ...]) -> None:
    source, labels, _, _ = batches
    truth = torch.nn.functional.one_hot(labels, 4).double()
    target = (source + 1).requires_grad_()
    lmmd(source, labels, target, truth).backward()
    assert (-target.grad).mean() < 0


def test_features_that_are_all_equal_do_no_harm() -> None:
    same = torch.ones(4, 5, requires_grad=True)
    discrepancy = lmmd(same, torch.tensor([0, 0, 1, 1]), torch.ones(4, 5), torch.eye(2)[[0, 0, 1, 1]])
    assert discrepancy.item() == pytest.approx(0, abs=1e-6)


def test_the_weight_rises_from_zero_to_a_half() -> None:
    assert adaptation_weight(0, 10) == 0
    assert adaptation_weight(5, 10) == pytest.approx(0.5 * (2 / (1 + math.exp(-5)) - 1), abs=1e-6)
    assert 0.49 < adaptation_weight(10, 10) < 0.5
