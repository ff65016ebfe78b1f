"""Training events, in the order in which a run reports them, and their lines of JSON between processes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KIND = "event"
PATHS = frozenset({"folder", "model_path"})


class TrainingStopped(Exception):
    """Raise it in the event callback to stop a training; the run finishes with the best epoch so far.

    `train` raises it itself only when it is stopped before the first epoch is finished, since there is then
    no model to keep.
    """


@dataclass(frozen=True)
class TrainingEvent:
    """Event of a training; epochs, batches and folds count from 1."""


OnEvent = Callable[[TrainingEvent], None]
"""Takes every event, in order."""


@dataclass(frozen=True)
class ImagesRead(TrainingEvent):
    """Images are read into memory before the training; reported one by one when they fit there."""

    read: int
    images: int


@dataclass(frozen=True)
class TrainingStarted(TrainingEvent):
    """The images are read and the first epoch begins."""

    folder: Path
    """The run folder."""
    device: str
    """Where the network is, such as "cpu" or "cuda:0"."""
    first_epoch: int
    epochs: int
    """The number of the first epoch to come (1, or more after a resume) and of the last."""
    train: int
    validation: int
    test: int
    """Samples in each part."""
    start: str = ""
    """What it starts from, in words: "ImageNet weights of EfficientNet-Lite0"."""


@dataclass(frozen=True)
class BatchFinished(TrainingEvent):
    """One training batch of an epoch is done."""

    epoch: int
    epochs: int
    batch: int
    batches: int


@dataclass(frozen=True)
class ValidationBatchFinished(TrainingEvent):
    """One validation batch after the training batches of an epoch is done."""

    epoch: int
    epochs: int
    batch: int
    batches: int


EPOCH = "epoch"
TRAIN_LOSS, TRAIN_ACCURACY = "train_loss", "train_accuracy"
VALIDATION_LOSS, VALIDATION_ACCURACY = "validation_loss", "validation_accuracy"
"""Figures of an epoch: fields of `EpochFinished`, columns of history.csv and names that Lightning logs."""


@dataclass(frozen=True)
class EpochFinished(TrainingEvent):
    """One epoch is trained, validated and saved."""

    epoch: int
    epochs: int
    """The epoch, and how many there are."""
    train_loss: float
    """Mean negative log-likelihood, class-weighted if the configuration says so."""
    train_accuracy: float
    """Share of samples classified right, 0..1, measured while the network changes."""
    validation_loss: float
    """Mean negative log-likelihood."""
    validation_accuracy: float
    """Share of samples classified right, 0..1."""
    seconds: float
    """Time for the epoch, validation included, without what the caller did with its events (a pause)."""


@dataclass(frozen=True)
class EvaluationStarted(TrainingEvent):
    """The last epoch is done, and the best one is measured on the samples (so many a part) set aside."""

    validation: int
    test: int


@dataclass(frozen=True)
class TrainingPaused(TrainingEvent):
    """A training in a process of its own has paused; it computes nothing until it is resumed."""


@dataclass(frozen=True)
class TrainingResumed(TrainingEvent):
    """A paused training goes on."""


@dataclass(frozen=True)
class TrainingFinished(TrainingEvent):
    """The run folder is complete."""

    folder: Path
    model_path: Path
    """The run folder, and the model file of the best epoch."""
    accuracy: float
    """Its accuracy on the test part (on the validation part if there is no test part), 0..1."""
    stopped: bool
    """Whether the caller ended the training with `TrainingStopped`."""


@dataclass(frozen=True)
class FoldStarted(TrainingEvent):
    """A fold of a cross-validation begins in its run folder; its events follow up to `TrainingFinished`."""

    fold: int
    folds: int
    folder: Path


@dataclass(frozen=True)
class FoldFinished(TrainingEvent):
    """A fold is trained and tested, now or in an earlier call; its accuracy (0..1) is of its test part."""

    fold: int
    folds: int
    accuracy: float


@dataclass(frozen=True)
class CrossValidationFinished(TrainingEvent):
    """Every fold is done and the figures of the whole are written."""

    folder: Path
    """The folder of the cross-validation."""
    accuracy: float
    """Share of all samples classified right, each by the fold that was not trained on it, 0..1."""
    deviation: float
    """Standard deviation of the accuracies of the folds."""


def ignore_event(event: TrainingEvent) -> None:
    """Do nothing with an event."""


def event_line(event: TrainingEvent) -> str:
    """Return an event as one line of JSON without its end."""
    return json.dumps({KIND: type(event).__name__, **vars(event)}, default=os.fspath)


def event_from(values: dict[str, Any]) -> TrainingEvent:
    """Return the event that a decoded line holds.

    Raises
    ------
    ValueError
        When there is no event of that kind, or its fields are others.
    """
    kinds = {kind.__name__: kind for kind in TrainingEvent.__subclasses__()}
    if values.get(KIND) not in kinds:
        raise ValueError(f"There is no training event {values.get(KIND)!r}.")
    fields = {name: Path(value) if name in PATHS else value for name, value in values.items() if name != KIND}
    try:
        return kinds[values[KIND]](**fields)
    except TypeError as error:
        raise ValueError(f"The training event {values} is incomplete: {error}.") from error
