"""Model registry: networks by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from napari_rocks2net.models import builders
from napari_rocks2net.models.catalog import model_spec, models_that
from napari_rocks2net.models.errors import PretrainedWeightsError
from napari_rocks2net.models.network import RockNetwork
from napari_rocks2net.models.output import class_counts


def create_model(name: str, num_classes: int | Sequence[int], **arguments: Any) -> RockNetwork:
    """Build a network with new weights.

    Parameters
    ----------
    name : str
        One of `list_models`.
    num_classes : int or sequence of int
        Number of classes, at least 2; for a joint network that of each property.
    **arguments
        ``pretrained`` (bool, default False): start from the backbone's ImageNet weights.
        For networks of several backbones ``backbone``: "densenet121" (the paper's, default),
        "efficientnet_lite0" or "timm/NAME" (any convolutional network of timm).
        For networks of fields ``lights`` and ``turned``, see `FieldLayout`: "PPL+XPL" and "XPL".
        For networks that localize also ``localization`` ("gap", the paper's, or "evidence") and
        ``translation`` ("bounded" or "clip").

    Returns
    -------
    RockNetwork
        A torch module: ``network(images) -> ModelOutput`` with images (B, 3, S, S), float32.

    Raises
    ------
    ValueError
        If the name, the number of classes or an argument is unknown.
    PretrainedWeightsError
        If ImageNet weights are asked for and cannot be had.
    """
    spec, counts = model_spec(name), class_counts(num_classes)
    if min(counts, default=0) < 2:
        raise ValueError(f"A classifier needs at least 2 classes, not {min(counts, default=0)}.")
    if len(counts) > 1 and not spec.joint:
        raise ValueError(
            f"The network {name!r} names one property, not {len(counts)}; choose {models_that('joint')}."
        )
    if "backbone" in arguments:
        spec.check_backbone(arguments["backbone"])
    if not spec.imagenet and arguments.pop("pretrained", False):
        raise PretrainedWeightsError(
            f"There are no ImageNet weights of {name}; start without them (--start-from random)."
        )
    build = spec.builder or getattr(builders, name)
    try:
        network: RockNetwork = build(counts if spec.joint else counts[0], **arguments)
    except TypeError as error:
        raise ValueError(f"The network {name!r} does not take these arguments: {error}.") from error
    network.name = name
    return network
