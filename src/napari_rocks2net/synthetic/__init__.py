"""Synthetic thin sections drawn from optical mineralogy, with their truth."""

from __future__ import annotations

from napari_rocks2net.synthetic.collection import write_collection
from napari_rocks2net.synthetic.drawing import (
    SampleSection,
    draw_rotation,
    draw_section,
    draw_slide,
    sample_sections,
)
from napari_rocks2net.synthetic.errors import SynthesisError
from napari_rocks2net.synthetic.mosaic import MosaicScan, draw_mosaic
from napari_rocks2net.synthetic.optics.light import michel_levy_strip
from napari_rocks2net.synthetic.petrology.minerals import MINERALS, Mineral
from napari_rocks2net.synthetic.petrology.recipes import FIELD_UM, GRAIN_RECIPES, RECIPES, Recipe
from napari_rocks2net.synthetic.petrology.rocks import ROCKS, Rock
from napari_rocks2net.synthetic.scan import SlideScan, draw_scan
from napari_rocks2net.synthetic.section import Section, Slide, ThinSection
from napari_rocks2net.synthetic.variation import Variation

__all__ = [
    "FIELD_UM",
    "GRAIN_RECIPES",
    "MINERALS",
    "RECIPES",
    "ROCKS",
    "Mineral",
    "MosaicScan",
    "Recipe",
    "Rock",
    "SampleSection",
    "Section",
    "Slide",
    "SlideScan",
    "SynthesisError",
    "ThinSection",
    "Variation",
    "draw_mosaic",
    "draw_rotation",
    "draw_scan",
    "draw_section",
    "draw_slide",
    "michel_levy_strip",
    "sample_sections",
    "write_collection",
]
