from .classify import CriticalArea, DistributedClassifier, Prediction, Predictions, RockClassifier
from .evaluation import evaluate
from .imaging import read_image
from .samples import load_samples
from .slides import MapSettings, Slide, map_slide, open_slide
from .training import TrainingConfig, train

__version__: str

__all__ = [
    "CriticalArea",
    "DistributedClassifier",
    "MapSettings",
    "Prediction",
    "Predictions",
    "RockClassifier",
    "Slide",
    "TrainingConfig",
    "evaluate",
    "load_samples",
    "map_slide",
    "open_slide",
    "read_image",
    "train",
]
