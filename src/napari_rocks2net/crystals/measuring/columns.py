"""Columns of measured crystals that others ask for by name; `measure_crystals` explains all."""

from __future__ import annotations

AREA, EQUIVALENT_DIAMETER, ORIENTATION = "area", "equivalent_diameter", "orientation"
TOUCHES_BORDER = "touches_border"
UNIT = "unit"
"""The unit of length: an entry of the table's ``attrs``, and a column where these would be lost."""
