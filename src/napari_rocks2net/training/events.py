"""What happened in a training, in order: the events a run reports to its caller."""

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
        Time for the epoch, validation included.
    """

    epoch: int
    epochs: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float


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
