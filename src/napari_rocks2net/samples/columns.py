"""Columns of the tables of labelled images that are no rock property."""

from __future__ import annotations

PLANE_COLUMN = "stack_plane"  # not "plane", which tables of thin sections have for the polarisation
OUTLINE_COLUMN = "region_outline"
FACT_PREFIX = "feature:"
"""How the columns begin that hold other facts about a region than its classes."""
