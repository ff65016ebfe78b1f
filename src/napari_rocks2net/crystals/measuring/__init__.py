"""Measuring of crystals. Plots are not imported here, because matplotlib loads slowly."""
