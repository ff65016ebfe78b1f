"""Rates of learning: over the steps of a training, and from the input of a network to its head."""

from __future__ import annotations

import math
from typing import Any

from napari_rocks2net.models import RockNetwork

WARM_UP_SHARE = 0.05
FINAL_RATE_SHARE = 0.01
# Rates of the backbone as shares of the head's, at its input and its output, in so many steps.
LOWEST_SHARE, HIGHEST_SHARE, RATES = 0.01, 0.1, 8


def rate_groups(network: RockNetwork, rate: float) -> list[dict[str, Any]]:
    """Return groups of parameters with their rates: the head's first, then the backbone from its input on.

    Parameters
    ----------
    network : RockNetwork
        Its backbone holds its layers in the order in which they are applied.
    rate : float
        Of what is not in the backbone; the backbone's rise from a hundredth to a tenth of it.
    """
    backbone = list(network.backbone.parameters())
    inside = {id(weight) for weight in backbone}
    groups = [{"params": [each for each in network.parameters() if id(each) not in inside], "lr": rate}]
    steps = min(RATES, len(backbone))
    for step in range(steps):
        share = LOWEST_SHARE * (HIGHEST_SHARE / LOWEST_SHARE) ** (step / max(1, steps - 1))
        part = backbone[len(backbone) * step // steps : len(backbone) * (step + 1) // steps]
        groups.append({"params": part, "lr": rate * share})
    return groups


def rate_share(step: int, steps: int) -> float:
    """Return the share (0..1) of the highest learning rate at a step: linear warm-up, then half a cosine.

    Parameters
    ----------
    step : int
        The step, from 0.
    steps : int
        How many there are; the first 5 % warm up, the last ends at 1 %.
    """
    warm_up = max(1, round(WARM_UP_SHARE * steps))
    if step < warm_up:
        return (step + 1) / (warm_up + 1)
    progress = min(1.0, (step - warm_up) / max(1, steps - warm_up))
    return FINAL_RATE_SHARE + (1 - FINAL_RATE_SHARE) * (1 + math.cos(math.pi * progress)) / 2
