from .config import TrainingConfig
from .cross_validation import (
    CrossValidation,
    cross_validate,
    load_cross_validation,
)
from .duration.estimate import duration_sentence, estimate_duration
from .duration.sizing import suggest_size_and_batch
from .events import (
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
from .process.training_process import TrainingProcess
from .repeating import repeat_run
from .runner import train
from .runs.lock import is_being_trained
from .runs.overview import RunOverview, list_runs
from .runs.provenance import training_pictures
from .runs.run_folder import RunFolderError
from .runs.training_run import TrainingRun, compare_runs, load_run, load_run_part

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
    "duration_sentence",
    "estimate_duration",
    "is_being_trained",
    "list_runs",
    "load_cross_validation",
    "load_run",
    "load_run_part",
    "repeat_run",
    "suggest_size_and_batch",
    "train",
    "training_pictures",
]
