"""The runs of one network as one row of the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from napari_rocks2net.benchmark.cost import cost_of
from napari_rocks2net.evaluation import grouped_interval
from napari_rocks2net.training import TrainingRun
from napari_rocks2net.training.predictions import read_predictions

FIGURES = (
    *("accuracy", "accuracy_low", "accuracy_high", "balanced_accuracy"),
    *("images_per_second", "training_seconds"),
)
COUNTS = ("parameters", "seeds", "samples", "sections")
COLUMNS = ("model", *FIGURES, *COUNTS, "failure")


def summary_of(model: str, runs: list[TrainingRun]) -> dict[str, Any]:
    """Summarise the runs of a network, one a seed.

    Returns
    -------
    dict
        ``model``; ``accuracy`` and ``balanced_accuracy`` on the test part, means over the seeds;
        ``accuracy_low`` and ``accuracy_high``, see Notes; ``parameters`` and ``images_per_second``, see
        `napari_rocks2net.benchmark.cost.cost_of`; ``training_seconds``, the time for all epochs with their
        validation, mean over the seeds; ``seeds``; ``samples``, the test predictions of all seeds; the thin
        ``sections`` they are of.

    Notes
    -----
    The limits are a 95 % interval over seeds and sections: the test predictions of all seeds are put
    together, and whole thin sections, each with what every seed says about it, are drawn with replacement
    (`napari_rocks2net.evaluation.grouped_interval`). It is the interval of the accuracy over all
    predictions, which differs from the mean over the seeds as far as their test parts differ in size. How
    networks differ from one another is better known than the intervals say, as all see the same splits.
    """
    tested = pd.concat([_tested(run) for run in runs])
    low, high = grouped_interval(tested["correct"].to_numpy(bool), tested["group"].tolist())
    return {
        "model": model,
        "accuracy": _mean(run.metrics["test"]["accuracy"] for run in runs),
        "accuracy_low": low,
        "accuracy_high": high,
        "balanced_accuracy": _mean(run.metrics["test"]["balanced_accuracy"] for run in runs),
        "training_seconds": _mean(run.history["seconds"].sum() for run in runs),
        "seeds": len(runs),
        "samples": len(tested),
        "sections": tested["group"].nunique(),
        **cost_of(runs[0]),
        "failure": "",
    }


def table_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows of `summary_of` as a table; of a network that failed there is only the ``failure``."""
    types = dict.fromkeys(FIGURES, float) | dict.fromkeys(COUNTS, "Int64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(types)


def _tested(run: TrainingRun) -> pd.DataFrame:
    table = read_predictions(run.folder)
    return table[table["split"] == "test"]


def _mean(values: Any) -> float:
    return float(np.mean(list(values)))
