from .answer_notes import AnswerNotes
from .classifier import RockClassifier
from .device import DeviceChoice, DeviceError, choose_device
from .distributed import DistributedClassifier
from .prediction import CriticalArea, Prediction, Predictions
from .shared_file import SharedFile

__all__ = [
    "AnswerNotes",
    "CriticalArea",
    "DeviceChoice",
    "DeviceError",
    "DistributedClassifier",
    "Prediction",
    "Predictions",
    "RockClassifier",
    "SharedFile",
    "choose_device",
]
