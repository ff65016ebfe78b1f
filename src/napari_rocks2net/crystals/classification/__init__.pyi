from .annotated import AnnotatedCrystals, crystal_samples
from .classes import (
    DEFAULT_CRYSTAL_CLASSES,
    class_colours,
    class_percentages,
    shape_and_facets,
)
from .classifier import (
    ClassificationStopped,
    CrystalClassifier,
)
from .crop_settings import CropSettings
from .crops import crop_crystals
from .preparing import prepare_crystal_training

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
