from .classifier import RockClassifier
from .device import DeviceChoice, DeviceError, choose_device
from .distributed import DistributedClassifier
from .prediction import CriticalArea, Prediction, Predictions
from .scaling import ScaleCount
from .shared_file import SharedFile

__all__ = [
    "CriticalArea",
    "DeviceChoice",
    "DeviceError",
    "DistributedClassifier",
    "Prediction",
    "Predictions",
    "RockClassifier",
    "ScaleCount",
    "SharedFile",
    "choose_device",
]
