"""Cross-validation by thin section: each is tested once, by a network that was not trained on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from napari_rocks2net.evaluation import figure_keys as keys
from napari_rocks2net.samples import SampleTable, readable_samples, split_folds
from napari_rocks2net.samples.columns import FOLD, SPLIT
from napari_rocks2net.samples.parts import TEST, VALIDATION
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.events import (
    CrossValidationFinished,
    FoldFinished,
    FoldStarted,
    OnEvent,
    TrainingEvent,
    TrainingStopped,
    ignore_event,
)
from napari_rocks2net.training.runner import train
from napari_rocks2net.training.runs.opening import open_run
from napari_rocks2net.training.runs.run_folder import RunFolder, write_json
from napari_rocks2net.training.runs.training_run import TrainingRun, load_run

FIGURES = (keys.ACCURACY, keys.BALANCED_ACCURACY, keys.CALIBRATION_ERROR, keys.LOG_LOSS)


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """A finished cross-validation."""

    folder: Path
    """Holds metrics.json, predictions.csv, config.json, samples.csv (each sample with its fold) and one run
    folder per fold: fold-1, fold-2, ..."""
    folds: tuple[TrainingRun, ...]
    """The runs."""
    metrics: dict[str, Any]
    """What metrics.json holds: the figures of `napari_rocks2net.evaluation.classification_metrics` over the
    test parts of all folds together, each sample once, with an interval that draws whole thin sections;
    under "mean" and "standard_deviation" (N - 1 in the denominator) how accuracy, balanced accuracy,
    calibration error and log loss vary from fold to fold; under "folds" those of each fold."""


class _FoldStopped(Exception):
    """Ends a fold unfinished: half a training must not count among whole ones."""


def cross_validate(
    config: TrainingConfig,
    samples: SampleTable,
    folds: int = 5,
    on_event: OnEvent | None = None,
) -> CrossValidation:
    """Train one model a fold, each tested on thin sections that no other fold tests on.

    Each fold is a run like any other, in the folder fold-1, fold-2, ... below the output; its validation
    part, which chooses the epoch, is taken from its training sections. With ``resume=True`` finished folds
    are kept and the one that was interrupted goes on from its last finished epoch.

    Parameters
    ----------
    config : TrainingConfig
        What to do; ``test`` is not used, as each fold tests on its own sections.
    samples : SampleTable
        What to learn from; see `split_folds` for how it is split.
    folds : int
        At least 2, and at most the number of thin sections.
    on_event : callable, optional
        Takes every `TrainingEvent` in order: those of each run between `FoldStarted` and `FoldFinished`.
        When it raises `TrainingStopped` the cross-validation ends, to be resumed.

    Returns
    -------
    CrossValidation
        The runs and the figures of the whole.

    Raises
    ------
    SampleError
        When the samples are too few or cannot be read.
    RunFolderError
        When the folder belongs to another run.
    TrainingStopped
        When it was stopped.
    """
    samples = readable_samples(samples)
    report = _unfinished_when_stopped(on_event or ignore_event)
    open_folder(config, samples, folds)
    runs: list[TrainingRun] = []
    try:
        for fold, part in enumerate(split_folds(samples, folds, config.validation, config.seed), start=1):
            runs.append(_train_fold(config, part, fold, folds, report))
    except _FoldStopped:
        raise TrainingStopped(
            f"The cross-validation was stopped in fold {len(runs) + 1} of {folds}; finished folds are kept, "
            "and continuing trains the others."
        ) from None
    whole = _put_together(RunFolder(config.folder), runs, samples)
    deviation = whole.metrics[keys.STANDARD_DEVIATION][keys.ACCURACY]
    report(CrossValidationFinished(whole.folder, whole.metrics[keys.ACCURACY], deviation))
    return whole


def _put_together(folder: RunFolder, runs: list[TrainingRun], samples: SampleTable) -> CrossValidation:
    """Measure all folds together, and write the predictions for samples that the model did not see."""
    tables = [run.predictions.assign(**{FOLD: fold}) for fold, run in enumerate(runs, start=1)]
    predictions = pd.concat(tables, ignore_index=True)
    predictions = predictions[predictions[SPLIT] == TEST]
    whole = CrossValidation(folder.path, tuple(runs), _measure(predictions, runs, samples))
    folder.write_predictions(predictions)
    write_json(folder.metrics, whole.metrics)
    return whole


def load_cross_validation(folder: str | Path) -> CrossValidation:
    """Read a finished cross-validation.

    Raises
    ------
    RunFolderError
        When the folder holds none, or an unfinished or a damaged one.
    """
    files = RunFolder(Path(folder).expanduser().absolute())
    metrics = files.read_metrics()
    runs = tuple(load_run(files.fold(number).path) for number in range(1, len(metrics[keys.FOLDS]) + 1))
    return CrossValidation(files.path, runs, metrics)


def open_folder(config: TrainingConfig, samples: SampleTable, folds: int) -> None:
    """Make the folder of a cross-validation, or check that it is this one's.

    Parameters
    ----------
    config, samples, folds
        See `cross_validate`.

    Raises
    ------
    SampleError
        When the samples cannot be split or trained on; see `split_folds` and `open_run`.
    RunFolderError
        When the folder belongs to another run.
    """
    parts = split_folds(samples, folds, config.validation, config.seed)
    tested = np.stack([part.frame[SPLIT] == TEST for part in parts])
    # No column of the samples may say that they are split for a single run.
    frame = samples.frame.drop(columns=SPLIT, errors="ignore").assign(**{FOLD: tested.argmax(axis=0) + 1})
    open_run(RunFolder(config.folder), config, replace(samples, frame=frame), folds)


def _train_fold(
    config: TrainingConfig,
    samples: SampleTable,
    fold: int,
    folds: int,
    report: OnEvent,
) -> TrainingRun:
    folder = RunFolder(config.folder).fold(fold)
    if folder.is_finished:
        run = load_run(folder.path)
    else:
        report(FoldStarted(fold, folds, folder.path))
        run = train(replace(config, output=folder.path, resume=True), samples, report)
    report(FoldFinished(fold, folds, run.metrics[keys.ACCURACY]))
    return run


def _unfinished_when_stopped(on_event: OnEvent) -> OnEvent:
    def report(event: TrainingEvent) -> None:
        """Hand an event on, and end the fold where that stops the training."""
        try:
            on_event(event)
        except TrainingStopped as stop:
            raise _FoldStopped from stop

    return report


def _measure(predictions: pd.DataFrame, runs: list[TrainingRun], samples: SampleTable) -> dict[str, Any]:
    # Brings torch, which opening a folder does without.
    from napari_rocks2net.training.network.scoring import prediction_figures

    pooled = prediction_figures(predictions, samples.properties)
    per_fold = pd.DataFrame([{name: run.metrics[TEST][name] for name in FIGURES} for run in runs])
    return {
        keys.REPORTED_ON: TEST,
        **pooled,
        keys.MEAN: per_fold.mean().to_dict(),
        keys.STANDARD_DEVIATION: per_fold.std(ddof=1).to_dict(),
        keys.FOLDS: per_fold.to_dict("records"),
        VALIDATION: None,
        TEST: pooled,
    }
