from .classification import (
    DEFAULT_CRYSTAL_CLASSES,
    AnnotatedCrystals,
    ClassificationStopped,
    CropSettings,
    CrystalClassifier,
    class_colours,
    class_percentages,
    crop_crystals,
    crystal_samples,
    prepare_crystal_training,
    shape_and_facets,
)
from .errors import CrystalError
from .measuring import measure_crystals, unit_of
from .overlay import draw_outlines
from .sam import SamEmbedding, SamSegmenter, SamSettings
from .scale import PixelSize, find_info_bar, read_pixel_size
from .scores import InstanceScores, score_crystals
from .segmentation import (
    SegmentationSettings,
    SegmentationStopped,
    iterate_segmentation,
    segment_crystals,
    segmentation_warning,
)

__all__ = [
    "DEFAULT_CRYSTAL_CLASSES",
    "AnnotatedCrystals",
    "ClassificationStopped",
    "CropSettings",
    "CrystalClassifier",
    "CrystalError",
    "InstanceScores",
    "PixelSize",
    "SamEmbedding",
    "SamSegmenter",
    "SamSettings",
    "SegmentationSettings",
    "SegmentationStopped",
    "class_colours",
    "class_percentages",
    "crop_crystals",
    "crystal_samples",
    "draw_outlines",
    "find_info_bar",
    "iterate_segmentation",
    "measure_crystals",
    "prepare_crystal_training",
    "read_pixel_size",
    "score_crystals",
    "segment_crystals",
    "segmentation_warning",
    "shape_and_facets",
    "unit_of",
]
