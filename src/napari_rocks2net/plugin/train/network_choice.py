"""The choice of a network in the form of a training, and the settings that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from napari_rocks2net.models.catalog import MODELS, model_spec

# Also filled in to suit the computer, so they do not tell whether a person has changed the settings.
ADVISED = frozenset({"size", "batch_size"})


def network_choices() -> list[tuple[str, str]]:
    """Return (what to show, name) of all networks."""
    return [(f"{spec.name} ({spec.purpose})", spec.name) for spec in MODELS.values()]


def values_for(
    network: str, previous: str, values: Mapping[str, Any], usual: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the settings to change when a network is chosen.

    Parameters
    ----------
    network, previous : str
        The network that is chosen now, and the one before.
    values : mapping
        What the form shows now.
    usual : mapping
        What a fresh form shows.

    Returns
    -------
    dict
        What the network wants, and the usual values in place of what the previous one wanted, unless the
        person has changed that.
    """
    left = model_spec(previous).settings
    changed = any(values[name] != value for name, value in left.items() if name not in ADVISED)
    return ({} if changed else {name: usual[name] for name in left}) | dict(model_spec(network).settings)
