"""Benchmark runner, from the collection to the table."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from napari_rocks2net.benchmark.report import write_report
from napari_rocks2net.benchmark.runs import BenchmarkError, PlannedRun, run_folder
from napari_rocks2net.benchmark.summary import summary_of, table_of
from napari_rocks2net.evaluation.figure_keys import FAILURE
from napari_rocks2net.models.catalog import MODELS
from napari_rocks2net.samples import SampleTable, split_samples
from napari_rocks2net.training import RunFolderError, TrainingConfig, TrainingRun
from napari_rocks2net.training.events import OnEvent, ignore_event
from napari_rocks2net.wording import first_line

logger = logging.getLogger(__name__)


def benchmark(
    samples: SampleTable,
    models: Sequence[str],
    seeds: int,
    output: str | Path,
    on_event: OnEvent | None = None,
    **settings: Any,
) -> pd.DataFrame:
    """Train every network on the same splits and compare their predictions for the test parts.

    Each seed makes one split by thin section, the same for all networks; it is also the seed of the weights.
    Each network is trained once a seed, in the run folder ``MODEL-seed-SEED`` of the output. Called again,
    finished runs are read and an interrupted one goes on. table.csv, table.md and table.png are rewritten
    after each network.

    Parameters
    ----------
    samples : SampleTable
        What to learn from; a split that it has is not used.
    models : sequence of str
        Names of `napari_rocks2net.models.list_models`.
    seeds : int
        How many splits, at least 1: the seeds are 0, 1, and so on.
    output : str or Path
        The folder of the benchmark.
    on_event : callable, optional
        Takes every `TrainingEvent`, those of each run after a `BenchmarkRunStarted`. When it raises
        `TrainingStopped` the benchmark ends, to go on when called again.
    **settings
        Other fields of `TrainingConfig`, the same for every network. ``target`` goes only to those that
        adapt to one; its images should not be among the samples, which the others have not seen.

    Returns
    -------
    pandas.DataFrame
        One row a network in the order given, each held against the first that could be trained; see
        `napari_rocks2net.benchmark.summary.summary_of`. A network that fails (a library is missing, memory
        runs out) has the reason in the column ``failure`` and no figures; the others go on.

    Raises
    ------
    BenchmarkError
        When there is nothing to compare (an unknown network, no seed, no test part, every network fails), or
        a setting is out of its range.
    SampleError, RunFolderError
        When the samples are too few, or the folder holds runs with other settings or samples.
    """
    folder = Path(output).expanduser().absolute()
    plans = _plan(samples, models, seeds, folder, settings)
    rows: list[dict[str, Any]] = []
    for row in _measured(plans, on_event or ignore_event):
        rows.append(row)
        write_report(table_of(rows), folder)
    table = table_of(rows)
    if (table[FAILURE] != "").all():
        raise BenchmarkError(f"No network could be trained. {table['model'][0]}: {table['failure'][0]}")
    return table


def _plan(
    samples: SampleTable, models: Sequence[str], seeds: int, output: Path, settings: dict[str, Any]
) -> dict[str, list[PlannedRun]]:
    """Return the runs of every network; refuses what cannot work before anything is trained."""
    if not models or seeds < 1:
        raise BenchmarkError(f"{len(models)} networks and {seeds} seeds are nothing to compare; give some.")
    splits = _splits(samples, seeds, settings)
    plans = {
        model: [_planned(model, seed, split, output, settings) for seed, split in enumerate(splits)]
        for model in models
    }
    for runs in plans.values():
        for run in runs:
            run.require_same()
    return plans


def _splits(samples: SampleTable, seeds: int, settings: dict[str, Any]) -> list[SampleTable]:
    shares = _config(settings | {"target": None})
    if shares.test == 0:
        raise BenchmarkError("With test=0 there is nothing to compare on; give a share above 0.")
    return [split_samples(samples, shares.validation, shares.test, seed) for seed in range(seeds)]


def _planned(model: str, seed: int, split: SampleTable, output: Path, settings: dict[str, Any]) -> PlannedRun:
    own = {"model": model, "seed": seed, "output": run_folder(output, model, seed), "resume": True}
    return PlannedRun(_config(_accepted(model, settings) | own), split)


def _accepted(model: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings without those that only other networks take."""
    if model not in MODELS:
        return settings
    unused = set() if MODELS[model].adapts else {"target"}
    unused |= set() if len(MODELS[model].backbones) > 1 else {"backbone"}
    unused |= {"start_from"} if MODELS[model].fitted else set()
    return {name: value for name, value in settings.items() if name not in unused}


def _config(values: dict[str, Any]) -> TrainingConfig:
    try:
        return TrainingConfig(**values)
    except ValueError as error:
        raise BenchmarkError(str(error)) from error


def _measured(plans: dict[str, list[PlannedRun]], report: OnEvent) -> Iterator[dict[str, Any]]:
    """Yield the row of every network, trained when its turn comes."""
    first: list[TrainingRun] | None = None
    for model, planned in plans.items():
        try:
            runs = [run.finish(report, len(planned)) for run in planned]
            row = summary_of(model, runs, first)
            first = first or runs
        except RunFolderError:
            raise
        except (ImportError, MemoryError, RuntimeError, ValueError) as error:
            logger.info("%s failed.", model, exc_info=True)
            row = {"model": model, FAILURE: first_line(error)}
        yield row
