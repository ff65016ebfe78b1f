"""ImageNet weights for torchvision's networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn
from torchvision.models import WeightsEnum


class PretrainedWeightsError(RuntimeError):
    """ImageNet weights were asked for and cannot be had."""


def imagenet_network(build: Callable[..., nn.Module], weights: WeightsEnum | None) -> Any:
    """Return one of torchvision's networks.

    Parameters
    ----------
    build : callable
        Such as `torchvision.models.densenet121`.
    weights : WeightsEnum or None
        Weights that torchvision downloads once, or None for random ones.

    Raises
    ------
    PretrainedWeightsError
        If the weights are neither cached nor downloadable.
    """
    try:
        return build(weights=weights)
    except (OSError, RuntimeError) as error:
        raise PretrainedWeightsError(
            f"The ImageNet weights of {build.__name__} could not be downloaded ({error}); "
            "connect to the internet once, or start without them (pretrained=False)."
        ) from error
