"""Training runs on disk: read again, listed, and compared."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from napari_rocks2net.models.catalog import MODELS
from napari_rocks2net.samples import SampleError, SampleTable, table_from_rows
from napari_rocks2net.samples.columns import FILE, REGION, SPLIT
from napari_rocks2net.samples.table import area_of
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.run_folder import RunFolder, RunFolderError, reading
from napari_rocks2net.wording import count_of

logger = logging.getLogger(__name__)

FIGURES = ("samples", "accuracy", "balanced_accuracy", "expected_calibration_error", "log_loss", "best_epoch")


@dataclass(frozen=True)
class TrainingRun:
    """A finished training: its run folder, the model file of its best epoch, what metrics.json holds."""

    folder: Path
    model_path: Path
    metrics: dict[str, Any]

    @property
    def history(self) -> pd.DataFrame:
        """One row an epoch, as history.csv holds it."""
        return pd.DataFrame(RunFolder(self.folder).read_history())

    @property
    def config(self) -> dict[str, Any]:
        """What config.json holds; see `RunFolder.read_config`."""
        return RunFolder(self.folder).read_config()

    @property
    def samples(self) -> SampleTable:
        """Every sample with its split; the images need not be there any more."""
        return RunFolder(self.folder).read_samples()

    @property
    def predictions(self) -> pd.DataFrame:
        """What the model says about every sample set aside; see `RunFolder.read_predictions`."""
        return RunFolder(self.folder).read_predictions()


@dataclass(frozen=True)
class RunOverview:
    """A run folder at a glance, finished or not.

    Attributes
    ----------
    size : int
        Side of the network's input in pixels.
    epochs_done, epochs : int
        Epochs trained, and wanted; a cross-validation has 0 done, a model that is fitted in one go has none.
    folds, folds_done : int
        Of a cross-validation; ``folds`` is None otherwise.
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
    properties: tuple[str, ...]
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

    @property
    def fitted(self) -> bool:
        """Whether its network is fitted in one go; one that is not known here counts as trained."""
        return self.model in MODELS and MODELS[self.model].fitted

    @property
    def progress(self) -> str:
        """How far it is: "12 of 30", for folds "2 of 5 folds"; a fitted one has no epochs."""
        if self.folds is None:
            return "none" if self.fitted else f"{self.epochs_done} of {self.epochs}"
        return f"{self.folds_done} of {self.folds} folds"

    @property
    def result(self) -> str:
        """What came of it: its accuracy, or that it is unfinished."""
        if self.accuracy is None:
            return "unfinished"
        return f"{100 * self.accuracy:.0f} %{', stopped' if self.can_continue else ''}"

    @property
    def details(self) -> str:
        """What it learns, when it was started, and where it is."""
        size = "" if self.fitted else f" at {self.size} px"
        what = f"{', '.join(self.properties)} with {self.model}{size}"
        return f"{what}, last started {self.started:%Y-%m-%d %H:%M}\n{self.folder}"


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


def load_run_part(path: str | Path, split: str, property: str | None = None) -> SampleTable:
    """Read one part of the samples of a run, finished or not.

    Parameters
    ----------
    path : str or Path
        The run folder or its samples.csv.
    split : str
        "train", "validation" or "test".
    property : str, optional
        Of a run of several properties the one to keep; all when left out.

    Returns
    -------
    SampleTable
        The samples of the part, with the classes of the run in their order, whichever occur in the part.

    Raises
    ------
    RunFolderError
        When the path is no run.
    SampleError
        When the run has no such part or property, the part has no label of a property, or an image is
        missing.
    """
    path = Path(path).expanduser().absolute()
    files = RunFolder(path if path.is_dir() else path.parent)
    if path not in (files.path, files.samples):
        raise RunFolderError(f"{path} is no run folder and no {files.samples.name} of one.")
    samples = files.read_samples()
    if property is not None and len(samples.properties) > 1:
        samples = samples.of(property)
    parts = set(samples.frame.get(SPLIT, ()))
    if split not in parts:
        raise SampleError(f"{path} has no part {split!r}; it has {', '.join(sorted(parts)) or 'none'}.")
    return replace(table_from_rows(samples.part(split), samples.names), properties=samples.properties)


def list_runs(folder: str | Path) -> tuple[RunOverview, ...]:
    """List the run folders in a folder, the newest first; what is no run is left out.

    Parameters
    ----------
    folder : str or Path
        Need not exist.
    """
    overviews = []
    for config in Path(folder).expanduser().absolute().glob("*/config.json"):
        try:
            overviews.append(_overview(RunFolder(config.parent)))
        except (RunFolderError, KeyError, TypeError, ValueError, OverflowError) as error:
            logger.info("%s is no run folder: %s", config.parent, error)
    return tuple(sorted(overviews, key=lambda run: run.started, reverse=True))


