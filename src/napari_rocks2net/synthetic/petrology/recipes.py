"""Recipes: rocks and grain sizes of each class of the five rock properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from napari_rocks2net.synthetic.errors import SynthesisError
from napari_rocks2net.synthetic.petrology.minerals import Range
from napari_rocks2net.synthetic.petrology.rocks import ROCKS

Recipes = Mapping[str, "Recipe"]

OTHERS = "others"


@dataclass(frozen=True)
class Recipe:
    """Recipe of the sections of a class."""

    property: str
    """The rock property."""
    name: str
    """The class, as in the rock property."""
    rocks: tuple[str, ...]
    """Rocks of `ROCKS` to choose from."""
    diameter_um: Range | None = None
    """Range of the mean grain diameter (circle of equal area) of a section, in micrometres; None leaves it to
    the rock."""
    overlap: float = 0.04
    """Share by which the range is widened at both ends, so that neighbouring classes overlap."""

    def diameters_um(self, rock: str) -> Range:
        """Return the range of the mean diameter of a section of one of its rocks."""
        low, high = self.diameter_um or ROCKS[rock].diameter_um
        return low * (1 - self.overlap), high * (1 + self.overlap)


CRYSTALLINE = (
    "quartzite", "granite", "diorite", "gabbro", "marble", "dolostone", "calcitic dolostone",
        "mica quartzite",
    "greenschist", "dunite", "clayey carbonate", "feldspathic chert", "amphibolite",
)  # fmt: skip
"""Rocks of one population of crystals. Every size class draws from all of them, so that neither
colour nor mineral tells the size."""

SANDSTONES = (
    "quartz sandstone", "porous quartz sandstone", "limy quartz sandstone", "lithic sandstone",
    "porous lithic sandstone", "limy lithic sandstone",
)  # fmt: skip
CONGLOMERATES = ("conglomerate", "limy conglomerate", "breccia")
SILTSTONES = ("siltstone", "limy siltstone")
AGGREGATES = ("oolite in spar", "oolite in mud", "peloid limestone")


def _of(property: str, *recipes: tuple[str, tuple[str, ...], Range | None]) -> Recipes:
    return MappingProxyType({name: Recipe(property, name, rocks, size) for name, rocks, size in recipes})


GRAIN_RECIPES: Recipes = _of(
    "grain",
    ("coarse crystal", CRYSTALLINE, (500.0, 1000.0)),
    ("medium crystal", CRYSTALLINE, (250.0, 500.0)),
    ("fine crystal", CRYSTALLINE, (100.0, 250.0)),
    ("powder crystal", CRYSTALLINE, (50.0, 100.0)),
    ("micro crystal", CRYSTALLINE, (10.0, 50.0)),
    ("mud crystal", CRYSTALLINE, (2.0, 10.0)),
    (OTHERS, (*SANDSTONES, *AGGREGATES, "basalt", "tuff", "garnet mica schist"), None),
)
"""The seven classes of the property "grain"."""

_CLASTIC = _of(
    "clastic",
    ("fine gravel", CONGLOMERATES, (2000.0, 4000.0)),
    ("medium gravel", CONGLOMERATES, (4000.0, 8000.0)),
    ("medium gravel sand", ("gravelly sandstone", "limy gravelly sandstone"), (250.0, 500.0)),
    ("coarse sand", SANDSTONES, (500.0, 1000.0)),
    ("fine sand", SANDSTONES, (100.0, 250.0)),
    ("coarse silt", SILTSTONES, (30.0, 60.0)),
    ("fine silt", SILTSTONES, (4.0, 30.0)),
    (OTHERS, (*CRYSTALLINE, *AGGREGATES, "basalt", "tuff", "slate", "marl"), None),
)
_GENESIS = _of(
    "mechanical genesis",
    ("gravel", CONGLOMERATES, (2000.0, 8000.0)),
    ("sand", SANDSTONES, (100.0, 1000.0)),
    ("powder", SILTSTONES, (4.0, 60.0)),
    ("aggregate", AGGREGATES, None),
    (OTHERS, (*CRYSTALLINE, "basalt", "tuff", "slate", "marl"), None),
)
_MIXTURE = _of(
    "mixture",
    ("calcareous", ("marl", "limy mudstone with spar", "limy siltstone"), None),
    ("iron", ("iron mudstone", "iron-cemented siltstone"), None),
    ("siliceous", ("siliceous mudstone", "chert"), None),
    ("containing silty", ("silt-bearing mudstone",), None),
    ("silty", ("silty mudstone",), None),
    ("carbonaceous", ("black shale", "carbonaceous siltstone"), None),
    (OTHERS, (*SANDSTONES, *AGGREGATES, "basalt", "tuff", "slate", "marble", "dolostone"), None),
)
_BASIC = _of(
    "basic category",
    ("granite", ("granite",), (400.0, 1100.0)),
    ("diorite", ("diorite",), (300.0, 900.0)),
    ("basalt", ("basalt",), None),
    ("tuff", ("tuff",), None),
    ("lithic sandstone", ("lithic sandstone", "porous lithic sandstone", "limy lithic sandstone"), (150.0,
        700.0)),
    ("quartz sandstone", ("quartz sandstone", "porous quartz sandstone", "limy quartz sandstone"), (150.0,
        700.0)),
    ("siltstone", ("siltstone", "limy siltstone"), (15.0, 60.0)),
    ("slate", ("slate",), None),
    (OTHERS, ("marble", "dolostone", "gabbro", "dunite", "garnet mica schist", "amphibolite", "greenschist",
              *AGGREGATES, *CONGLOMERATES), None),
)  # fmt: skip

RECIPES: Mapping[str, Recipes] = MappingProxyType(
    {
        "grain": GRAIN_RECIPES,
        "clastic": _CLASTIC,
        "mechanical genesis": _GENESIS,
        "mixture": _MIXTURE,
        "basic category": _BASIC,
    }
)
"""The recipes of each rock property, by class."""

FIELD_UM: Mapping[str, float] = MappingProxyType(
    {
        "grain": 2048.0,
        "clastic": 5120.0,
        "mechanical genesis": 4096.0,
        "mixture": 1536.0,
        "basic category": 3072.0,
    }
)
"""Width of the field that every photo of a property shows, in micrometres: the same for all its
classes, or the scale would give them away."""


def recipe_named(name: str, property: str | None = None) -> Recipe:
    """Return the recipe of a class.

    Parameters
    ----------
    name : str
        Class name.
    property : str, optional
        Its rock property; by default the first that has such a class, "grain" first.

    Raises
    ------
    SynthesisError
        If there is no such property, or no recipe of that name.
    """
    tables = list(RECIPES.values()) if property is None else [recipes_of(property)]
    for recipes in tables:
        if name in recipes:
            return recipes[name]
    names = dict.fromkeys(name for recipes in tables for name in recipes)
    raise SynthesisError(f"There is no recipe {name!r}; choose one of {', '.join(names)}.")


def recipes_of(property: str) -> Recipes:
    """Return the recipes of a rock property, in the order of its classes.

    Raises
    ------
    SynthesisError
        If there is no such property.
    """
    if property not in RECIPES:
        raise SynthesisError(
            f"There is no rock property {property!r} to draw; choose one of {', '.join(RECIPES)}."
        )
    return RECIPES[property]
