"""The minerals of a thin section and what light does in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Colour = tuple[float, float, float]
Twins = Literal["none", "albite", "tartan", "calcite"]

CLEAR: Colour = (1.0, 1.0, 1.0)
MOUNT_INDEX = 1.54


@dataclass(frozen=True)
class Mineral:
    """The optical properties by which a mineral is known under the microscope.

    Parameters
    ----------
    name : str
        The mineral's name.
    index_low, index_high : float
        Lowest and highest refractive index; the mount has 1.54.
    birefringence : float
        Largest birefringence of any cut; 0 for isotropic minerals.
    colour_low, colour_high : tuple of 3 floats
        Linear RGB transmission of 30 µm for light along the two vibration directions; they differ
        in pleochroic minerals.
    twins : {"none", "albite", "tartan", "calcite"}
        Kind of twinning.
    twinned : float
        Share of grains that show twins, 0 to 1.
    cleavages : tuple of floats
        Angles of the cleavage traces to each other in degrees, the first being 0; empty for none.
    undulose : float
        Typical wandering of the extinction position inside a grain, in degrees.
    cloudy : float
        How much alteration dust it carries, 0 to 1.
    fractures : float
        How strongly it is cracked, 0 to 1.
    """

    name: str
    index_low: float
    index_high: float
    birefringence: float
    colour_low: Colour = CLEAR
    colour_high: Colour = CLEAR
    twins: Twins = "none"
    twinned: float = 0.0
    cleavages: tuple[float, ...] = ()
    undulose: float = 0.0
    cloudy: float = 0.0
    fractures: float = 0.0


_TABLE = (
    Mineral("quartz", 1.544, 1.553, 0.009, undulose=5.0, fractures=0.12),
    Mineral("K-feldspar", 1.518, 1.526, 0.007, twins="tartan", twinned=0.4, cleavages=(0.0,), cloudy=0.5),
    Mineral("plagioclase", 1.53, 1.56, 0.011, twins="albite", twinned=0.85, cleavages=(0.0,), cloudy=0.2),
    Mineral(
        "biotite", 1.57, 1.64, 0.05, (0.72, 0.52, 0.25), (0.2, 0.08, 0.03), cleavages=(0.0,), undulose=1.0
    ),
    Mineral("muscovite", 1.55, 1.61, 0.042, cleavages=(0.0,), undulose=1.5),
    Mineral("hornblende", 1.62, 1.68, 0.024, (0.62, 0.6, 0.28), (0.16, 0.25, 0.09), cleavages=(0.0, 56.0)),
    Mineral("augite", 1.67, 1.73, 0.026, (0.82, 0.8, 0.68), (0.74, 0.7, 0.58), cleavages=(0.0, 87.0)),
    Mineral("olivine", 1.65, 1.70, 0.038, (0.95, 0.96, 0.88), (0.93, 0.95, 0.84), fractures=0.9),
    Mineral("calcite", 1.486, 1.658, 0.172, twins="calcite", twinned=0.6, cleavages=(0.0, 75.0), cloudy=0.15),
    Mineral("dolomite", 1.50, 1.68, 0.179, cleavages=(0.0, 73.0), cloudy=0.35),
    Mineral("chlorite", 1.57, 1.62, 0.006, (0.72, 0.85, 0.6), (0.42, 0.66, 0.36), cleavages=(0.0,)),
    Mineral("garnet", 1.75, 1.80, 0.0, (0.9, 0.76, 0.7), (0.9, 0.76, 0.7), fractures=0.8),
    Mineral("glass", 1.52, 1.56, 0.0, (0.62, 0.5, 0.36), (0.62, 0.5, 0.36)),
    Mineral("iron oxide", 1.9, 1.9, 0.0, (0.03, 0.015, 0.01), (0.03, 0.015, 0.01)),
    Mineral("clay", 1.55, 1.60, 0.03, (0.66, 0.54, 0.38), (0.56, 0.45, 0.3), cloudy=0.5),
)

MINERALS: Mapping[str, Mineral] = MappingProxyType({mineral.name: mineral for mineral in _TABLE})
"""Every mineral by name; ranges after Deer, Howie & Zussman, "An Introduction to the Rock-Forming
Minerals"."""
