"""Section plan: rock, sizes, directions and stains, chosen once for a whole section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.petrology.minerals import MINERALS, Range
from napari_rocks2net.synthetic.petrology.recipes import Recipe
from napari_rocks2net.synthetic.petrology.rocks import ROCKS, Layer, Mode, Outline
from napari_rocks2net.synthetic.plane.lattice import Lattice
from napari_rocks2net.synthetic.plane.position_rng import PositionRNG

_CLASTS = ("rounded", "subangular", "angular")
_MINERAL_NAMES = tuple(MINERALS)
# Measured: the mean diameter is less than that of the mean area where sizes differ.
_CRYSTAL_PACKING = 0.94
_CLAST_PACKING = 0.96


@dataclass(frozen=True)
class LayerPlan:
    """A layer with its ranges resolved."""

    # (K,) int64. What its grains are: index into the order of `MINERALS`, or -1 - index of a fragment's plan.
    codes: NDArray[np.int64]
    shares: NDArray[np.float64]  # (K,) float64. Share by number of each, adding up to 1.
    outline: Outline  # Shape of its grains, see `Layer`.
    diameter_um: float  # Mean diameter in micrometres.
    cover: float  # Share of the area, 0 to 1.
    spread: float  # Standard deviation of the logarithm of the diameter.
    lattice: Lattice  # Where its nuclei lie.
    waviness: float  # Amplitude of the boundaries' waves in cells.
    rng: PositionRNG  # Its random numbers.

    @property
    def zoned(self) -> bool:
        """Whether any of its minerals is zoned."""
        return any(code >= 0 and MINERALS[_MINERAL_NAMES[code]].zoned for code in self.codes)

    @property
    def radius_cells(self) -> float:
        """Radius of a mean grain in cells, if nothing is in its way."""
        if self.cover >= 1:
            return 0.56
        # What discs of random places leave free of each other; a lattice lets them overlap less.
        return float((1.02 - 0.24 * self.cover) * np.sqrt(-np.log(1 - self.cover) / np.pi))


@dataclass(frozen=True)
class SectionPlan:
    """A section before it is rendered: endless, the same wherever it is looked at."""

    rock: str  # Name of the rock.
    layers: tuple[LayerPlan, ...]  # From bottom to top.
    fragments: tuple[SectionPlan, ...]  # The rocks that some of its grains are fragments of.
    thickness_um: float  # Thickness of the section.
    stains: Mapping[str, float]  # Optical depth of films of "clay", "iron" and "carbon".
    stain_um: float  # Distance in micrometres over which they change.
    laminated: bool  # Whether they lie in laminae.
    # Darkness of the film of clay and iron around clasts, 0 to 1; crystals that grew have none.
    coating: float
    rng: PositionRNG  # Its random numbers.


def plan_section(recipe: Recipe, rng: PositionRNG) -> tuple[SectionPlan, float]:
    """Choose rock and size for a section of a class, and plan it.

    Parameters
    ----------
    recipe : Recipe
        The class.
    rng : PositionRNG
        Random numbers.

    Returns
    -------
    SectionPlan
        The section.
    float
        Mean diameter in micrometres of the grains whose size the recipe or the rock sets.
    """
    generator = rng.branch("recipe").generator()
    rock = recipe.rocks[int(generator.integers(len(recipe.rocks)))]
    diameter = _even_in_logarithm(recipe.diameters_um(rock), generator)
    plan = plan_rock(rock, diameter, rng)
    if not any(layer.diameter_um is None for layer in ROCKS[rock].layers):
        diameter = plan.layers[-1].diameter_um
    return plan, diameter


def plan_rock(name: str, diameter_um: float | None, rng: PositionRNG) -> SectionPlan:
    """Return a rock with its ranges resolved.

    Parameters
    ----------
    name : str
        Key of `ROCKS`.
    diameter_um : float, optional
        Mean diameter of the layers that leave it open; by default drawn from the rock's range.
    rng : PositionRNG
        Random numbers.
    """
    rock, generator = ROCKS[name], rng.branch("rock").generator()
    if diameter_um is None:
        diameter_um = _even_in_logarithm(rock.diameter_um, generator)
    names = dict.fromkeys(name for layer in rock.layers for name in layer.minerals)
    fragments = tuple(name for name in names if name not in MINERALS)
    direction = float(generator.uniform(0, np.pi))
    return SectionPlan(
        rock=name,
        layers=tuple(
            _planned(layer, diameter_um, fragments, direction, rng.branch("layer", number))
            for number, layer in enumerate(rock.layers)
        ),
        fragments=tuple(plan_rock(fragment, None, rng.branch(fragment)) for fragment in fragments),
        thickness_um=30 * float(generator.uniform(0.92, 1.08)),
        stains={name: max(0.0, float(generator.uniform(*depth))) for name, depth in rock.stain.items()},
        stain_um=_even_in_logarithm((40.0, 900.0), generator),
        laminated=bool(generator.random() < rock.lamination),
        coating=float(generator.uniform(0.1, 0.5)) if rock.layers[-1].outline in _CLASTS else 0.0,
        rng=rng,
    )


def _planned(
    layer: Layer, diameter_um: float, fragments: tuple[str, ...], direction: float, rng: PositionRNG
) -> LayerPlan:
    generator = rng.generator()
    if layer.diameter_um is not None:
        diameter_um = _even_in_logarithm(layer.diameter_um, generator)
    cover = float(generator.uniform(*layer.cover))
    foliation = float(generator.uniform(*layer.foliation)) if layer.foliation != (1.0, 1.0) else 1.0
    packing = _CRYSTAL_PACKING if cover >= 1 else _CLAST_PACKING
    spacing = diameter_um / (np.sqrt(4 / np.pi * cover) * packing)
    codes, shares = _numbers(layer.minerals, fragments, layer.outline == "crystals", generator)
    return LayerPlan(
        codes=codes,
        shares=shares,
        outline=layer.outline,
        diameter_um=diameter_um,
        cover=cover,
        spread=float(generator.uniform(*layer.spread)),
        lattice=Lattice(spacing, foliation, direction, 0.8 if cover > 0.5 else 1.0),
        waviness=float(generator.uniform(0.02, 0.09)),
        rng=rng,
    )


def _numbers(
    mode: Mode, fragments: tuple[str, ...], own_sizes: bool, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return codes and shares by number; the mode gives shares of the area, which vary by section."""
    codes = np.array(
        [_MINERAL_NAMES.index(name) if name in MINERALS else -1 - fragments.index(name) for name in mode]
    )
    share = np.array(list(mode.values())) * generator.lognormal(0.0, 0.3, len(mode))
    if own_sizes:
        share /= [MINERALS[name].habit.reach ** 2 if name in MINERALS else 1.0 for name in mode]
    return codes, share / share.sum()


def _even_in_logarithm(limits: Range, generator: np.random.Generator) -> float:
    low, high = limits
    return float(np.exp(generator.uniform(np.log(low), np.log(high))))
