"""Classification of images with loaded models."""
# ruff: noqa: E402

from napari_rocks2net.torch_beside_opengl import prepare_torch_import

# Before the modules below import torch.
prepare_torch_import()

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
