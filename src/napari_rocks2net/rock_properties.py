"""The five rock properties of CHN-Rock: a built-in vocabulary, never a limit.

Source: Zhu et al. 2024, Computers & Geosciences, doi 10.1016/j.cageo.2024.105560.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class RockProperty:
    """Rock property, such as lithology, with its classes."""

    name: str
    """What is named, for example ``"grain"``."""
    classes: tuple[str, ...]
    """The names it can take; order carries no meaning."""


_CLASSES = {
    "grain": (
        "coarse crystal",
        "medium crystal",
        "fine crystal",
        "powder crystal",
        "micro crystal",
        "mud crystal",
        "others",
    ),
    "clastic": (
        "fine gravel",
        "medium gravel",
        "medium gravel sand",
        "coarse sand",
        "fine sand",
        "coarse silt",
        "fine silt",
        "others",
    ),
    "mechanical genesis": ("gravel", "sand", "powder", "aggregate", "others"),
    "mixture": ("calcareous", "iron", "siliceous", "containing silty", "silty", "carbonaceous", "others"),
    "basic category": (
        "granite",
        "diorite",
        "basalt",
        "tuff",
        "lithic sandstone",
        "quartz sandstone",
        "siltstone",
        "slate",
        "others",
    ),
}

ROCK_PROPERTIES: Mapping[str, RockProperty] = MappingProxyType(
    {name: RockProperty(name, classes) for name, classes in _CLASSES.items()}
)
