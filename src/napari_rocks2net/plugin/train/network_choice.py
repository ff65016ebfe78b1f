"""The networks to choose from: what each is for, and the settings that it was made for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from napari_rocks2net.training.sizing import ACTIVATIONS

PURPOSES = {
    "rocks2net": "critical area",
    "s2dnet": "critical area",
    "dcnet": "whole and centre",
    "gdnet": "one stream",
    "densenet121": "one stream",
    "rocks2net_joint": "several properties",
    "dsan": "another microscope",
    "microcrystalnet": "SEM crystals",
    "microcrystalnet_deposited": "SEM crystals",
}
# Crops of single crystals: small, whole, and grey as they are; see `napari_rocks2net.models.microcrystalnet`.
CRYSTAL_NETWORKS = frozenset({"microcrystalnet", "microcrystalnet_deposited"})
CRYSTAL_VALUES: dict[str, Any] = {"size": 64, "batch_size": 32, "resize": "pad", "normalisation": "unit"}
# Of these: what shows that the values are those of crystals, whatever the size.
TELLING = ("resize", "normalisation")


def known_networks() -> tuple[str, ...]:
    """Return the networks that come with the package; asking the registry would import torch."""
    return tuple(ACTIVATIONS)


def network_choices(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return (what to show, name) of networks: those of the paper first, the others by name."""
    order = list(PURPOSES)
    ranked = sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name))
    return [(_shown(name), name) for name in ranked]


def has_imagenet_weights(network: str) -> bool:
    """Return whether there are ImageNet weights to start a network from."""
    return network not in CRYSTAL_NETWORKS


def values_for(network: str, values: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    """Return the settings to change when a network is chosen.

    Parameters
    ----------
    network : str
    values : dict
        What the form shows now.
    usual : dict
        The same settings as a fresh form has them.

    Returns
    -------
    dict
        For a network of crystals what suits its crops; for another one the usual values in place of those;
        nothing where the person has chosen something else.
    """
    if network in CRYSTAL_NETWORKS:
        return dict(CRYSTAL_VALUES)
    return dict(usual) if all(values[name] == CRYSTAL_VALUES[name] for name in TELLING) else {}


def _shown(name: str) -> str:
    return f"{name} ({PURPOSES[name]})" if name in PURPOSES else name
