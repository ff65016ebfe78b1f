"""Sets of real photos with labels and thin sections, for benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True, eq=False)
class Photos:
    """The labelled photos of a set: their files, classes and thin sections."""

    files: list[Path]
    labels: npt.NDArray[np.str_]
    groups: npt.NDArray[np.str_]


def photos_of(table: Path, file: str, label: str, group: str) -> Photos:
    """Return the photos of a CSV file by its columns."""
    frame = pd.read_csv(table, dtype=str)
    columns = (np.array(frame[name].tolist()) for name in (label, group))
    return Photos([table.parent / name for name in frame[file]], *columns)


SETS: dict[str, Callable[[Path], Photos]] = {
    "mudstone": lambda data: photos_of(data / "mudstone" / "10x.csv", "file", "lithology", "sample"),
    "carbonate_grey": lambda data: photos_of(
        data / "carbonate_grey" / "labels.csv", "file", "label", "id_block"
    ),
    "grains PPL": lambda data: photos_of(data / "grain_pairs" / "pairs.csv", "ppl", "label", "group"),
    "grains XPL": lambda data: photos_of(data / "grain_pairs" / "pairs.csv", "xpl", "label", "group"),
}


def unlike_mudstones(data: Path) -> dict[str, list[Path]]:
    """Return photos that are no mudstones, by what they show."""
    return {
        "SEM images": sorted((data / "sem_particles" / "images").iterdir())
        + sorted((data / "sem_unlabelled").glob("*.tif")),
        "outcrop": [data / "unlabelled" / "estilolito.jpg"],
        "single grains, PPL": SETS["grains PPL"](data).files,
        "single grains, XPL": SETS["grains XPL"](data).files,
    }
