"""Crystal classification: crops, classes, training on annotated crystals."""

from napari_rocks2net.crystals.classification.annotated import AnnotatedCrystals, crystal_samples
from napari_rocks2net.crystals.classification.classes import (
    DEFAULT_CRYSTAL_CLASSES,
    class_colours,
    class_percentages,
    shape_and_facets,
)
from napari_rocks2net.crystals.classification.classifier import (
    ClassificationStopped,
    CrystalClassifier,
)
from napari_rocks2net.crystals.classification.crops import CropSettings, crop_crystals
from napari_rocks2net.crystals.classification.preparing import prepare_crystal_training

__all__ = [
    "DEFAULT_CRYSTAL_CLASSES",
    "AnnotatedCrystals",
    "ClassificationStopped",
    "CropSettings",
    "CrystalClassifier",
    "class_colours",
    "class_percentages",
    "crop_crystals",
    "crystal_samples",
    "prepare_crystal_training",
    "shape_and_facets",
]
