"""Training runs on disk: read again, listed, and compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from napari_rocks2net.evaluation import figure_keys as keys
from napari_rocks2net.samples import SampleError, SampleTable, table_from_rows
from napari_rocks2net.samples.columns import FILE, LABEL, PROPERTY, REGION, SPLIT
from napari_rocks2net.samples.region import area_of
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError, reading

PLACE = ("output", "resume")
FIGURES = (
    *(keys.SAMPLES, keys.ACCURACY, keys.BALANCED_ACCURACY),
    *(keys.CALIBRATION_ERROR, keys.LOG_LOSS, keys.BEST_EPOCH),
)


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
        """Every sample with its split; the images may be gone."""
        return RunFolder(self.folder).read_samples()

    @property
    def predictions(self) -> pd.DataFrame:
        """Predictions for every sample that was set aside; see `RunFolder.read_predictions`."""
        return RunFolder(self.folder).read_predictions()


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
    configs = [_compared_settings(run) for run in runs]
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
    limits = zip(table[keys.ACCURACY], table[keys.ACCURACY_LOW], table[keys.ACCURACY_HIGH], strict=True)
    accuracies = [f"{share:.2f} ({low:.2f}–{high:.2f})" for share, low, high in limits]
    rows = (
        table.drop(columns=[keys.ACCURACY_LOW, keys.ACCURACY_HIGH])
        # Where one run has no epoch the others' would be floats.
        .astype({keys.BEST_EPOCH: "Int64"})
        .astype(object)
        .assign(**{keys.ACCURACY: accuracies})
    )
    rows = rows.where(rows.notna(), "–")
    return [[str(name).replace("_", " "), *map(_in_words, rows[name])] for name in rows.columns]


def _in_words(value: Any) -> Any:
    """Return classes and truths as a person reads them; figures stay."""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {', '.join(map(str, classes))}" for name, classes in value.items())
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _compared_settings(run: RunFolder) -> dict[str, Any]:
    """Leave out where the run lies, which says nothing."""
    return {name: value for name, value in run.settings.meaningful().items() if name not in PLACE}


def _figures(files: RunFolder) -> dict[str, Any]:
    metrics = files.read_metrics()
    with reading(files.metrics):
        low, high = metrics[keys.ACCURACY_INTERVAL]
        figures = {name: metrics.get(name) for name in FIGURES}
        limits = {keys.ACCURACY_LOW: float(low), keys.ACCURACY_HIGH: float(high)}
        return {keys.REPORTED_ON: str(metrics[keys.REPORTED_ON]), **figures, **limits}


def _measured_on(files: RunFolder) -> set[tuple[Any, ...]]:
    """Return area, property and label of the samples that the figures are of."""
    samples = files.read_samples()
    labels = samples.labels()
    # In a cross-validation every sample is tested.
    if SPLIT in labels:
        labels = labels[labels[SPLIT] == str(files.read_metrics()[keys.REPORTED_ON])]
    areas = map(area_of, labels[FILE], labels[REGION])
    return set(zip(areas, labels[PROPERTY], labels[LABEL], strict=True))
