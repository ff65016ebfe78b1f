"""Training events, in the order in which a run reports them to its caller."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class TrainingStopped(Exception):
    """Raise it in the event callback to stop a training; the run finishes with the best epoch so far.

    `train` raises it itself only when it is stopped before the first epoch is finished, since there is then
    no model to keep.
    """


@dataclass(frozen=True)
class TrainingEvent:
    """Something that happened in a training."""


@dataclass(frozen=True)
class ImagesRead(TrainingEvent):
    """Images are read into memory before the training; reported one by one when they fit there.

    Attributes
    ----------
    read, images : int
        Images read so far, and how many there are.
    """

    read: int
    images: int


@dataclass(frozen=True)
class TrainingStarted(TrainingEvent):
    """The images are read and the first epoch begins.

    Attributes
    ----------
    folder : Path
        The run folder.
    device : str
        Where the network is, such as "cpu" or "cuda:0".
    first_epoch, epochs : int
        The number of the first epoch to come (1, or more after a resume) and of the last.
    train, validation, test : int
        Samples in each part.
    """

    folder: Path
    device: str
    first_epoch: int
    epochs: int
    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class BatchFinished(TrainingEvent):
    """One training batch is done; numbers count from 1.

    Attributes
    ----------
    epoch, epochs : int
        The epoch, and how many there are.
    batch, batches : int
        The batch in the epoch, and how many there are.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int


@dataclass(frozen=True)
class ValidationBatchFinished(TrainingEvent):
    """One validation batch after the training batches of an epoch is done; numbers count from 1.

    Attributes
    ----------
    epoch, epochs : int
        The epoch, and how many there are.
    batch, batches : int
        The batch, and how many the validation part has.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int


@dataclass(frozen=True)
class EpochFinished(TrainingEvent):
    """One epoch is trained, validated and saved.

    Attributes
    ----------
    epoch, epochs : int
        The epoch counted from 1, and how many there are.
    train_loss, validation_loss : float
        Mean negative log-likelihood; the training one is class-weighted if the configuration says so.
    train_accuracy, validation_accuracy : float
        Share of samples classified right, 0..1. The training one is measured while the network changes.
    seconds : float
        Time for the epoch, validation included, without what the caller did with its events (a pause).
    """

    epoch: int
    epochs: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float


@dataclass(frozen=True)
class EvaluationStarted(TrainingEvent):
    """The last epoch is done, and the best one is measured on the samples set aside.

    Attributes
    ----------
    validation, test : int
        Samples in each part.
    """

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
    """The run folder is complete.

    Attributes
    ----------
    folder : Path
        The run folder.
    model_path : Path
        The model file of the best epoch.
    accuracy : float
        Its accuracy on the test part (on the validation part if there is no test part), 0..1.
    stopped : bool
        Whether the caller ended the training with `TrainingStopped`.
    """

    folder: Path
    model_path: Path
    accuracy: float
    stopped: bool


@dataclass(frozen=True)
class FoldStarted(TrainingEvent):
    """A fold of a cross-validation begins: what follows up to its `TrainingFinished` belongs to it.

    Attributes
    ----------
    fold, folds : int
        The fold counted from 1, and how many there are.
    folder : Path
        Its run folder.
    """

    fold: int
    folds: int
    folder: Path


@dataclass(frozen=True)
class FoldFinished(TrainingEvent):
    """A fold of a cross-validation is trained and tested, now or in an earlier call.

    Attributes
    ----------
    fold, folds : int
        The fold counted from 1, and how many there are.
    accuracy : float
        On its test part, 0..1.
    """

    fold: int
    folds: int
    accuracy: float


@dataclass(frozen=True)
class CrossValidationFinished(TrainingEvent):
    """Every fold is done and the figures of the whole are written.

    Attributes
    ----------
    folder : Path
        The folder of the cross-validation.
    accuracy : float
        Share of all samples classified right, each by the fold that was not trained on it, 0..1.
    deviation : float
        Standard deviation of the accuracies of the folds.
    """

    folder: Path
    accuracy: float
    deviation: float
