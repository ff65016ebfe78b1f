"""Samples, grouped splits, and the run that makes a model of them."""

from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.cross_validation import (
    CrossValidation,
    cross_validate,
    load_cross_validation,
)
from napari_rocks2net.training.events import (
    BatchFinished,
    CrossValidationFinished,
    EpochFinished,
    EvaluationStarted,
    FoldFinished,
    FoldStarted,
    ImagesRead,
    TrainingEvent,
    TrainingFinished,
    TrainingPaused,
    TrainingResumed,
    TrainingStarted,
    TrainingStopped,
    ValidationBatchFinished,
)
from napari_rocks2net.training.lock import is_being_trained
from napari_rocks2net.training.process import TrainingProcess
from napari_rocks2net.training.repeating import repeat_run
from napari_rocks2net.training.run_folder import RunFolderError
from napari_rocks2net.training.runner import train
from napari_rocks2net.training.runs import RunOverview, TrainingRun, compare_runs, list_runs, load_run
from napari_rocks2net.training.sizing import suggest_size_and_batch

__all__ = [
    "BatchFinished",
    "CrossValidation",
    "CrossValidationFinished",
    "EpochFinished",
    "EvaluationStarted",
    "FoldFinished",
    "FoldStarted",
    "ImagesRead",
    "RunFolderError",
    "RunOverview",
    "TrainingConfig",
    "TrainingEvent",
    "TrainingFinished",
    "TrainingPaused",
    "TrainingProcess",
    "TrainingResumed",
    "TrainingRun",
    "TrainingStarted",
    "TrainingStopped",
    "ValidationBatchFinished",
    "compare_runs",
    "cross_validate",
    "is_being_trained",
    "list_runs",
    "load_cross_validation",
    "load_run",
    "repeat_run",
    "suggest_size_and_batch",
    "train",
]
