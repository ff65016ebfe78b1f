"""Measuring of crystals. Plots are not imported here, because matplotlib loads slowly."""

from napari_rocks2net.crystals.measuring.morphology import measure_crystals, unit_of

__all__ = ["measure_crystals", "unit_of"]
