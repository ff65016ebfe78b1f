from .classification.annotated import AnnotatedCrystals, crystal_samples
from .classification.classes import (
    DEFAULT_CRYSTAL_CLASSES,
    class_colours,
    class_percentages,
    shape_and_facets,
)
from .classification.classifier import CrystalClassifier
from .classification.crop_settings import CropSettings
from .classification.crops import crop_crystals
from .classification.preparing import prepare_crystal_training
from .errors import CrystalError
from .info_bar import find_info_bar
from .measuring.morphology import measure_crystals, unit_of
from .overlay import draw_outlines
from .sam.segmenter import SamSegmenter
from .sam.settings import SamSettings
from .scores import InstanceScores, outline_distances, score_crystals
from .segmentation.segmenting import (
    iterate_segmentation,
    segment_crystals,
    segmentation_warning,
)
from .segmentation.settings import SegmentationSettings

__all__ = [
    "DEFAULT_CRYSTAL_CLASSES",
    "AnnotatedCrystals",
    "CropSettings",
    "CrystalClassifier",
    "CrystalError",
    "InstanceScores",
    "SamSegmenter",
    "SamSettings",
    "SegmentationSettings",
    "class_colours",
    "class_percentages",
    "crop_crystals",
    "crystal_samples",
    "draw_outlines",
    "find_info_bar",
    "iterate_segmentation",
    "measure_crystals",
    "outline_distances",
    "prepare_crystal_training",
    "score_crystals",
    "segment_crystals",
    "segmentation_warning",
    "shape_and_facets",
    "unit_of",
]
