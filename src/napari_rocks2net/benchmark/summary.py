"""Benchmark summary: the runs of one network as one row of the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from napari_rocks2net.benchmark.cost import cost_of
from napari_rocks2net.evaluation import figure_keys as keys
from napari_rocks2net.evaluation import gain_interval, grouped_interval
from napari_rocks2net.samples.columns import CORRECT, GROUP, SPLIT
from napari_rocks2net.samples.parts import TEST
from napari_rocks2net.training import TrainingRun
from napari_rocks2net.training.runs.run_folder import RunFolder

FIGURES = (
    *(keys.ACCURACY, keys.ACCURACY_LOW, keys.ACCURACY_HIGH),
    *(keys.GAIN, keys.GAIN_LOW, keys.GAIN_HIGH),
    keys.BALANCED_ACCURACY,
    *(keys.IMAGES_PER_SECOND, keys.TRAINING_SECONDS),
)
COUNTS = (keys.PARAMETERS, "seeds", keys.SAMPLES, "sections")
COLUMNS = ("model", *FIGURES, *COUNTS, keys.FAILURE)


def summary_of(model: str, runs: list[TrainingRun], first: list[TrainingRun] | None = None) -> dict[str, Any]:
    """Summarise the runs of a network, one a seed.

    Parameters
    ----------
    model : str
        The network.
    runs : list of TrainingRun
        Its runs.
    first : list of TrainingRun, optional
        The runs on the same splits of the network that it is held against.

    Returns
    -------
    dict
        ``model``; ``accuracy`` and ``balanced_accuracy`` on the test part, means over the seeds;
        ``accuracy_low`` and ``accuracy_high``, see Notes; ``gain``, how much more often it is right than
        ``first`` on the same samples, ``gain_low`` and ``gain_high``, not a number without ``first``;
        ``parameters`` and ``images_per_second``, see
        `napari_rocks2net.benchmark.cost.cost_of`; ``training_seconds``, the time for all epochs with their
        validation, mean over the seeds; ``seeds``; ``samples``, the test predictions of all seeds; the thin
        ``sections`` they are of.

    Notes
    -----
    The limits are a 95 % interval over seeds and sections: the test predictions of all seeds are put
    together, and whole thin sections, each with what every seed says about it, are drawn with replacement
    (`napari_rocks2net.evaluation.grouped_interval`). It is the interval of the accuracy over all
    predictions, which differs from the mean over the seeds as far as their test parts differ in size. How
    networks differ from one another is better known than these intervals say, as all see the same splits:
    the interval of the gain draws sections with what both say of them
    (`napari_rocks2net.evaluation.gain_interval`).
    """
    tested = _tested(runs)
    low, high = grouped_interval(tested[CORRECT].to_numpy(bool), tested[GROUP].tolist())
    return {
        "model": model,
        keys.ACCURACY: _mean(run.metrics[TEST][keys.ACCURACY] for run in runs),
        keys.ACCURACY_LOW: low,
        keys.ACCURACY_HIGH: high,
        **_gain(tested, None if first is None else _tested(first)),
        keys.BALANCED_ACCURACY: _mean(run.metrics[TEST][keys.BALANCED_ACCURACY] for run in runs),
        keys.TRAINING_SECONDS: _mean(map(_training_seconds, runs)),
        "seeds": len(runs),
        keys.SAMPLES: len(tested),
        "sections": tested[GROUP].nunique(),
        **cost_of(runs[0]),
        keys.FAILURE: "",
    }


def table_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows of `summary_of` as a table; of a network that failed there is only the ``failure``."""
    types = dict.fromkeys(FIGURES, float) | dict.fromkeys(COUNTS, "Int64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(types)


def _tested(runs: list[TrainingRun]) -> pd.DataFrame:
    """Return the predictions of the runs for their test samples, in the order of seeds and samples."""
    table = pd.concat([run.predictions for run in runs])
    return table[table[SPLIT] == TEST]


def _gain(tested: pd.DataFrame, first: pd.DataFrame | None) -> dict[str, float]:
    if first is None:
        return dict.fromkeys((keys.GAIN, keys.GAIN_LOW, keys.GAIN_HIGH), float("nan"))
    before, after = (table[CORRECT].to_numpy(bool) for table in (first, tested))
    low, high = gain_interval(before, after, tested[GROUP].tolist())
    return {keys.GAIN: after.mean() - before.mean(), keys.GAIN_LOW: low, keys.GAIN_HIGH: high}


def _training_seconds(run: TrainingRun) -> float:
    """Return the time of the epochs; of a model without, from the start of the run to its figures."""
    if not run.history.empty:
        return float(run.history["seconds"].sum())
    files = RunFolder(run.folder)
    return files.metrics.stat().st_mtime - files.config.stat().st_mtime


def _mean(values: Any) -> float:
    return float(np.mean(list(values)))
