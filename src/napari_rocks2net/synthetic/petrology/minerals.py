"""Minerals of a thin section: optical properties and habits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Colour = tuple[float, float, float]
Range = tuple[float, float]
Twins = Literal["none", "albite", "tartan", "calcite", "simple"]

CLEAR: Colour = (1.0, 1.0, 1.0)
MOUNT_INDEX = 1.54


@dataclass(frozen=True)
class Habit:
    """The shape that a crystal takes if nothing is in its way."""

    aspect: Range  # Range of length over width.
    facets: float  # 0 for a round outline to 1 for straight faces.
    corner: float = 2.0  # How far corners stand out: 1 for a rhomb, 1.4 for an octagon, 2 for a rectangle.
    waviness: float = 1.0  # How much of the section's wavy boundaries the crystal takes on.
    # How early it crystallises, in radii grown before the others; early ones keep their shape.
    lead: float = 0.0
    size: float = 1.0  # Radius relative to that of the section.

    @property
    def reach(self) -> float:
        """Radius that its crystals take among others, relative to the section's."""
        return self.size * (1 + self.lead)


ANHEDRAL = Habit((1.0, 1.5), 0.0)
INTERSTITIAL = Habit((1.0, 1.4), 0.0, waviness=1.3, lead=-0.25)
EQUANT = Habit((1.0, 1.3), 0.9, 1.42, 0.3, 0.15, 0.95)
CUBIC = Habit((1.0, 1.2), 1.0, 1.8, 0.3, 0.2, 0.42)
PRISM = Habit((1.3, 2.4), 0.9, 1.6, 0.45, 0.15, 0.95)
TABLET = Habit((1.4, 2.6), 1.0, 1.75, 0.3, 0.22)
FLAKE = Habit((2.2, 4.5), 0.95, 1.9, 0.5, 0.2, 0.75)
RHOMB = Habit((1.3, 1.7), 1.0, 1.06, 0.3, 0.12)


@dataclass(frozen=True)
class Mineral:
    """The optical properties by which a mineral is known under the microscope."""

    name: str
    """The mineral's name."""
    index_low: float
    index_high: float
    """Lowest and highest refractive index; the mount has 1.54."""
    birefringence: float
    """Largest birefringence of any cut; 0 for isotropic minerals."""
    colour_low: Colour = CLEAR
    colour_high: Colour = CLEAR
    """Linear RGB transmission of 30 µm for light along the two vibration directions; they differ in
    pleochroic minerals."""
    habit: Habit = ANHEDRAL
    """Shape of its crystals."""
    extinction_degrees: Range = (0.0, 180.0)
    """Range of the angle between a vibration direction and the crystal's length, or for albite twins the twin
    planes; 0 to 180 where no length is known."""
    twins: Twins = "none"
    """Kind of twinning."""
    twinned: float = 0.0
    """Share of grains that show twins, 0 to 1."""
    cleavages: tuple[float, ...] = ()
    """Angles of the cleavage traces to the length in degrees; empty for none."""
    undulose: float = 0.0
    """Typical wandering of the extinction position inside a grain, in degrees."""
    cloudy: float = 0.0
    """How much alteration dust it carries, 0 to 1."""
    fractures: float = 0.0
    """How strongly it is cracked, 0 to 1."""
    zoned: float = 0.0
    """Turn of the extinction from core to rim, in degrees."""
    anomalous: Colour = CLEAR
    """Factors on its interference colours, where these are not those of the chart."""


