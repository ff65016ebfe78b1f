"""Reproduction of a run from its record."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from napari_rocks2net.evaluation.figure_keys import STOPPED
from napari_rocks2net.torch_threads import torch_threads
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.events import (
    EPOCH,
    EpochFinished,
    OnEvent,
    TrainingEvent,
    TrainingStarted,
    TrainingStopped,
    ignore_event,
)
from napari_rocks2net.training.runner import train
from napari_rocks2net.training.runs.provenance import (
    differences,
    read_record,
    require_same_files,
    started_from,
    threads_of,
)
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError
from napari_rocks2net.training.runs.training_run import TrainingRun, load_run

logger = logging.getLogger(__name__)


def repeat_run(folder: str | Path, output: str | Path, on_event: OnEvent | None = None) -> TrainingRun:
    """Train a finished run again: same configuration, samples, split, seed and number of threads.

    On a CPU, with the same versions of the libraries, every figure comes out the same. What differs from the
    time of the run (versions, device) is logged as warnings. A run that was stopped by hand is stopped
    after the same epoch.

    Parameters
    ----------
    folder : str or Path
        The run folder to repeat.
    output : str or Path
        The new run folder.
    on_event : callable, optional
        See `train`.

    Returns
    -------
    TrainingRun
        The new run.

    Raises
    ------
    RunFolderError
        When the folder holds no finished run with a record, when an image of it is missing or has changed
        (it is named), or the output is not empty.
    """
    files = RunFolder(Path(folder).expanduser().absolute())
    if files.config.is_file() and files.settings.folds:
        raise RunFolderError(f"{files.path} is a cross-validation; repeat one of its folds.")
    before = load_run(files.path)
    record = read_record(files)
    try:
        settings = before.config | {"output": output, "resume": False}
        # What "auto" was then, not what it would be here and now.
        config = TrainingConfig.from_dict(
            settings | {"start_from": started_from(record) or settings["start_from"]}
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunFolderError(f"{files.config} cannot be repeated: {error}") from error
    require_same_files(record, config.target)
    # Sums depend on how they are divided among threads.
    with torch_threads(threads_of(record)):
        return train(config, before.samples, _repeating(before, record, on_event or ignore_event))


def _repeating(before: TrainingRun, record: dict[str, Any], on_event: OnEvent) -> OnEvent:
    """Return what warns at the start, and stops where the first run was stopped."""
    last = int(before.history[EPOCH].max()) if before.metrics.get(STOPPED) else None

    def report(event: TrainingEvent) -> None:
        """Hand an event on, warn at the start, and stop where the first run was stopped."""
        if isinstance(event, TrainingStarted):
            for difference in differences(record, read_record(RunFolder(event.folder))):
                logger.warning("The result may differ: %s", difference)
        on_event(event)
        if isinstance(event, EpochFinished) and event.epoch == last:
            raise TrainingStopped

    return report
