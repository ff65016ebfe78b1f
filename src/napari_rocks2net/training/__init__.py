"""Samples, grouped splits, and the run that makes a model of them."""

from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.events import (
    BatchFinished,
    EpochFinished,
    TrainingEvent,
    TrainingFinished,
    TrainingStarted,
    TrainingStopped,
)
from napari_rocks2net.training.record import RunFolderError
from napari_rocks2net.training.runner import TrainingRun, train
from napari_rocks2net.training.samples import SampleError, SampleTable, load_samples, table_from_rows
from napari_rocks2net.training.splits import split_samples

__all__ = [
    "BatchFinished",
    "EpochFinished",
    "RunFolderError",
    "SampleError",
    "SampleTable",
    "TrainingConfig",
    "TrainingEvent",
    "TrainingFinished",
    "TrainingRun",
    "TrainingStarted",
    "TrainingStopped",
    "load_samples",
    "split_samples",
    "table_from_rows",
    "train",
]
