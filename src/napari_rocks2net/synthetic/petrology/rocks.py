"""Rocks, layer by layer: a table that a geologist can read and correct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from napari_rocks2net.synthetic.petrology.minerals import Range

Outline = Literal["crystals", "laths", "rounded", "subangular", "angular", "shards", "ooids"]
Mode = Mapping[str, float]


@dataclass(frozen=True)
class Layer:
    """Layer of a rock, one population of grains; layers lie over each other, the first at the bottom."""

    minerals: Mode  # Shares by number. A name of `ROCKS` stands for a fragment of that rock.
    diameter_um: Range | None = None  # Range of the mean diameter in micrometres; None takes the recipe's.
    cover: Range = (1.0, 1.0)  # Share of the area that the layer takes, 1 for all of it.
    # Shape of its grains; "crystals" have their minerals' habit, and so have "laths", but for tablets, which
    # are drawn out.
    outline: Outline = "crystals"
    # Range of the standard deviation of the logarithm of the diameter: the sorting.
    spread: Range = (0.2, 0.42)
    # Range of length over width of all grains together, 1 for no preferred direction.
    foliation: Range = (1.0, 1.0)


@dataclass(frozen=True)
class Rock:
    """A rock."""

    layers: tuple[Layer, ...]
    """Ground, matrix or cement first, the largest grains last."""
    diameter_um: Range = (150.0, 500.0)
    """Where no recipe sets it: the diameters of its layers without one."""
    stain: Mapping[str, Range] = field(default_factory=dict)
    """Films that know no grain, "clay", "iron" or "carbon", with the range of their optical depth."""
    lamination: float = 0.0
    """Share of rocks whose stain lies in laminae instead of patches."""


def _crystalline(minerals: Mode, foliation: Range = (1.0, 1.5), **stain: Range) -> Rock:
    return Rock((Layer(minerals, foliation=foliation),), stain={"clay": (-0.4, 0.3), **stain})


# fmt: off
_MUD = Layer({"clay": 0.75, "quartz": 0.2, "iron oxide": 0.02, "sericite": 0.03}, (1.0, 4.0))
_LIMY_MUD = Layer({"micrite": 0.7, "clay": 0.25, "quartz": 0.05}, (1.0, 4.0))
_SPARITE = Layer({"calcite": 1.0}, (60.0, 220.0))
_SILICA = Layer({"quartz": 1.0}, (40.0, 120.0))
_PORES = Layer({"blue pore": 1.0}, (400.0, 900.0))
_SILT = {"quartz": 0.78, "K-feldspar": 0.08, "plagioclase": 0.06, "muscovite": 0.05, "iron oxide": 0.03}
_LITHIC = {"quartz": 0.36, "microcline": 0.07, "plagioclase": 0.08, "K-feldspar": 0.05, "chert": 0.13,
    "basalt": 0.12, "slate": 0.1, "quartzite": 0.06, "siliceous mudstone": 0.03}
_QUARTZOSE = {"quartz": 0.93, "chert": 0.02, "microcline": 0.02, "plagioclase": 0.01, "quartzite": 0.02}
_PEBBLES = {"quartzite": 0.24, "chert": 0.14, "basalt": 0.16, "granite": 0.14, "slate": 0.08,
    "micritic limestone": 0.1, "quartz": 0.08, "sandstone pebble": 0.06}
_SAND_MATRIX = Layer({"quartz": 0.7, "K-feldspar": 0.15, "clay": 0.1, "chert": 0.05}, (60.0, 260.0))
# fmt: on


def _clastic(ground: Layer, grains: Mode, cover: Range, spread: Range = (0.2, 0.4), **stain: Range) -> Rock:
    outline: Outline = "subangular"
    clasts = Layer(grains, cover=cover, outline=outline, spread=spread, foliation=(1.0, 1.35))
    return Rock((ground, clasts), stain=stain, lamination=0.3)


def _conglomerate(ground: Layer, outline: Outline, cover: Range) -> Rock:
    return Rock(
        (ground, Layer(_PEBBLES, cover=cover, outline=outline, spread=(0.2, 0.35))),
        diameter_um=(2000.0, 8000.0),
        stain={"iron": (-0.2, 0.4)},
    )


def _mudrock(mud: Mode, silt: Range | None, **stain: Range) -> Rock:
    layers = [Layer(mud, (1.0, 5.0), foliation=(1.0, 2.5))]
    if silt is not None:
        layers.append(Layer(_SILT, (12.0, 45.0), silt, "angular", (0.25, 0.45), (1.0, 1.6)))
    return Rock(tuple(layers), stain=stain, lamination=0.6)


# fmt: off
_PLUTONIC = {
    "granite": _crystalline({"quartz": 0.33, "K-feldspar": 0.17, "microcline": 0.14, "plagioclase": 0.25,
        "biotite": 0.1, "iron oxide": 0.01}, (1.0, 1.2)),
    "diorite": _crystalline({"plagioclase": 0.58, "hornblende": 0.26, "biotite": 0.08, "quartz": 0.06,
        "iron oxide": 0.02}, (1.0, 1.2)),
    "gabbro": _crystalline({"plagioclase": 0.55, "augite": 0.3, "olivine": 0.12, "iron oxide": 0.03},
        (1.0, 1.3)),
    "dunite": _crystalline({"olivine": 0.95, "augite": 0.03, "iron oxide": 0.02}, (1.0, 1.1)),
}
_METAMORPHIC = {
    "quartzite": _crystalline({"quartz": 0.94, "microcline": 0.02, "muscovite": 0.03, "iron oxide": 0.01}),
    "marble": _crystalline({"calcite": 0.97, "quartz": 0.02, "iron oxide": 0.01}),
    "mica quartzite": _crystalline({"quartz": 0.7, "muscovite": 0.15, "biotite": 0.12, "garnet": 0.03},
        (1.2, 2.0)),
    "greenschist": _crystalline({"quartz": 0.38, "chlorite": 0.36, "plagioclase": 0.2, "calcite": 0.06},
        (1.2, 2.0)),
    "amphibolite": _crystalline({"hornblende": 0.6, "plagioclase": 0.33, "quartz": 0.05, "iron oxide": 0.02},
        (1.3, 2.0)),
    "garnet mica schist": Rock((
        Layer({"quartz": 0.5, "muscovite": 0.25, "biotite": 0.25}, (60.0, 160.0), foliation=(1.6, 2.4)),
        Layer({"garnet": 1.0}, (350.0, 800.0), (0.04, 0.12)),
    )),
    "slate": Rock((
        Layer({"sericite": 0.5, "clay": 0.2, "chlorite": 0.12, "quartz": 0.15, "iron oxide": 0.03},
            (3.0, 9.0), foliation=(2.5, 4.0)),
        Layer({"sericite": 0.45, "chlorite": 0.35, "muscovite": 0.2}, (35.0, 75.0), (0.25, 0.45),
            foliation=(3.5, 5.0)),
        Layer({"quartz": 0.85, "muscovite": 0.1, "iron oxide": 0.05}, (18.0, 50.0), (0.04, 0.16),
            "subangular", foliation=(2.2, 3.2)),
    ), stain={"carbon": (0.4, 1.1)}, lamination=1.0),
}
_VOLCANIC = {
    "basalt": Rock((
        Layer({"augite": 0.42, "glass": 0.2, "plagioclase": 0.2, "iron oxide": 0.18}, (14.0, 32.0)),
        Layer({"plagioclase": 1.0}, (40.0, 100.0), (0.4, 0.62), "laths", foliation=(1.0, 1.6)),
        Layer({"olivine": 0.5, "augite": 0.35, "plagioclase": 0.15}, (280.0, 700.0), (0.04, 0.16)),
    )),
    "tuff": Rock((
        Layer({"clay": 0.3, "glass": 0.42, "clear glass": 0.23, "iron oxide": 0.05}, (1.5, 5.0)),
        Layer({"clear glass": 0.85, "glass": 0.15}, (45.0, 110.0), (0.2, 0.42), "shards",
            foliation=(1.0, 1.7)),
        Layer({"quartz": 0.35, "plagioclase": 0.35, "K-feldspar": 0.2, "biotite": 0.1}, (180.0, 500.0),
            (0.06, 0.2), "angular"),
        Layer({"basalt": 0.7, "slate": 0.3}, (300.0, 700.0), (0.02, 0.1), "subangular"),
    ), stain={"clay": (-0.2, 0.5)}),
}
_CARBONATE = {
    "dolostone": _crystalline({"dolomite": 0.94, "calcite": 0.05, "iron oxide": 0.01}, (1.0, 1.1)),
    "calcitic dolostone": _crystalline({"dolomite": 0.5, "calcite": 0.47, "clay": 0.03}, (1.0, 1.1)),
    "micritic limestone": Rock((
        Layer({"micrite": 0.97, "calcite": 0.03}, (2.0, 6.0)),
    ), stain={"clay": (-0.3, 0.4)}),
    "oolite in spar": Rock((
        _SPARITE,
        Layer({"fibrous carbonate": 1.0}, cover=(0.5, 0.66), outline="ooids", spread=(0.12, 0.3)),
    ), (300.0, 800.0)),
    "oolite in mud": Rock((
        _LIMY_MUD,
        Layer({"fibrous carbonate": 1.0}, cover=(0.35, 0.6), outline="ooids", spread=(0.12, 0.3)),
    ), (300.0, 800.0)),
    "peloid limestone": Rock((
        _SPARITE,
        Layer({"micritic limestone": 1.0}, cover=(0.45, 0.65), outline="rounded", spread=(0.2, 0.35)),
    ), (120.0, 350.0)),
}
_SANDY = {
    "quartz sandstone": _clastic(_SILICA, _QUARTZOSE, (0.72, 0.88), iron=(-0.3, 0.3)),
    "porous quartz sandstone": _clastic(_PORES, _QUARTZOSE, (0.66, 0.8)),
    "limy quartz sandstone": _clastic(_SPARITE, _QUARTZOSE, (0.55, 0.72)),
    "lithic sandstone": _clastic(_MUD, _LITHIC, (0.66, 0.85), (0.28, 0.5), clay=(-0.2, 0.3)),
    "porous lithic sandstone": _clastic(_PORES, _LITHIC, (0.68, 0.82), (0.28, 0.5), clay=(-0.3, 0.3)),
    "limy lithic sandstone": _clastic(_SPARITE, _LITHIC, (0.6, 0.75), (0.28, 0.5), iron=(-0.2, 0.3)),
    "sandstone pebble": _clastic(_MUD, _QUARTZOSE, (0.75, 0.85)),
    "siltstone": Rock((
        Layer({"clay": 0.7, "quartz": 0.2, "sericite": 0.08, "iron oxide": 0.02}, (1.0, 4.0),
            foliation=(1.0, 2.0)),
        Layer(_SILT, cover=(0.5, 0.75), outline="angular", spread=(0.2, 0.4), foliation=(1.0, 1.6)),
    ), diameter_um=(15.0, 55.0), stain={"clay": (0.0, 0.4), "iron": (-0.4, 0.4)}, lamination=0.6),
    "limy siltstone": Rock((
        _LIMY_MUD,
        Layer(_SILT, cover=(0.45, 0.7), outline="angular", spread=(0.2, 0.4), foliation=(1.0, 1.5)),
    ), diameter_um=(15.0, 55.0), stain={"clay": (-0.2, 0.4)}, lamination=0.5),
}
_GRAVELLY = {
    "conglomerate": _conglomerate(_SAND_MATRIX, "rounded", (0.6, 0.8)),
    "limy conglomerate": _conglomerate(_SPARITE, "rounded", (0.55, 0.75)),
    "breccia": _conglomerate(_MUD, "angular", (0.55, 0.75)),
    "gravelly sandstone": Rock((
        _MUD,
        Layer(_LITHIC, cover=(0.65, 0.8), outline="subangular", foliation=(1.0, 1.3)),
        Layer(_PEBBLES, (2000.0, 3200.0), (0.1, 0.3), "rounded", (0.1, 0.3)),
    ), stain={"clay": (-0.3, 0.3)}),
    "limy gravelly sandstone": Rock((
        _SPARITE,
        Layer(_QUARTZOSE, cover=(0.6, 0.75), outline="rounded", foliation=(1.0, 1.3)),
        Layer(_PEBBLES, (2000.0, 3200.0), (0.1, 0.3), "rounded", (0.1, 0.3)),
    ), stain={"iron": (-0.3, 0.3)}),
}
_MUDDY = {
    "chert": Rock((
        Layer({"quartz": 0.97, "clay": 0.02, "iron oxide": 0.01}, (6.0, 18.0)),
    ), stain={"clay": (-0.2, 0.3)}),
    "feldspathic chert": _crystalline({"quartz": 0.75, "K-feldspar": 0.15, "clay": 0.08, "iron oxide": 0.02}),
    "siliceous mudstone": Rock((
        Layer({"quartz": 0.6, "clay": 0.37, "iron oxide": 0.03}, (3.0, 9.0), foliation=(1.0, 2.0)),
        Layer({"chert": 1.0}, (60.0, 160.0), (0.02, 0.15), "rounded"),
    ), stain={"clay": (-0.1, 0.35)}, lamination=0.5),
    "marl": _mudrock({"micrite": 0.55, "clay": 0.38, "quartz": 0.07}, (0.02, 0.15), clay=(0.0, 0.4)),
    "limy mudstone with spar": Rock((
        _LIMY_MUD,
        Layer({"calcite": 0.9, "quartz": 0.1}, (30.0, 110.0), (0.15, 0.4), "angular"),
    ), stain={"clay": (0.0, 0.4)}, lamination=0.5),
    "iron mudstone": _mudrock({"clay": 0.7, "quartz": 0.16, "iron oxide": 0.14}, (0.03, 0.3),
        iron=(0.6, 1.7)),
    "iron-cemented siltstone": Rock((
        Layer({"iron oxide": 0.45, "clay": 0.5, "quartz": 0.05}, (1.0, 4.0)),
        Layer(_SILT, (20.0, 70.0), (0.4, 0.65), "angular"),
    ), stain={"iron": (0.3, 1.2)}, lamination=0.5),
    "silt-bearing mudstone": _mudrock({"clay": 0.8, "quartz": 0.13, "sericite": 0.05, "iron oxide": 0.02},
        (0.1, 0.25), clay=(0.0, 0.5)),
    "silty mudstone": _mudrock({"clay": 0.8, "quartz": 0.13, "sericite": 0.05, "iron oxide": 0.02},
        (0.27, 0.48), clay=(0.0, 0.5)),
    "black shale": _mudrock({"clay": 0.6, "carbonaceous matter": 0.22, "quartz": 0.15, "iron oxide": 0.03},
        (0.02, 0.2), carbon=(0.7, 1.8)),
    "carbonaceous siltstone": _mudrock({"clay": 0.65, "carbonaceous matter": 0.2, "quartz": 0.15},
        (0.25, 0.5), carbon=(0.5, 1.4)),
    "clayey carbonate": _crystalline({"calcite": 0.62, "clay": 0.24, "quartz": 0.12, "iron oxide": 0.02}),
}
# fmt: on

ROCKS: Mapping[str, Rock] = MappingProxyType(
    {**_PLUTONIC, **_METAMORPHIC, **_VOLCANIC, **_CARBONATE, **_SANDY, **_GRAVELLY, **_MUDDY}
)
"""Every rock by name."""
