"""A loaded model at work on images."""

from napari_rocks2net.classify.classifier import RockClassifier
from napari_rocks2net.classify.classifier_set import RockClassifierSet
from napari_rocks2net.classify.device import DeviceChoice, DeviceError, choose_device
from napari_rocks2net.classify.prediction import CriticalArea, Prediction

__all__ = [
    "CriticalArea",
    "DeviceChoice",
    "DeviceError",
    "Prediction",
    "RockClassifier",
    "RockClassifierSet",
    "choose_device",
]
