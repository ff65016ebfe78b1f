"""Benchmark runs: one a network and seed, each a run folder like any other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from napari_rocks2net.evaluation.figure_keys import STOPPED
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.training import TrainingConfig, TrainingEvent, TrainingRun, load_run, train
from napari_rocks2net.training.events import OnEvent, TrainingStopped
from napari_rocks2net.training.runs.opening import FREE_ON_RESUME, require_same_run
from napari_rocks2net.training.runs.run_folder import RunFolder


class BenchmarkError(ValueError):
    """Networks that cannot be compared: the message says why, and what to do."""


@dataclass(frozen=True)
class BenchmarkRunStarted(TrainingEvent):
    """A run of a benchmark begins, of a network and a seed (from 0), up to its `TrainingFinished`."""

    model: str
    seed: int
    seeds: int


@dataclass(frozen=True, eq=False)
class PlannedRun:
    """One network on one split: a configuration that resumes, and samples split by its seed."""

    config: TrainingConfig
    samples: SampleTable

    @property
    def files(self) -> RunFolder:
        """The run folder."""
        return RunFolder(self.config.folder)

    def require_same(self) -> None:
        """Refuse the run folder, if there is one, of another run or of another number of epochs."""
        if self.files.config.is_file():
            require_same_run(self.files, self.config, self.samples, free=FREE_ON_RESUME - {"epochs"})

    def finish(self, report: OnEvent, seeds: int) -> TrainingRun:
        """Read the run when it is finished, else begin it or go on with it.

        Parameters
        ----------
        report : callable
            Takes a `BenchmarkRunStarted` and then every event of the training; nothing of a finished run.
        seeds : int
            How many seeds the benchmark has, for that event.

        Returns
        -------
        TrainingRun
            Trained to its end; for what else the training raises see `train`.

        Raises
        ------
        TrainingStopped
            When the caller stopped it: half a training must not count among whole ones.
        """
        if self.files.metrics.is_file() and not self.files.read_metrics()[STOPPED]:
            return load_run(self.files.path)
        report(BenchmarkRunStarted(self.config.model, self.config.seed, seeds))
        run = train(self.config, self.samples, report)
        if run.metrics[STOPPED]:
            raise TrainingStopped(
                f"The benchmark was stopped in the run {run.folder}; finished runs are kept, and the same "
                "call goes on."
            )
        return run


def run_folder(output: Path, model: str, seed: int) -> Path:
    """Return the run folder of a network and a seed, such as ``rocks2net-seed-0``; it need not exist.

    Parameters
    ----------
    output : Path
        The folder of the benchmark.
    model : str
        The network's name.
    seed : int
        From 0.
    """
    return output / f"{model}-seed-{seed}"
