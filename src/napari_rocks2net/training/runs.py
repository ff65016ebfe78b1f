"""Runs on disk: read again, listed, and compared."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from napari_rocks2net.samples import SampleTable
from napari_rocks2net.training.run_folder import RunFolder, RunFolderError

logger = logging.getLogger(__name__)

# Where a run lies says nothing about what it is.
NO_SETTINGS = frozenset({"output", "resume"})
FIGURES = ("samples", "accuracy", "balanced_accuracy", "expected_calibration_error", "log_loss", "best_epoch")


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

    @property
    def history(self) -> pd.DataFrame:
        """One row an epoch, as history.csv holds it."""
        return pd.read_csv(RunFolder(self.folder).history)

    @property
    def config(self) -> dict[str, Any]:
        """The fields of `TrainingConfig`, ``property`` and ``classes``, as config.json holds them."""
        return RunFolder(self.folder).read_config()

    @property
    def samples(self) -> SampleTable:
        """Every sample with its split; the images need not be there any more."""
        return RunFolder(self.folder).read_samples()


@dataclass(frozen=True)
class RunOverview:
    """A run folder at a glance, finished or not.

    Attributes
    ----------
    folder : Path
        The run folder.
    property, model : str
        The rock property and the network.
    size : int
        Side of the network's input in pixels.
    epochs_done, epochs : int
        Epochs trained, and wanted; a cross-validation has 0 done.
    folds : int or None
        The folds of a cross-validation.
    folds_done : int
        Those that are finished.
    finished : bool
        Whether there is a result.
    stopped : bool
        Whether it was stopped by hand and kept the best epoch until then.
    can_continue : bool
        Whether something is left to train: it was killed, failed, or was stopped early.
    accuracy : float or None
        Of a finished run, 0..1.
    started : datetime
        When it was last started, in local time.
    """

    folder: Path
    property: str
    model: str
    size: int
    epochs_done: int
    epochs: int
    folds: int | None
    folds_done: int
    finished: bool
    stopped: bool
    can_continue: bool
    accuracy: float | None
    started: datetime


def load_run(folder: str | Path) -> TrainingRun:
    """Read a finished run.

    Raises
    ------
    RunFolderError
        When the folder holds no run, or an unfinished or a damaged one.
    """
    files = RunFolder(Path(folder).expanduser().absolute())
    metrics = files.read_metrics()
    if not files.model.is_file():
        raise RunFolderError(f"{files.path} holds no {files.model.name}; name the folder of a single run.")
    return TrainingRun(files.path, files.model, metrics)


def list_runs(folder: str | Path) -> tuple[RunOverview, ...]:
    """List the run folders in a folder, the newest first; what is no run is left out.

    Parameters
    ----------
    folder : str or Path
        Need not exist.
    """
    found = []
    for config in Path(folder).expanduser().absolute().glob("*/config.json"):
        try:
            found.append(_overview(RunFolder(config.parent)))
        except (RunFolderError, KeyError, TypeError, ValueError) as error:
            logger.info("%s is no run folder: %s", config.parent, error)
    return tuple(sorted(found, key=lambda run: run.started, reverse=True))


def compare_runs(folders: Sequence[str | Path]) -> pd.DataFrame:
    """Put finished runs side by side.

    Parameters
    ----------
    folders : sequence of str or Path
        Run folders.

    Returns
    -------
    pandas.DataFrame
        One row a run, in the order given, indexed by the folder's name. First the settings in which the
        runs differ; then ``reported_on``, ``same_samples`` (whether the figures are of the same samples as
        those of the first run, without which they cannot be compared), ``accuracy`` with
        ``accuracy_low`` and ``accuracy_high`` (95 % interval) and the other figures.

    Raises
    ------
    RunFolderError
        When a folder holds no finished run.
    """
    runs = [RunFolder(Path(folder).expanduser().absolute()) for folder in folders]
    settings = pd.DataFrame([_settings(run) for run in runs])
    differing = settings.columns[[settings[name].map(repr).nunique() > 1 for name in settings]]
    figures = pd.DataFrame([_figures(run) for run in runs])
    figures.insert(1, "same_samples", [_measured_on(run) == _measured_on(runs[0]) for run in runs])
    table = pd.concat([settings[differing], figures], axis=1)
    return table.set_axis(pd.Index([run.path.name for run in runs], name="run"))


def _overview(files: RunFolder) -> RunOverview:
    config = files.read_config()
    metrics = files.read_metrics() if files.metrics.is_file() else {}
    stopped, epochs = bool(metrics.get("stopped")), int(config["epochs"])
    epochs_done = len(pd.read_csv(files.history)) if files.history.is_file() else 0
    return RunOverview(
        folder=files.path,
        property=str(config["property"]),
        model=str(config["model"]),
        size=int(config["size"]),
        epochs_done=epochs_done,
        epochs=epochs,
        folds=config.get("folds"),
        folds_done=sum(fold.metrics.is_file() for fold in files.folds),
        finished=bool(metrics),
        stopped=stopped,
        can_continue=not metrics or (stopped and epochs_done < epochs),
        accuracy=float(metrics["accuracy"]) if metrics else None,
        started=datetime.fromtimestamp(files.config.stat().st_mtime),
    )


def _settings(files: RunFolder) -> dict[str, Any]:
    return {name: value for name, value in files.read_config().items() if name not in NO_SETTINGS}


def _figures(files: RunFolder) -> dict[str, Any]:
    metrics = files.read_metrics()
    low, high = metrics["accuracy_interval"]
    figures = {name: metrics.get(name) for name in FIGURES}
    limits = {"accuracy_low": low, "accuracy_high": high}
    return {"reported_on": metrics["reported_on"], **figures, **limits}


def _measured_on(files: RunFolder) -> set[tuple[str, ...]]:
    """Return (file, region, label) of the samples that the figures are of."""
    samples = files.read_samples()
    part = files.read_metrics()["reported_on"]
    # In a cross-validation every sample is tested.
    rows = samples.part(part) if "split" in samples.frame else samples.frame
    regions = rows["region"] if "region" in rows else [""] * len(rows)
    return set(zip(rows["file"], regions, rows["label"], strict=True))
