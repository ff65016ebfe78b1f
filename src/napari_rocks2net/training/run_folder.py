"""Run folder of a training: the names and contents of its files, written and read here only."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.models.catalog import model_spec, models_that
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import SampleError, SampleTable, target_images
from napari_rocks2net.samples.columns import FILE, FOLD, GROUP, OUTLINE, PLANE, REGION, SPLIT
from napari_rocks2net.samples.csv_table import regions_as_cells, regions_from_cells
from napari_rocks2net.samples.table import area_of
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.earlier_format import current_config, one_column_a_property, with_property

if TYPE_CHECKING:
    import pandas as pd

PREDICTION_TEXTS = (FILE, REGION, OUTLINE, PLANE, GROUP, SPLIT, "property", "true_label", "label")

# What may change when a run goes on: none of these changes what is trained on what.
FREE_ON_RESUME = frozenset(
    {
        "accelerator",
        "cache_bytes",
        "devices",
        "epochs",
        "num_nodes",
        "num_workers",
        "output",
        "patience",
        "precision",
        "resume",
        "strategy",
    }
)

EPOCH_FIGURES = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


class RunFolderError(ValueError):
    """A run folder that belongs to another run."""


@dataclass(frozen=True)
class RunFolder:
    """The paths of one run.

    Attributes
    ----------
    path : Path
        The folder.
    """

    path: Path

    @property
    def model(self) -> Path:
        """The model file of the best epoch."""
        return self.path / "model.safetensors"

    @property
    def metrics(self) -> Path:
        """Accuracy and the rest, for validation and test."""
        return self.path / "metrics.json"

    @property
    def history(self) -> Path:
        """One line an epoch."""
        return self.path / "history.csv"

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.path / "config.json"

    @property
    def samples(self) -> Path:
        """Every sample with its split."""
        return self.path / "samples.csv"

    @property
    def record(self) -> Path:
        """Versions, device, and what every image was: what it takes to repeat the run."""
        return self.path / "record.json"

    @property
    def log(self) -> Path:
        """What a training in a process of its own said besides its events."""
        return self.path / "log.txt"

    @property
    def predictions(self) -> Path:
        """What the best epoch said about every sample set aside."""
        return self.path / "predictions.csv"

    @property
    def checkpoints(self) -> Path:
        """Lightning's checkpoints: last.ckpt to resume from, best.ckpt to keep."""
        return self.path / "checkpoints"

    @property
    def last_checkpoint(self) -> Path:
        """The last finished epoch."""
        return self.checkpoints / "last.ckpt"

    @property
    def best_checkpoint(self) -> Path:
        """The epoch with the lowest validation loss."""
        return self.checkpoints / "best.ckpt"

    @property
    def layer_images(self) -> Path:
        """Pictures of layers that were no files, put here before the run is opened."""
        return self.path / "layer_images"

    @property
    def lock(self) -> Path:
        """What a process holds while it trains here; see `napari_rocks2net.training.lock`."""
        return self.path / ".training.lock"

    def fold(self, number: int) -> RunFolder:
        """Return the run folder of a fold of a cross-validation, counted from 1."""
        return RunFolder(self.path / f"fold-{number}")

    @property
    def is_free(self) -> bool:
        """Whether a new run may be opened here: nothing is there, or no more than pictures of layers."""
        early = {self.layer_images, self.lock}
        return not self.path.exists() or early.issuperset(self.path.iterdir())

    def open(self, config: TrainingConfig, samples: SampleTable, folds: int | None = None) -> None:
        """Make the folder and write what is to be done, or check that it is this run's folder.

        Parameters
        ----------
        config : TrainingConfig
            What to do.
        samples : SampleTable
            With the column ``split``, or ``fold`` for a cross-validation.
        folds : int, optional
            The number of folds of a cross-validation.

        Raises
        ------
        RunFolderError, SampleError
            See `check`.
        """
        self.check(config, samples, folds)
        self.path.mkdir(parents=True, exist_ok=True)
        atomic_write(self.samples, regions_as_cells(samples.frame).to_csv(index=False))
        write_json(self.config, _description(config, samples, folds))

    def check(self, config: TrainingConfig, samples: SampleTable, folds: int | None = None) -> None:
        """Check that a run may be opened here, and change nothing.

        Parameters
        ----------
        config, samples, folds
            See `open`.

        Raises
        ------
        RunFolderError
            When the folder holds anything and the run is not to resume, or holds another run.
        SampleError
            When there are no unlabelled images where the configuration says, or the network names one
            property only and the samples have several.
        """
        target_images(config.target)
        _require_joint_model(config, samples)
        if self.path.exists() and not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file; name a folder for the run.")
        if not self.is_free:
            if not config.resume:
                raise RunFolderError(
                    f"{self.path} is not empty; choose a new folder, or resume the run in it."
                )
            # Folds that are finished are not trained again, so all have to have the same epochs.
            free = FREE_ON_RESUME if folds is None else FREE_ON_RESUME - {"epochs"}
            self.require_same_run(config, samples, folds, free)

    def require_same_run(
        self,
        config: TrainingConfig,
        samples: SampleTable,
        folds: int | None = None,
        free: Set[str] = FREE_ON_RESUME,
    ) -> None:
        """Check that the folder is that of a run, finished or not.

        Parameters
        ----------
        config, samples, folds
            See `open`.
        free : set of str
            The fields of the configuration that may differ.

        Raises
        ------
        RunFolderError
            When it holds another run or none.
        """
        if not (self.config.is_file() and self.samples.is_file()):
            raise RunFolderError(f"{self.path} holds files but no run to resume; choose a new folder.")
        before = self.read_config()
        for name, value in _description(config, samples, folds).items():
            if name not in free and before.get(name) != value:
                raise RunFolderError(
                    f"{self.path} was trained with {name}={before.get(name)!r}, not {value!r}; "
                    "resume with the same value or choose a new folder."
                )
        if _content(self.read_samples()) != _content(samples):
            raise RunFolderError(f"{self.path} was trained on other samples; choose a new folder.")

    def remove(self) -> None:
        """Remove what a run writes, and the folders that are empty then; other files stay."""
        results = [self.model, self.metrics, self.history, self.predictions]
        own = [*results, self.config, self.samples, self.record, self.log, self.lock]
        for path in [*self._own_layer_images(), *own, *self.checkpoints.glob("*.ckpt")]:
            path.unlink(missing_ok=True)
        for part in [*self.path.glob(".*.part"), *self.checkpoints.glob(".*.part")]:
            part.unlink()
        for fold in self.folds:
            fold.remove()
        for folder in (self.checkpoints, self.layer_images, self.path):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _own_layer_images(self) -> list[Path]:
        if not self.layer_images.is_dir():
            return []
        files = map(Path, self.read_samples().frame["file"].unique())
        return [file for file in files if file.parent == self.layer_images]

    def read_config(self) -> dict[str, Any]:
        """Return what config.json holds: the fields of the configuration, and ``properties`` {name: classes}.

        A cross-validation has ``folds``, too.

        Raises
        ------
        RunFolderError
            When there is none or it is damaged.
        """
        return current_config(self._read_json(self.config))

    @property
    def properties(self) -> tuple[RockProperty, ...]:
        """The properties that are trained, with their classes.

        Raises
        ------
        RunFolderError
            See `read_config`.
        """
        try:
            classes_of = self.read_config()["properties"].items()
            return tuple(RockProperty(name, tuple(classes)) for name, classes in classes_of)
        except (KeyError, AttributeError, TypeError) as error:
            raise RunFolderError(f"{self.config} is damaged ({error}); choose another folder.") from error

    def read_metrics(self) -> dict[str, Any]:
        """Return what metrics.json holds.

        Raises
        ------
        RunFolderError
            When there is none, as the run is not finished, or it is damaged.
        """
        if self.config.is_file() and not self.metrics.is_file():
            raise RunFolderError(f"The run in {self.path} is not finished; continue it first.")
        return self._read_json(self.metrics)

    def read_epochs(self) -> list[dict[str, float]]:
        """Return loss and accuracy of every epoch so far; none where history.csv is missing or damaged."""
        with suppress(RunFolderError, OSError, KeyError):
            return [{name: row[name] for name in EPOCH_FIGURES} for row in self.read_history()]
        return []

    @property
    def folds(self) -> tuple[RunFolder, ...]:
        """The run folders of the folds that a cross-validation has begun, in order."""
        return tuple(takewhile(lambda fold: fold.path.is_dir(), map(self.fold, count(1))))

    @property
    def is_finished(self) -> bool:
        """Whether a run is here and has its results."""
        return self.config.is_file() and self.metrics.is_file()

    def read_figures(self, part: str) -> dict[str, dict[str, Any]]:
        """Return the figures of a part, {property: figures}; none where the run has no such part.

        Raises
        ------
        RunFolderError
            See `read_metrics`.
        """
        figures = self.read_metrics().get(part)
        if not figures:
            return {}
        return dict(figures.get("properties") or {self.properties[0].name: figures})

    def read_history(self, before_epoch: int | None = None) -> list[dict[str, float]]:
        """Return the lines of history.csv, one an epoch; none when there is no file.

        Parameters
        ----------
        before_epoch : int, optional
            Leaves this and later epochs out: a run that was killed may have written the line of an epoch
            whose checkpoint it never finished.

        Raises
        ------
        RunFolderError
            When the file is damaged.
        """
        if not self.history.is_file():
            return []
        try:
            with self.history.open(encoding="utf-8", newline="") as file:
                rows = [
                    {name: float(text or "nan") for name, text in line.items()}
                    for line in csv.DictReader(file)
                ]
            epochs = [row | {"epoch": int(row["epoch"])} for row in rows]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RunFolderError(f"{self.history} is damaged ({error}); choose another folder.") from error
        return [row for row in epochs if before_epoch is None or row["epoch"] < before_epoch]

    def write_history(self, rows: Sequence[dict[str, float]]) -> None:
        """Write one line an epoch."""
        import pandas as pd

        atomic_write(self.history, pd.DataFrame(rows).to_csv(index=False))

    def read_samples(self) -> SampleTable:
        """Return every sample with its split or fold; the images need not be there any more.

        Raises
        ------
        RunFolderError
            When there is no run, or samples.csv is missing or damaged.
        """
        import pandas as pd

        config = self.read_config()
        try:
            cells = pd.read_csv(self.samples, dtype=str, keep_default_na=False)
            frame = one_column_a_property(regions_from_cells(cells), self.properties)
        except (OSError, AttributeError, ValueError, KeyError) as error:
            raise RunFolderError(f"{self.samples} is missing or damaged ({error}).") from error
        names = {each.name for each in self.properties}
        if missing := {FILE, GROUP, FOLD if config.get("folds") else SPLIT, *names} - set(frame):
            raise RunFolderError(f"{self.samples} has no column {min(missing)!r}; it is no run's table.")
        return SampleTable(frame, self.properties)

    def read_predictions(self) -> pd.DataFrame:
        """Return what the best epoch said about every sample set aside.

        Returns
        -------
        pandas.DataFrame
            See `napari_rocks2net.training.scoring.prediction_rows`; a cross-validation has ``fold``, too.

        Raises
        ------
        RunFolderError
            When there is none: the run is unfinished, or was made by a version that wrote none.
        """
        import pandas as pd

        if not self.predictions.is_file():
            raise RunFolderError(
                f"{self.path} holds no {self.predictions.name}; finish the training with 'Continue' or "
                "repeat the run."
            )
        texts = dict.fromkeys(PREDICTION_TEXTS, str)
        table = pd.read_csv(self.predictions, dtype=texts, keep_default_na=False, na_values=[""])
        empty = {name: "" for name in PREDICTION_TEXTS if name in table}
        table = regions_from_cells(table.fillna(empty))
        return with_property(table, self.properties)

    def write_predictions(self, table: pd.DataFrame) -> None:
        """Write predictions; for their columns see `napari_rocks2net.training.scoring.prediction_rows`."""
        text = regions_as_cells(table).to_csv(index=False, float_format="%.6g", lineterminator="\n")
        atomic_write(self.predictions, text)

    def _read_json(self, path: Path) -> dict[str, Any]:
        if not path.is_file():
            raise RunFolderError(f"{self.path} holds no {path.name}, so it is no run; name a run folder.")
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except (TypeError, ValueError) as error:
            raise RunFolderError(f"{path} is damaged ({error}); choose a new folder.") from error


