from .classifier import RockClassifier
from .device import DeviceChoice, DeviceError, choose_device
from .prediction import CriticalArea, Prediction, Predictions

__all__ = [
    "CriticalArea",
    "DeviceChoice",
    "DeviceError",
    "Prediction",
    "Predictions",
    "RockClassifier",
    "choose_device",
]