def unfinished_sentence(runs: Sequence[RunOverview]) -> str:
    """Say which run waits to be continued, the first; "" if none does."""
    left = [run for run in runs if not run.finished]
    if not left:
        return ""
    others = f" (and {count_of(len(left) - 1, 'other')})" if len(left) > 1 else ""
    return f"The run {left[0].folder.name!r}{others} is unfinished; 'All runs' can continue it."


def compare_runs(folders: Sequence[str | Path]) -> pd.DataFrame:
    """Put finished runs side by side.

    Returns
    -------
    pandas.DataFrame
        One row a run, in the order given, indexed by the folder's name. First the settings in which the
        runs differ, of those that have a meaning for the networks of all; then ``reported_on``,
        ``same_samples`` (whether the figures are of the same samples as those of the first run, without
        which they cannot be compared), ``accuracy`` with ``accuracy_low`` and ``accuracy_high`` (95 %
        interval) and the other figures.

    Raises
    ------
    RunFolderError
        When a folder holds no finished run.
    """
    runs = [RunFolder(Path(folder).expanduser().absolute()) for folder in folders]
    configs = [_effective_settings(run.read_config()) for run in runs]
    shared = [name for name in configs[0] if all(name in each for each in configs)] if configs else []
    settings = pd.DataFrame([{name: each[name] for name in shared} for each in configs])
    differing = settings.columns[[settings[name].map(repr).nunique() > 1 for name in settings]]
    figures = pd.DataFrame([_figures(run) for run in runs])
    figures.insert(1, "same_samples", [_measured_on(run) == _measured_on(runs[0]) for run in runs])
    table = pd.concat([settings[differing], figures], axis=1)
    return table.set_axis(pd.Index([run.path.name for run in runs], name="run"))


def comparison_rows(table: pd.DataFrame) -> list[list[Any]]:
    """Return one row a figure or setting of the table of `compare_runs`: its name, then one value a run.

    The accuracy has its interval beside it; what a run does not have is a dash.
    """
    limits = zip(table["accuracy"], table["accuracy_low"], table["accuracy_high"], strict=True)
    accuracies = [f"{share:.2f} ({low:.2f}–{high:.2f})" for share, low, high in limits]
    rows = table.drop(columns=["accuracy_low", "accuracy_high"]).astype(object).assign(accuracy=accuracies)
    rows = rows.where(rows.notna(), "–")
    return [[str(name).replace("_", " "), *rows[name].tolist()] for name in rows.columns]


def _effective_settings(config: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has no meaning for a run's network, and where the run lies, which says nothing."""
    # Other programs may have added the model of a run to the catalogue.
    spec = MODELS.get(str(config.get("model")))
    meaningless = {"output", "resume"}
    if spec is not None:
        meaningless |= {each.name for each in fields(TrainingConfig) if not spec.uses(each.name)}
    return {name: value for name, value in config.items() if name not in meaningless}


def _overview(files: RunFolder) -> RunOverview:
    config, metrics = files.read_config(), files.read_metrics() if files.is_finished else {}
    stopped, model = bool(metrics.get("stopped")), str(config["model"])
    # Other programs may have added the model of a run to the catalogue.
    epochs = 0 if model in MODELS and MODELS[model].fitted else int(config["epochs"])
    epochs_done = len(files.read_history())
    return RunOverview(
        folder=files.path,
        properties=tuple(each.name for each in files.properties),
        model=model,
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


def _figures(files: RunFolder) -> dict[str, Any]:
    metrics = files.read_metrics()
    with reading(files.metrics):
        low, high = metrics["accuracy_interval"]
        figures = {name: metrics.get(name) for name in FIGURES}
        limits = {"accuracy_low": float(low), "accuracy_high": float(high)}
        return {"reported_on": str(metrics["reported_on"]), **figures, **limits}


def _measured_on(files: RunFolder) -> set[tuple[Any, ...]]:
    """Return area, property and label of the samples that the figures are of."""
    samples = files.read_samples()
    labels = samples.labels()
    # In a cross-validation every sample is tested.
    if SPLIT in labels:
        labels = labels[labels[SPLIT] == str(files.read_metrics()["reported_on"])]
    areas = map(area_of, labels[FILE], labels[REGION])
    return set(zip(areas, labels["property"], labels["label"], strict=True))
