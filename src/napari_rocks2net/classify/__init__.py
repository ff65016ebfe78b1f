"""Classification of images with loaded models."""

from napari_rocks2net.classify.classifier import RockClassifier
from napari_rocks2net.classify.device import DeviceChoice, DeviceError, choose_device
from napari_rocks2net.classify.prediction import CriticalArea, Prediction, Predictions

__all__ = [
    "CriticalArea",
    "DeviceChoice",
    "DeviceError",
    "Prediction",
    "Predictions",
    "RockClassifier",
    "choose_device",
]
