"""Evaluation of a model: accuracy with its interval, confusion, calibration, tables."""

from napari_rocks2net.evaluation.confusion import save_confusion_matrix
from napari_rocks2net.evaluation.drawing import draw_prediction
from napari_rocks2net.evaluation.intervals import gain_interval, grouped_interval, wilson_interval
from napari_rocks2net.evaluation.metrics import EvaluationError, classification_metrics
from napari_rocks2net.evaluation.report import Evaluation, evaluate
from napari_rocks2net.evaluation.tables import (
    PredictionFile,
    plane_cell,
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
    "plane_cell",
    "prediction_row",
    "prediction_table",
    "save_confusion_matrix",
    "wilson_interval",
    "write_table",
]
