"""A training from its configuration to the finished run folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.events import TrainingEvent
from napari_rocks2net.training.record import RunFolder
from napari_rocks2net.training.samples import SampleTable
from napari_rocks2net.training.splits import split_samples


@dataclass(frozen=True)
class TrainingRun:
    """A finished training.

    Attributes
    ----------
    folder : Path
        The run folder.
    model_path : Path
        The model file of the epoch with the lowest validation loss.
    metrics : dict
        What metrics.json holds.
    """

    folder: Path
    model_path: Path
    metrics: dict[str, Any]


def train(
    config: TrainingConfig, samples: SampleTable, on_event: Callable[[TrainingEvent], None] | None = None
) -> TrainingRun:
    """Train a model and leave a run folder.

    The folder holds model.safetensors (the epoch with the lowest validation loss), metrics.json,
    history.csv, config.json, samples.csv and checkpoints/last.ckpt. A run that was killed goes on from its
    last finished epoch when called again with ``resume=True``.

    Parameters
    ----------
    config : TrainingConfig
        What to do.
    samples : SampleTable
        What to learn from; split here by thin section.
    on_event : callable, optional
        Takes every `TrainingEvent` in order. When it raises `TrainingStopped` the training ends and the run
        finishes with the best epoch so far; any other exception ends it unfinished, to be resumed. With
        the strategy "ddp_spawn" it is called in a child process and must be picklable.

    Returns
    -------
    TrainingRun
        The folder, the model file and the figures.

    Raises
    ------
    SampleError
        When the samples are too few or cannot be read.
    RunFolderError
        When the run folder belongs to another run.
    TrainingStopped
        When it was stopped before the first epoch was finished.
    """
    split = split_samples(samples, config.validation, config.test, config.seed)
    # Lightning takes seconds to import, which only a training should cost.
    from napari_rocks2net.training.fitting import fit

    fit(config, split, on_event or _ignore)
    folder = RunFolder(config.folder)
    return TrainingRun(folder.path, folder.model, json.loads(folder.metrics.read_text(encoding="utf-8")))


def _ignore(event: TrainingEvent) -> None:
    pass