_TABLE = (
    Mineral("quartz", 1.544, 1.553, 0.009, habit=INTERSTITIAL, undulose=3.0, fractures=0.1),
    Mineral(
        "K-feldspar", 1.518, 1.526, 0.007, (0.95, 0.91, 0.86), (0.95, 0.91, 0.86), TABLET, (0.0, 20.0),
        "simple", 0.4, (0.0,), 1.0, 0.65,
    ),
    Mineral(
        "microcline", 1.518, 1.526, 0.007, (0.97, 0.94, 0.9), (0.97, 0.94, 0.9), ANHEDRAL, (0.0, 180.0),
        "tartan", 0.95, (0.0,), 1.0, 0.4,
    ),
    Mineral(
        "plagioclase", 1.53, 1.58, 0.011, habit=TABLET, extinction_degrees=(8.0, 32.0), twins="albite",
        twinned=0.9, cleavages=(0.0,), cloudy=0.25, zoned=4.0,
    ),
    Mineral(
        "biotite", 1.57, 1.70, 0.05, (0.80, 0.62, 0.34), (0.24, 0.095, 0.03), FLAKE, (0.0, 3.0),
        cleavages=(0.0,), undulose=2.0,
    ),
    Mineral("muscovite", 1.55, 1.61, 0.042, habit=FLAKE, extinction_degrees=(0.0, 3.0), cleavages=(0.0,),
        undulose=3.0),
    Mineral(
        "hornblende", 1.62, 1.70, 0.024, (0.66, 0.64, 0.34), (0.17, 0.27, 0.1), PRISM, (10.0, 24.0),
        "simple", 0.15, (-28.0, 28.0),
    ),
    Mineral(
        "augite", 1.67, 1.74, 0.026, (0.87, 0.84, 0.72), (0.79, 0.74, 0.62), PRISM, (35.0, 48.0),
        "simple", 0.25, (1.5, 88.5), fractures=0.35, zoned=3.0,
    ),
    Mineral("olivine", 1.64, 1.77, 0.038, (0.96, 0.97, 0.90), (0.94, 0.96, 0.87), EQUANT, fractures=1.0),
    Mineral("calcite", 1.486, 1.658, 0.172, twins="calcite", twinned=0.75, cleavages=(0.0, 75.0),
        cloudy=0.15),
    Mineral(
        "dolomite", 1.50, 1.68, 0.179, (0.97, 0.95, 0.92), (0.95, 0.92, 0.88), RHOMB, (0.0, 5.0),
        cleavages=(37.0, -37.0), cloudy=0.45,
    ),
    Mineral(
        "chlorite", 1.57, 1.67, 0.006, (0.76, 0.88, 0.64), (0.46, 0.70, 0.40), FLAKE, (0.0, 3.0),
        cleavages=(0.0,), anomalous=(0.35, 0.42, 1.1),
    ),
    Mineral("garnet", 1.72, 1.89, 0.0, (0.92, 0.78, 0.72), (0.92, 0.78, 0.72), EQUANT, fractures=0.8),
    Mineral("glass", 1.49, 1.60, 0.0, (0.66, 0.53, 0.38), (0.66, 0.53, 0.38)),
    Mineral("clear glass", 1.49, 1.52, 0.0, (0.95, 0.93, 0.88), (0.95, 0.93, 0.88)),
    Mineral("iron oxide", 1.9, 1.9, 0.0, (0.035, 0.015, 0.01), (0.035, 0.015, 0.01), CUBIC),
    Mineral("carbonaceous matter", 1.8, 1.8, 0.0, (0.05, 0.035, 0.025), (0.05, 0.035, 0.025), ANHEDRAL),
    Mineral("clay", 1.55, 1.60, 0.03, (0.70, 0.58, 0.42), (0.60, 0.49, 0.34), FLAKE, (0.0, 4.0), cloudy=0.5),
    Mineral("sericite", 1.55, 1.60, 0.034, (0.86, 0.83, 0.76), (0.82, 0.79, 0.72), FLAKE, (0.0, 4.0),
        cloudy=0.3),
    Mineral("fibrous carbonate", 1.53, 1.68, 0.155, (0.72, 0.62, 0.48), (0.62, 0.53, 0.41), cloudy=0.4),
    Mineral("micrite", 1.49, 1.66, 0.1, (0.66, 0.58, 0.47), (0.6, 0.52, 0.42), cloudy=0.5),
    Mineral("pore", 1.54, 1.54, 0.0),
    Mineral("blue pore", 1.54, 1.54, 0.0, (0.16, 0.46, 0.85), (0.16, 0.46, 0.85)),
)  # fmt: skip

MINERALS: Mapping[str, Mineral] = MappingProxyType({mineral.name: mineral for mineral in _TABLE})
"""Every mineral by name; ranges after Deer, Howie & Zussman, "An Introduction to the Rock-Forming
Minerals"."""
