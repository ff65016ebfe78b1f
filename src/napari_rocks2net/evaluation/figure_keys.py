"""Keys of the figures of a model: in metrics.json, in model cards and in tables that compare models."""

from __future__ import annotations

SAMPLES = "samples"
ACCURACY, ACCURACY_INTERVAL, BALANCED_ACCURACY = "accuracy", "accuracy_interval", "balanced_accuracy"
CALIBRATION_ERROR, LOG_LOSS = "expected_calibration_error", "log_loss"
CONFUSION_MATRIX, CLASSES = "confusion_matrix", "classes"
PER_CLASS = "per_class"
PRECISION, RECALL, F1, SUPPORT = "precision", "recall", "f1", "support"
"""Of each class."""

CALIBRATION = "calibration"
TEMPERATURE, FITTED_ON, NOTE, BEFORE, AFTER = "temperature", "fitted_on", "note", "before", "after"
"""Of a calibration: by how much, from how many photos, and its figures without and with it."""
PHOTOS, INTERVAL, RELIABILITY, CONFIDENCE = "photos", "interval", "reliability", "confidence"

REPORTED_ON = "reported_on"
"""Which part of a split the figures on the top level are of."""
PROPERTIES = "properties"
"""The figures of each property, where a model names several."""
BEST_EPOCH, STOPPED, TTA, PROBE = "best_epoch", "stopped", "tta", "probe"
FOLDS, MEAN, STANDARD_DEVIATION = "folds", "mean", "standard_deviation"
"""Of a cross-validation."""
MEASURED_ON, TRAINED_ON, UNSEEN = "measured_on", "trained_on", "unseen"
"""Of an evaluation: whether its samples are new to the model, and the figures of those that are not."""

ACCURACY_LOW, ACCURACY_HIGH = "accuracy_low", "accuracy_high"
GAIN, GAIN_LOW, GAIN_HIGH = "gain", "gain_low", "gain_high"
PARAMETERS, IMAGES_PER_SECOND, TRAINING_SECONDS = "parameters", "images_per_second", "training_seconds"
FAILURE = "failure"
"""Columns of tables with one row a model: the limits of the interval, how much more often it is right than
the first, what it costs, and why it has no figures."""
