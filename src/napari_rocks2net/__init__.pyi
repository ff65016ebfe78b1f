from .classify import CriticalArea, Prediction, Predictions, RockClassifier
from .evaluation import evaluate
from .imaging import read_image
from .samples import load_samples
from .training import TrainingConfig, train

__version__: str

__all__ = [
    "CriticalArea",
    "Prediction",
    "Predictions",
    "RockClassifier",
    "TrainingConfig",
    "evaluate",
    "load_samples",
    "read_image",
    "train",
]
