"""The sample sections in File > Open Sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    SampleLayer = tuple[np.ndarray, dict[str, Any], str]

SAMPLE_SIZE = 512


def coarse_crystals() -> list[SampleLayer]:
    """Draw a section of coarse crystals, XPL."""
    return _sample(0)


def medium_crystals() -> list[SampleLayer]:
    """Draw a section of medium crystals, PPL."""
    return _sample(1)


def fine_crystals() -> list[SampleLayer]:
    """Draw a section of fine crystals, XPL."""
    return _sample(2)


def powder_crystals() -> list[SampleLayer]:
    """Draw a section of powder crystals, PPL."""
    return _sample(3)


def micro_crystals() -> list[SampleLayer]:
    """Draw a section of micro crystals, XPL."""
    return _sample(4)


def mud_crystals() -> list[SampleLayer]:
    """Draw a section of mud crystals, XPL."""
    return _sample(5)


def _sample(position: int) -> list[SampleLayer]:
    from napari_rocks2net.synthetic import draw_section, sample_sections

    sample = sample_sections()[position]
    section = draw_section(sample.recipe, size=SAMPLE_SIZE, seed=sample.seed)
    scale = (section.um_per_pixel,) * 2
    place = {"name": sample.name, "scale": scale, "units": ("um", "um"), "axis_labels": ("y", "x")}
    return [(getattr(section, sample.light), place, "image")]
