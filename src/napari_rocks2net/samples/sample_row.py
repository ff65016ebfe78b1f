"""Row of a sample table, its cells understood."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from napari_rocks2net.samples.region import Region

Affine = tuple[tuple[float, float, float], tuple[float, float, float]]
"""The rows for y and for x that are multiplied by (y, x, 1)."""


@dataclass(frozen=True)
class SampleRow:
    """Row of a sample table, its cells understood."""

    file: str
    """As the table names it, with "/" between folders."""
    section: str = ""
    """The thin section; empty when the row does not say."""
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Property -> class, without empty cells."""
    region: Region | None = None
    """None for the whole image."""
    plane: tuple[int, ...] = ()
    """The plane of a stack; empty for an image of one plane."""
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What else is known about the region: numbers, true or false, and texts."""
    field: str = ""
    """The field that the photo shows; empty where the table does not say."""
    light: str = ""
    """One of `napari_rocks2net.views.LIGHTS`, or empty."""
    angle: float | None = None
    """Of the stage, in degrees."""
    pixel_size_um: float | None = None
    """Micrometres a pixel of the image; None where it is not known."""
    region_id: str = ""
    """What the rows of one region on several views of a field share; empty where the table does not say."""
    affine: Affine | None = None
    """How the view lies in its field, see `napari_rocks2net.samples.columns.AFFINE`; None where the table
    does not say."""