def _description(config: TrainingConfig, samples: SampleTable, folds: int | None) -> dict[str, Any]:
    properties = {each.name: list(each.classes) for each in samples.properties}
    return config.to_dict() | {"properties": properties} | ({} if folds is None else {"folds": folds})


def _require_joint_model(config: TrainingConfig, samples: SampleTable) -> None:
    if len(samples.properties) > 1 and not model_spec(config.model).joint:
        raise SampleError(
            f"The network {config.model!r} names one property and the samples have "
            f"{', '.join(samples.names)}; choose the network {models_that('joint')}, or one property."
        )


def _content(samples: SampleTable) -> tuple[list[str], list[str], Counter[Any]]:
    """Return what is trained on what: properties and columns, and the samples in no order."""
    frame = samples.frame
    columns = sorted(set(frame) - {FILE, REGION})
    areas = map(area_of, frame[FILE], frame[REGION])
    return (
        samples.names,
        columns,
        Counter(zip(areas, *(frame[name].astype(str) for name in columns), strict=True)),
    )


def finished_runs(folder: Path) -> list[RunFolder]:
    """Return the finished runs in a folder, which need not exist; the newest first."""
    runs = [run for run in map(RunFolder, folder.glob("*")) if run.is_finished]
    return sorted(runs, key=lambda run: run.metrics.stat().st_mtime, reverse=True)


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, whole or not at all."""
    atomic_write(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
