from .drawing import draw_prediction
from .errors import EvaluationError
from .intervals import gain_interval, grouped_interval, wilson_interval
from .metrics import classification_metrics
from .plots import save_confusion_matrix
from .report import Evaluation, evaluate
from .tables import (
    PredictionFile,
    prediction_row,
    prediction_table,
    write_table,
)

__all__ = [
    "Evaluation",
    "EvaluationError",
    "PredictionFile",
    "classification_metrics",
    "draw_prediction",
    "evaluate",
    "gain_interval",
    "grouped_interval",
    "prediction_row",
    "prediction_table",
    "save_confusion_matrix",
    "wilson_interval",
    "write_table",
]
