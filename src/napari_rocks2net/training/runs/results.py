"""Results of a finished run: figures, confusion matrix and predictions, as sentences and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from napari_rocks2net.evaluation import figure_keys as keys
from napari_rocks2net.evaluation.calibration import reliability_curves
from napari_rocks2net.samples.columns import CORRECT, GROUP, LABEL, PROBABILITY, PROPERTY, SPLIT, TRUE_LABEL
from napari_rocks2net.samples.parts import TEST, VALIDATION
from napari_rocks2net.training.runs.run_folder import PREDICTION_TEXTS, RunFolder, RunFolderError, reading
from napari_rocks2net.wording import count_of

PARTS = (TEST, VALIDATION)


@dataclass(frozen=True, eq=False)
class RunResult:
    """The figures of one part ("test" or "validation") of a run, and the samples behind them."""

    folder: Path
    model_path: Path
    part: str
    metrics: Mapping[str, Any]  # See `napari_rocks2net.evaluation.classification_metrics`.
    predictions: pd.DataFrame  # The rows of predictions.csv in this part; empty if the run has no such file.
    # Curves of the reliability diagram, see `napari_rocks2net.evaluation.calibration.reliability_curves`;
    # empty for a part, or a run, whose calibration was not measured.
    reliability: Mapping[str, Sequence[Mapping[str, float]]] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, in the order of the confusion matrix."""
        return tuple(self.metrics[keys.CLASSES])

    @property
    def confusion(self) -> npt.NDArray[np.int64]:
        """(C, C) int64, samples of the true class (row) given the predicted class (column)."""
        return np.asarray(self.metrics[keys.CONFUSION_MATRIX], dtype=np.int64)

    def summary(self) -> str:
        """Return the accuracy with its interval, in words."""
        sections = int(self.predictions[GROUP].nunique()) if len(self.predictions) else None
        return accuracy_sentence(self.metrics, self.part, sections)

    def class_rows(self) -> list[tuple[str, float, float, float, int]]:
        """Return (class, precision, recall, F1, number of samples) for each class."""
        figures = self.metrics[keys.PER_CLASS]
        return [
            (name, one[keys.PRECISION], one[keys.RECALL], one[keys.F1], int(one[keys.SUPPORT]))
            for name, one in figures.items()
        ]

    def cell(self, true_label: str, label: str) -> pd.DataFrame:
        """Return the samples of one cell of the confusion matrix, the most confident first.

        Parameters
        ----------
        true_label, label : str
            The true class (row) and the predicted class (column), two of `classes`.
        """
        rows = self.predictions
        return _most_confident_first(rows[(rows[TRUE_LABEL] == true_label) & (rows[LABEL] == label)])

    def wrong(self) -> pd.DataFrame:
        """Return the samples that the model gets wrong, the most confident first."""
        return wrong_predictions(self.predictions)


def read_results(folder: str | Path) -> dict[str, RunResult]:
    """Read what a finished run is worth, by part: "test" first if it has one; of several properties by both.

    Raises
    ------
    RunFolderError
        If the folder holds no finished run, or a damaged one.
    """
    files = RunFolder(Path(folder))
    figures, table = _figures(files), _predictions(files)
    several = len(files.properties) > 1
    with reading(files.path):
        measured = files.read_metrics()
        calibration = {measured.get(keys.REPORTED_ON): measured.get(keys.CALIBRATION) or {}}
        results = {
            f"{part}, {name}" if several else part: RunResult(
                *(files.path, files.model, part, metrics),
                table[(table[SPLIT] == part) & (table[PROPERTY] == name)],
                _reliability(calibration.get(part, {}), name),
            )
            for part, of_property in figures.items()
            for name, metrics in of_property.items()
        }
        # Figures and rows of another shape come to light here, not in the middle of showing them.
        for result in results.values():
            _ = result.summary(), result.class_rows(), result.confusion, result.wrong()
    return results


def _reliability(calibration: Mapping[str, Any], name: str) -> dict[str, list[dict[str, float]]]:
    curves = reliability_curves({name: calibration[name]}) if name in calibration else {}
    figures = (keys.CONFIDENCE, keys.ACCURACY)
    return {
        title: [{figure: float(each[figure]) for figure in figures} for each in bins]
        for title, bins in curves.items()
    }


def accuracy_sentence(metrics: Mapping[str, Any], part: str, sections: int | None = None) -> str:
    """Return an accuracy and how far to trust it, in two sentences for people.

    Parameters
    ----------
    metrics : mapping
        With ``samples`` (a count), ``accuracy`` and ``accuracy_interval`` (0..1); see
        `napari_rocks2net.evaluation.classification_metrics`.
    part : str
        "test" or "validation".
    sections : int, optional
        How many thin sections the samples are of; not named when left out or 0.
    """
    samples = int(metrics[keys.SAMPLES])
    right = round(metrics[keys.ACCURACY] * samples)
    sections_text = f" of {count_of(sections, 'thin section')}" if sections else ""
    low, high = (100 * limit for limit in metrics[keys.ACCURACY_INTERVAL])
    return (
        f"{right} of {count_of(samples, f'{part} image')}{sections_text} are named right: "
        f"{100 * metrics[keys.ACCURACY]:.0f} %. On other sections like these expect "
        f"{low:.0f} to {high:.0f} % (95 % interval)."
    )


def spread_sentence(name: str, values: Sequence[float]) -> str:
    """Return the mean and the spread of a share over the folds, in a sentence for people.

    Parameters
    ----------
    name : str
        What the share is, such as "Test accuracy".
    values : sequence of float
        One a fold, at least one, 0..1. The spread is their standard deviation (N - 1 in the denominator),
        0 for a single fold.
    """
    mean, spread = float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    low, high = 100 * min(values), 100 * max(values)
    return (
        f"{name} over {len(values)} folds: {100 * mean:.0f} ± {100 * spread:.0f} % "
        f"(lowest {low:.0f} %, highest {high:.0f} %)."
    )


def wrong_predictions(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of predictions.csv that name a class that is not the true one, confident ones first."""
    return _most_confident_first(rows[rows[TRUE_LABEL] != rows[LABEL]])


def _most_confident_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(PROBABILITY, ascending=False, kind="stable")


def _figures(files: RunFolder) -> dict[str, dict[str, Any]]:
    """Return part -> property -> figures."""
    try:
        figures = {part: files.read_figures(part) for part in PARTS}
    except RunFolderError:
        figures = {}
    if not any(figures.values()):
        raise RunFolderError(f"{files.path} holds no finished run; choose the folder of a finished training.")
    return figures


def _predictions(files: RunFolder) -> pd.DataFrame:
    try:
        return files.read_predictions()
    except RunFolderError:
        return pd.DataFrame(columns=[*PREDICTION_TEXTS, PROBABILITY, CORRECT])
