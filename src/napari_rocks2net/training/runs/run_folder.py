"""Run folder of a training: names and contents of its files, written here and by `opening` only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.evaluation import figure_keys
from napari_rocks2net.output_files import METRICS_FILE, PREDICTIONS_FILE, RELIABILITY_FILE
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import SampleError, SampleTable
from napari_rocks2net.samples.columns import (
    FILE,
    FOLD,
    GROUP,
    LABEL,
    OUTLINE,
    PLANE,
    PROPERTY,
    REGION,
    SPLIT,
    TRUE_LABEL,
)
from napari_rocks2net.samples.csv_files.region_cells import regions_as_cells, regions_from_cells
from napari_rocks2net.samples.table_checks import require_one_part
from napari_rocks2net.training.earlier_format import current_config, one_column_a_property, with_property
from napari_rocks2net.training.events import (
    EPOCH,
    TRAIN_ACCURACY,
    TRAIN_LOSS,
    VALIDATION_ACCURACY,
    VALIDATION_LOSS,
)
from napari_rocks2net.training.runs.run_settings import PROPERTIES, RunSettings
from napari_rocks2net.untrusted import csv_of, parse_json, plain_cell, read_cells

if TYPE_CHECKING:
    import pandas as pd

PREDICTION_TEXTS = (FILE, REGION, OUTLINE, PLANE, GROUP, SPLIT, PROPERTY, TRUE_LABEL, LABEL)
EPOCH_FIGURES = (EPOCH, TRAIN_LOSS, TRAIN_ACCURACY, VALIDATION_LOSS, VALIDATION_ACCURACY)


class RunFolderError(ValueError):
    """A run folder that belongs to another run."""


class _Inside:
    """A file or folder of a run, by its place in the run folder."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __get__(self, run: RunFolder, owner: type[RunFolder]) -> Path:
        return run.path / self.place


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Give every way in which a file of a run can be damaged one sentence that names it."""
    try:
        yield
    except RunFolderError:
        raise
    except (OSError, LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        state = "missing" if isinstance(error, FileNotFoundError) else "damaged"
        reason = f"{type(error).__name__}: {error}"
        raise RunFolderError(f"{path} is {state} ({reason}); choose another folder.") from error


@dataclass(frozen=True)
class RunFolder:
    """Run folder: the paths of its files, reading and writing.

    What reads raises `RunFolderError` where the file is damaged or missing, because the run is unfinished or
    of a version that wrote none.
    """

    path: Path  # The folder.

    # The best epoch: its model file, accuracy and the rest for validation and test, what it says about every
    # sample set aside.
    model = _Inside("model.safetensors")
    metrics = _Inside(METRICS_FILE)
    predictions = _Inside(PREDICTIONS_FILE)
    # How often answers are right against how sure they are.
    reliability = _Inside(RELIABILITY_FILE)
    # One line an epoch.
    history = _Inside("history.csv")
    # The configuration, and every sample with its split.
    config = _Inside("config.json")
    samples = _Inside("samples.csv")
    # Versions, device, and what every image was: what it takes to repeat the run.
    record = _Inside("record.json")
    # What the model learned from, small and with its features of each; see `learned_photos`.
    learned_photos = _Inside("learned_photos.npz")
    # What the photos are known by again; see `write_training_pictures`.
    training_pictures = _Inside("training_pictures.txt")
    # What a training in a process of its own said besides its events.
    log = _Inside("log.txt")
    # Lightning's: the last finished epoch, and the one with the lowest validation loss.
    checkpoints = _Inside("checkpoints")
    last_checkpoint = _Inside("checkpoints/last.ckpt")
    best_checkpoint = _Inside("checkpoints/best.ckpt")
    # What a gentle fine-tuning starts from, with its validation loss.
    start_checkpoint = _Inside("checkpoints/start.ckpt")
    # Pictures of layers that were no files, put here before the run is opened.
    layer_images = _Inside("layer_images")
    # What a process holds while it trains here; see `napari_rocks2net.training.runs.lock`.
    lock = _Inside(".training.lock")

    def fold(self, number: int) -> RunFolder:
        """Return the run folder of a fold of a cross-validation, counted from 1."""
        return RunFolder(self.path / f"fold-{number}")

    @property
    def is_free(self) -> bool:
        """Whether a new run may use the folder: it is missing, empty, or holds pictures of layers only."""
        early = {self.layer_images, self.lock}
        return not self.path.exists() or early.issuperset(self.path.iterdir())

    def remove(self) -> None:
        """Remove what a run writes, and the folders that are empty then; other files stay."""
        own = [self.model, self.metrics, self.history, self.predictions, self.config, self.record]
        own += [self.reliability, self.learned_photos, self.training_pictures, self.log, self.lock]
        own += self.path.glob(".*.part")
        if self.layer_images.is_dir():
            files = map(Path, self.read_samples().frame[FILE].unique())
            own += [file for file in files if file.parent == self.layer_images]
        checkpoints = (file for kind in ("*.ckpt", ".*.part") for file in self.checkpoints.glob(kind))
        for path in [*own, self.samples, *checkpoints]:
            path.unlink(missing_ok=True)
        for fold in self.folds:
            fold.remove()
        for folder in (self.checkpoints, self.layer_images, self.path):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def read_config(self) -> dict[str, Any]:
        """Return what config.json holds: the fields of the configuration, and ``properties`` {name: classes}.

        A cross-validation has ``folds``, too.
        """
        with reading(self.config):
            return current_config(self._read_json(self.config))

    @property
    def settings(self) -> RunSettings:
        """The settings of the run."""
        return RunSettings(self.read_config())

    @property
    def properties(self) -> tuple[RockProperty, ...]:
        """The properties that are trained, with their classes."""
        with reading(self.config):
            classes_of = self.read_config()[PROPERTIES].items()
            properties = tuple(RockProperty(name, tuple(classes)) for name, classes in classes_of)
            if not all(isinstance(name, str) for each in properties for name in each.classes):
                raise TypeError("a class is no text")
            if not properties:
                raise ValueError("there is no property")
            return properties

    def read_metrics(self) -> dict[str, Any]:
        """Return what metrics.json holds."""
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
        """Return the figures of a part, {property: figures}; none where the run has no such part."""
        with reading(self.metrics):
            figures = self.read_metrics().get(part)
            if not figures:
                return {}
            return dict(figures.get(figure_keys.PROPERTIES) or {self.properties[0].name: figures})

    def read_history(self, before_epoch: int | None = None) -> list[dict[str, float]]:
        """Return the lines of history.csv, one an epoch; none when there is no file.

        Those from `before_epoch` on are left out: a run that was killed may have written the line of an epoch
        whose checkpoint it never finished.
        """
        if not self.history.is_file():
            return []
        import pandas as pd

        with reading(self.history):
            # As text first: every digit counts when a run goes on.
            table = pd.read_csv(self.history, dtype=str, index_col=False).astype(float)
            rows = table.astype({EPOCH: int}).to_dict("records")
        return [row for row in rows if before_epoch is None or row[EPOCH] < before_epoch]

    def write_history(self, rows: Sequence[dict[str, float]]) -> None:
        """Write one line an epoch."""
        import pandas as pd

        atomic_write(self.history, pd.DataFrame(rows).to_csv(index=False))

    def read_samples(self) -> SampleTable:
        """Return every sample with its split or fold; the images may be gone."""
        part = FOLD if self.settings.folds else SPLIT
        with reading(self.samples):
            cells = read_cells(self.samples)
            frame = one_column_a_property(regions_from_cells(cells), self.properties)
        names = {each.name for each in self.properties}
        if missing := {FILE, GROUP, part, *names} - set(frame):
            raise RunFolderError(f"{self.samples} has no column {min(missing)!r}; it is no run's table.")
        try:
            require_one_part(frame, part)
        except SampleError as error:
            raise RunFolderError(f"{self.samples}: {error}") from error
        return SampleTable(frame, self.properties)

    def read_predictions(self) -> pd.DataFrame:
        """Return the predictions of the best epoch for every sample that was set aside.

        See `napari_rocks2net.training.network.scoring.prediction_rows`; a cross-validation has ``fold``, too.
        """
        import pandas as pd

        if not self.predictions.is_file():
            raise RunFolderError(
                f"{self.path} holds no {self.predictions.name}; finish the training with 'Continue' or "
                "repeat the run."
            )
        texts = dict.fromkeys(PREDICTION_TEXTS, str)
        with reading(self.predictions):
            table = pd.read_csv(self.predictions, dtype=texts, keep_default_na=False, na_values=[""])
            cells = table.filter(items=PREDICTION_TEXTS).fillna("").map(plain_cell)
            return with_property(regions_from_cells(table.assign(**cells)), self.properties)

    def write_predictions(self, table: pd.DataFrame) -> None:
        """Write predictions, with the columns of `training.network.scoring.prediction_rows`."""
        atomic_write(self.predictions, csv_of(regions_as_cells(table)))

    def _read_json(self, path: Path) -> dict[str, Any]:
        if not path.is_file():
            raise RunFolderError(f"{self.path} holds no {path.name}, so it is no run; name a run folder.")
        with reading(path):
            return dict(parse_json(path.read_text(encoding="utf-8")))


def finished_runs(folder: Path) -> list[RunFolder]:
    """Return the finished runs in a folder, which need not exist; the newest first."""
    runs = [run for run in map(RunFolder, folder.glob("*")) if run.is_finished]
    return sorted(runs, key=lambda run: run.metrics.stat().st_mtime, reverse=True)


def new_run_folder(parent: Path, property: str, model: str, now: datetime | None = None) -> Path:
    """Return a new folder, such as ``lithology rocks2net 2026-05-04 13.30``.

    Parameters
    ----------
    parent : Path
        The folder of all runs.
    property, model : str
        What is trained; letters that a file name cannot hold become "_".
    now : datetime, optional
        The time of the run, by default the present.
    """
    time = (now or datetime.now()).strftime("%Y-%m-%d %H.%M")
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", f"{property} {model} {time}")
    if not (parent / name).exists():
        return parent / name
    return next(parent / f"{name} {n}" for n in count(2) if not (parent / f"{name} {n}").exists())


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, whole or not at all.

    Parameters
    ----------
    path : Path
        See `atomic_write`.
    value : Any
        What `json.dumps` takes.

    Raises
    ------
    TypeError
        If it is anything else.
    """
    atomic_write(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
