"""SEM crystals: segment, measure and classify them."""

from napari_rocks2net.crystals.classification import (
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
from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.measuring import measure_crystals, unit_of
from napari_rocks2net.crystals.overlay import draw_outlines
from napari_rocks2net.crystals.sam import SamEmbedding, SamSegmenter, SamSettings
from napari_rocks2net.crystals.scale import PixelSize, find_info_bar, read_pixel_size
from napari_rocks2net.crystals.scores import InstanceScores, score_crystals
from napari_rocks2net.crystals.segmentation import (
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
