"""Thin sections drawn from optical mineralogy, with their truth: samples, training data, tests."""

from __future__ import annotations

from napari_rocks2net.synthetic.collection import write_collection
from napari_rocks2net.synthetic.light import michel_levy_strip
from napari_rocks2net.synthetic.recipes import GRAIN_RECIPES, Recipe
from napari_rocks2net.synthetic.samples import SampleSection, sample_sections
from napari_rocks2net.synthetic.section import Section, Slide, draw_section, draw_slide

__all__ = [
    "GRAIN_RECIPES",
    "Recipe",
    "SampleSection",
    "Section",
    "Slide",
    "draw_section",
    "draw_slide",
    "michel_levy_strip",
    "sample_sections",
    "write_collection",
]
