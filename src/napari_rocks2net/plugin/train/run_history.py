"""The runs of a folder: which are finished, which can be continued, and the epochs that each has had."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_rocks2net.training import RunOverview

HISTORY = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


def finished_runs(folder: Path) -> list[Path]:
    """Return the folders of finished runs in a folder, the newest first."""
    if not folder.is_dir():
        return []
    found = [path.parent for path in folder.glob("*/metrics.json") if (path.parent / "config.json").is_file()]
    return sorted(found, key=lambda run: (run / "metrics.json").stat().st_mtime, reverse=True)


def runs_with_models(folder: Path) -> list[Path]:
    """Return the finished runs that hold a model, the newest first; those of folds hold several, not one."""
    return [run for run in finished_runs(folder) if (run / "model.safetensors").is_file()]


def history_rows(folder: Path) -> list[dict[str, float]]:
    """Return the epochs of a run, the rows of its history.csv; none if that is not there or damaged."""
    try:
        with (folder / "history.csv").open(encoding="utf-8", newline="") as file:
            return [{name: float(row[name]) for name in HISTORY} for row in csv.DictReader(file)]
    except (OSError, KeyError, TypeError, ValueError):
        return []


def can_continue(run: RunOverview) -> bool:
    """Return whether a run has something left to train: it was killed, failed, or was stopped early."""
    return not run.finished or (run.stopped and run.epochs_done < run.epochs)


def progress_words(run: RunOverview) -> str:
    """Say how far a run is: "12 of 30", for folds "fold 2 of 5"."""
    if run.folds is None:
        return f"{run.epochs_done} of {run.epochs}"
    return f"{folds_done(run.folder)} of {run.folds} folds"


def folds_done(folder: Path) -> int:
    """Return how many folds of a cross-validation are finished."""
    return sum(1 for _ in folder.glob("fold-*/metrics.json"))


def fold_folders(folder: Path) -> Iterator[Path]:
    """Yield the run folders of the folds that a cross-validation has begun, in order."""
    folders = (folder / f"fold-{number}" for number in count(1))
    return takewhile(Path.is_dir, folders)


def epochs_of(folder: Path) -> tuple[int, int]:
    """Return how many epochs a run has had, and how many were asked for; 0 where a file cannot be read."""
    done = max((int(row["epoch"]) for row in history_rows(folder)), default=0)
    try:
        return done, int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["epochs"])
    except (OSError, KeyError, TypeError, ValueError):
        return done, done


def past_words(folder: Path) -> str:
    """Say how far an unfinished run came."""
    begun = sum(1 for _ in fold_folders(folder))
    if begun:
        return f"{folds_done(folder)} of the {begun} folds that were begun are done."
    done, wanted = epochs_of(folder)
    return f"{done} of {wanted} epochs are done."


def result_words(run: RunOverview) -> str:
    """Say what came of a run: its accuracy, or that it is unfinished."""
    if run.accuracy is None:
        return "unfinished"
    return f"{100 * run.accuracy:.0f} %{', stopped' if can_continue(run) else ''}"
