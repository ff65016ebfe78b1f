from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch import nn

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.training.network.components import balanced_weights, raise_batchnorm_momentum
from napari_rocks2net.training.network.module import Optimisation, RockModule
from napari_rocks2net.training.network.rates import rate_share


@pytest.fixture
def module(tiny):
    torch.manual_seed(0)
    return RockModule(tiny(3), Preprocessing(64), Optimisation(1e-3, constant=True))


@pytest.fixture
def batch():
    return torch.randint(0, 255, (6, 3, 64, 64), dtype=torch.uint8), torch.tensor([0, 1, 2, 0, 1, 2])


def test_the_loss_is_the_cross_entropy_of_the_networks_answer(module, batch):
    module.eval()
    scores = module.network(Preprocessing(64).normalised(batch[0])).log_probabilities
    expected = nn.functional.cross_entropy(scores, batch[1])
    assert module.training_step(batch, 0).item() == pytest.approx(expected.item(), rel=1e-5)


def test_class_weights_weigh_the_loss(module, batch):
    module.eval()
    module.class_weights = torch.tensor([1.0, 0.0, 0.0])
    only_first = batch[0][batch[1] == 0], batch[1][batch[1] == 0]
    weighted = module.training_step(batch, 0).item()
    module.class_weights = None
    assert weighted == pytest.approx(module.training_step(only_first, 0).item(), rel=1e-5)


def test_training_figures_are_of_all_batches_and_start_anew(module, batch):
    module.eval()
    losses = [module.training_step(part, 0).item() for part in (batch, (batch[0][:2], batch[1][:2]))]
    loss, accuracy = module.training_figures()
    assert loss == pytest.approx((6 * losses[0] + 2 * losses[1]) / 8, rel=1e-5)
    assert accuracy * 8 == pytest.approx(round(accuracy * 8))
    module.training_step((batch[0][:2], batch[1][:2]), 0)
    assert module.training_figures()[0] == pytest.approx(losses[1], rel=1e-5)


def test_the_papers_optimiser_is_adam_without_a_schedule(module):
    optimiser = module.configure_optimizers()
    assert type(optimiser) is torch.optim.Adam
    assert optimiser.param_groups[0]["lr"] == 1e-3


def test_balanced_weights_are_scikit_learns():
    labels = [0, 0, 0, 0, 1, 2, 2]
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert balanced_weights(labels, [3]).tolist() == pytest.approx(expected.tolist())


def test_a_class_without_samples_weighs_nothing():
    assert balanced_weights([0, 0, 2], [3]).tolist() == pytest.approx([0.75, 0, 1.5])


@pytest.mark.parametrize("steps", [1, 2, 7, 200, 5000])
def test_the_rate_rises_to_its_highest_then_falls_to_a_hundredth(steps):
    shares = [rate_share(step, steps) for step in range(steps + 1)]
    top = shares.index(max(shares))
    assert shares[: top + 1] == sorted(shares[: top + 1])
    assert shares[top:] == sorted(shares[top:], reverse=True)
    assert all(0 < share <= 1 for share in shares)
    if steps > 1:
        assert max(shares) == pytest.approx(1)
        assert shares[-1] == pytest.approx(0.01)


def test_the_rate_is_halfway_down_in_the_middle_of_the_decay():
    warm_up, steps = 50, 1000
    middle = warm_up + (steps - warm_up) // 2
    assert rate_share(middle, steps) == pytest.approx(0.505)
    assert rate_share(warm_up, steps) == pytest.approx((1 + math.cos(0)) / 2)


def test_only_slow_batch_statistics_are_made_prompt():
    network = nn.Sequential(
        nn.BatchNorm2d(2), nn.BatchNorm1d(2, momentum=0.01), nn.BatchNorm1d(2, momentum=None)
    )
    raise_batchnorm_momentum(network)
    assert [layer.momentum for layer in network] == [0.1, 0.1, None]


@pytest.mark.parametrize("steps", [2, 7, 200])
# Older versions of torch warn of what their SequentialLR itself does.
@pytest.mark.filterwarnings("ignore:The epoch parameter:UserWarning")
def test_the_rates_are_those_of_torchs_linear_and_cosine_schedules(steps):
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    warm_up = max(1, round(0.05 * steps))
    rise = torch.optim.lr_scheduler.LinearLR(optimiser, 1 / (warm_up + 1), 1, warm_up)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps - warm_up, eta_min=0.01)
    schedule = torch.optim.lr_scheduler.SequentialLR(optimiser, [rise, fall], [warm_up])
    rates = []
    for _ in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    assert rates == pytest.approx([rate_share(step, steps) for step in range(steps)])
