"""Identity of a run: the settings and the samples that must be the same when it goes on."""

from __future__ import annotations

from collections import Counter
from typing import Any

from napari_rocks2net.samples import SampleTable
from napari_rocks2net.samples.columns import FILE, REGION
from napari_rocks2net.samples.table import area_of
from napari_rocks2net.training.config import TrainingConfig

# What may change when a run goes on: none of these changes what is trained on what.
SPEED = ("accelerator", "cache_bytes", "devices", "num_nodes", "num_workers", "precision", "strategy")
FREE_ON_RESUME = frozenset({"epochs", "output", "patience", "resume", "tta", *SPEED})


def run_description(config: TrainingConfig, samples: SampleTable, folds: int | None) -> dict[str, Any]:
    """Return what config.json holds.

    Parameters
    ----------
    config : TrainingConfig
        What to do.
    samples : SampleTable
        Says the properties and their classes.
    folds : int or None
        The number of folds of a cross-validation.
    """
    properties = {each.name: list(each.classes) for each in samples.properties}
    return config.to_dict() | {"properties": properties} | ({} if folds is None else {"folds": folds})


def sample_identity(samples: SampleTable) -> tuple[list[str], list[str], Counter[Any]]:
    """Return what is trained on what: properties and columns, and the samples in no order."""
    frame = samples.frame
    columns = sorted(set(frame) - {FILE, REGION})
    areas = map(area_of, frame[FILE], frame[REGION])
    rows = zip(areas, *(frame[name].astype(str) for name in columns), strict=True)
    return samples.names, columns, Counter(rows)
