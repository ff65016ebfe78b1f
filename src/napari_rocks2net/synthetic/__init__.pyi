from .collection import write_collection
from .drawing import (
    SampleSection,
    draw_rotation,
    draw_section,
    draw_slide,
    sample_sections,
)
from .errors import SynthesisError
from .mosaic import MosaicScan, draw_mosaic
from .petrology.minerals import MINERALS, Mineral
from .petrology.recipes import FIELD_UM, GRAIN_RECIPES, RECIPES, Recipe
from .petrology.rocks import ROCKS, Rock
from .scan import SlideScan, draw_scan
from .section import Section, StagedRegion, ThinSection
from .variation import Variation

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
    "SlideScan",
    "StagedRegion",
    "SynthesisError",
    "ThinSection",
    "Variation",
    "draw_mosaic",
    "draw_rotation",
    "draw_scan",
    "draw_section",
    "draw_slide",
    "sample_sections",
    "write_collection",
]
