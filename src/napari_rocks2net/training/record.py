"""The run folder: what a training leaves behind, each file written whole and then renamed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.samples import SampleTable
from napari_rocks2net.whole_file import write_whole

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

    def open(self, config: TrainingConfig, samples: SampleTable) -> None:
        """Make the folder and write what is to be done, or check that it is this run's folder.

        Raises
        ------
        RunFolderError
            When the folder holds anything and the run is not to resume, or holds another run.
        """
        if self.path.exists() and not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file; name a folder for the run.")
        if self.path.exists() and any(self.path.iterdir()):
            if not config.resume:
                raise RunFolderError(
                    f"{self.path} is not empty; choose a new folder, or resume the run in it."
                )
            self._require_same_run(config, samples)
        self.path.mkdir(parents=True, exist_ok=True)
        write_whole(self.samples, samples.frame.to_csv(index=False))
        write_json(self.config, _description(config, samples))

    def _require_same_run(self, config: TrainingConfig, samples: SampleTable) -> None:
        if not (self.config.is_file() and self.samples.is_file()):
            raise RunFolderError(f"{self.path} holds files but no run to resume; choose a new folder.")
        before = self._recorded_config()
        for name, value in _description(config, samples).items():
            if name not in FREE_ON_RESUME and before.get(name) != value:
                raise RunFolderError(
                    f"{self.path} was trained with {name}={before.get(name)!r}, not {value!r}; "
                    "resume with the same value or choose a new folder."
                )
        if self.samples.read_text(encoding="utf-8") != samples.frame.to_csv(index=False):
            raise RunFolderError(f"{self.path} was trained on other samples; choose a new folder.")

    def _recorded_config(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.config.read_text(encoding="utf-8")))
        except ValueError as error:
            raise RunFolderError(f"{self.config} is damaged ({error}); choose a new folder.") from error


def _description(config: TrainingConfig, samples: SampleTable) -> dict[str, Any]:
    return config.to_dict() | {"property": samples.property, "classes": list(samples.classes)}


def read_history(path: Path, before_epoch: int) -> list[dict[str, Any]]:
    """Return the lines of history.csv for the epochs before one, none when there is no file.

    A run that was killed may have written the line of an epoch whose checkpoint it never finished.
    """
    if not path.is_file():
        return []
    frame = pd.read_csv(path)
    return frame[frame["epoch"] < before_epoch].to_dict("records")


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, whole or not at all."""
    write_whole(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
