"""What a section of each class is made of: one table that a geologist can read and correct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Texture = Literal["crystalline", "clastic", "porphyritic", "laths"]
Mode = Mapping[str, float]

ROCKS: Mapping[str, Mode] = MappingProxyType(
    {
        "quartzite": {"quartz": 0.93, "K-feldspar": 0.02, "muscovite": 0.04, "iron oxide": 0.01},
        "granite": {"quartz": 0.3, "K-feldspar": 0.35, "plagioclase": 0.27, "biotite": 0.08},
        "diorite": {"plagioclase": 0.6, "hornblende": 0.25, "biotite": 0.1, "quartz": 0.05},
        "gabbro": {"plagioclase": 0.52, "augite": 0.33, "olivine": 0.12, "iron oxide": 0.03},
        "marble": {"calcite": 0.97, "quartz": 0.02, "iron oxide": 0.01},
        "dolostone": {"dolomite": 0.93, "calcite": 0.05, "iron oxide": 0.02},
        "calcitic dolostone": {"dolomite": 0.55, "calcite": 0.4, "clay": 0.05},
        "mica quartzite": {"quartz": 0.72, "muscovite": 0.14, "biotite": 0.12, "garnet": 0.02},
        "greenschist": {"quartz": 0.4, "chlorite": 0.35, "plagioclase": 0.2, "calcite": 0.05},
        "dunite": {"olivine": 0.94, "augite": 0.04, "iron oxide": 0.02},
        "argillaceous carbonate": {"calcite": 0.6, "clay": 0.25, "quartz": 0.13, "iron oxide": 0.02},
        "feldspathic chert": {"quartz": 0.75, "K-feldspar": 0.15, "clay": 0.08, "iron oxide": 0.02},
    }
)
"""Minerals and their shares of the area. Every size class draws from all of them, so that neither
colour nor mineral tells the size."""

MATRICES: Mapping[str, Mode] = MappingProxyType(
    {
        "calcite cement": {"calcite": 1.0},
        "clay matrix": {"clay": 0.7, "quartz": 0.25, "iron oxide": 0.05},
        "microcrystalline groundmass": {"plagioclase": 0.6, "augite": 0.25, "iron oxide": 0.15},
        "glass": {"glass": 0.97, "iron oxide": 0.03},
        "silica cement": {"quartz": 1.0},
    }
)
"""What lies between the large grains of "others"."""


@dataclass(frozen=True)
class Recipe:
    """How to draw the sections of a class.

    Parameters
    ----------
    name : str
        The class, as in the rock property.
    diameter_um : tuple of 2 floats
        Range of the mean grain diameter (circle of equal area) of a section, in micrometres.
    textures : tuple of str
        Textures to choose from.
    overlap : float
        Share by which the range is widened at both ends, so that neighbouring classes overlap.
    """

    name: str
    diameter_um: tuple[float, float]
    textures: tuple[Texture, ...] = ("crystalline",)
    overlap: float = 0.04


_GRAIN = (
    Recipe("coarse crystal", (500.0, 1000.0)),
    Recipe("medium crystal", (250.0, 500.0)),
    Recipe("fine crystal", (100.0, 250.0)),
    Recipe("powder crystal", (50.0, 100.0)),
    Recipe("micro crystal", (10.0, 50.0)),
    Recipe("mud crystal", (2.0, 10.0)),
    Recipe("others", (60.0, 700.0), ("clastic", "porphyritic", "laths")),
)

GRAIN_RECIPES: Mapping[str, Recipe] = MappingProxyType({recipe.name: recipe for recipe in _GRAIN})
"""The seven classes of the property "grain"."""


def recipe_named(name: str) -> Recipe:
    """Look a recipe up.

    Parameters
    ----------
    name : str
        Class name.

    Returns
    -------
    Recipe
        Its recipe.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if name not in GRAIN_RECIPES:
        raise ValueError(f"There is no recipe {name!r}; choose one of {', '.join(GRAIN_RECIPES)}.")
    return GRAIN_RECIPES[name]
