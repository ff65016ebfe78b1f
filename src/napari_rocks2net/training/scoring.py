"""The finished network measured on the parts of a split."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from napari_rocks2net.evaluation import classification_metrics, write_table
from napari_rocks2net.training.dataset import LoaderOptions, SectionDataset, make_loader
from napari_rocks2net.training.module import RockModule
from napari_rocks2net.training.predictions import predictions_of
from napari_rocks2net.training.samples import SampleTable


def class_probabilities(module: RockModule, dataset: SectionDataset, options: LoaderOptions) -> np.ndarray:
    """Return the probabilities (N, C) float64, rows in the order of the dataset."""
    module.eval()
    with torch.inference_mode():
        batches = [
            module(images.to(module.device)).double().exp().cpu()
            for images, _ in make_loader(dataset, options)
        ]
    return torch.cat(batches).numpy()


def measure(
    module: RockModule,
    datasets: dict[str, SectionDataset],
    samples: SampleTable,
    options: LoaderOptions,
    predictions: Path | None = None,
) -> dict[str, Any]:
    """Return the figures of the validation and the test part.

    Parameters
    ----------
    module : RockModule
        The finished network.
    datasets : dict of SectionDataset
        The parts that have samples.
    samples : SampleTable
        With the column ``split``.
    options : LoaderOptions
        How batches are made.
    predictions : Path, optional
        A CSV for what the network says about every sample; see
        `napari_rocks2net.training.predictions.predictions_of`.

    Returns
    -------
    dict
        Under "validation" and "test" (None without a test part) the figures of
        `napari_rocks2net.evaluation.classification_metrics`; those of the test part (else the validation
        part) stand on the top level too, and "reported_on" says which they are.
    """
    metrics: dict[str, Any] = {"validation": None, "test": None}
    tables = []
    for part in metrics:
        if part in datasets:
            probabilities = class_probabilities(module, datasets[part], options)
            metrics[part] = _measure_part(probabilities, samples, part)
            tables.append(predictions_of(samples.part(part), probabilities, samples.classes))
    if predictions is not None:
        write_table(pd.concat(tables), predictions)
    reported = "test" if metrics["test"] else "validation"
    return {"reported_on": reported, **metrics[reported], **metrics}


def _measure_part(probabilities: np.ndarray, samples: SampleTable, part: str) -> dict[str, Any]:
    rows = samples.part(part)
    return classification_metrics(
        rows["label"].tolist(), probabilities, samples.classes, groups=rows["group"].tolist()
    )
