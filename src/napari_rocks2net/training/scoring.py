"""The finished network measured on the parts of a split."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from napari_rocks2net.evaluation import classification_metrics, write_table
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.training.dataset import LoaderOptions, SectionDataset, make_loader
from napari_rocks2net.training.module import RockModule
from napari_rocks2net.training.predictions import predictions_of


def class_probabilities(module: RockModule, dataset: SectionDataset, options: LoaderOptions) -> np.ndarray:
    """Return the probabilities (N, C) float64, rows in the order of the dataset.

    Those of each property sum to 1.
    """
    module.eval()
    with torch.inference_mode():
        batches = [
            module(images.to(module.device)).double().exp().cpu()
            for images, _ in make_loader(dataset, options)
        ]
    return torch.cat(batches).numpy()


def label_probabilities(
    probabilities: np.ndarray, dataset: SectionDataset, samples: SampleTable
) -> np.ndarray:
    """Return for each label what the network says about its property.

    Parameters
    ----------
    probabilities : numpy.ndarray
        (N, C) float64; see `class_probabilities`.
    dataset : SectionDataset
        N images with R labels.
    samples : SampleTable
        Says which classes are whose.

    Returns
    -------
    numpy.ndarray
        (R, C) float64, 0 for the classes of other properties; each row sums to 1.
    """
    owner = np.repeat(np.arange(len(samples.properties)), [len(each.classes) for each in samples.properties])
    own = owner == owner[dataset.class_of_row][:, None]
    return np.where(own, probabilities[dataset.item_of_row], 0.0)


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
        part) stand on the top level too, and "reported_on" says which they are. Of several properties they
        are of all labels together, each judged among the classes of its property, and under "properties"
        of a part stand those of each {property: figures}.
    """
    metrics: dict[str, Any] = {"validation": None, "test": None}
    tables = []
    for part in metrics:
        if part in datasets:
            images = class_probabilities(module, datasets[part], options)
            probabilities = label_probabilities(images, datasets[part], samples)
            rows = samples.part(part)
            metrics[part] = label_figures(rows["label"], rows["group"], probabilities, samples)
            tables.append(predictions_of(rows, probabilities, samples.classes))
    if predictions is not None:
        write_table(pd.concat(tables), predictions)
    reported = "test" if metrics["test"] else "validation"
    return {"reported_on": reported, **metrics[reported], **metrics}


def label_figures(
    labels: pd.Series, groups: pd.Series, probabilities: np.ndarray, samples: SampleTable
) -> dict[str, Any]:
    """Return the figures of some labels, and of several properties those of each as well.

    Parameters
    ----------
    labels, groups : pandas.Series
        (R,) text: the true classes, as the samples write them, and the thin sections.
    probabilities : numpy.ndarray
        (R, C) float64; see `label_probabilities`.
    samples : SampleTable
        Says which classes are whose.

    Returns
    -------
    dict
        See `measure`.
    """
    figures = classification_metrics(labels.tolist(), probabilities, samples.classes, groups.tolist())
    if len(samples.properties) == 1:
        return figures
    return figures | {"properties": dict(_figures_of_each(labels, groups, probabilities, samples))}


def _figures_of_each(
    labels: pd.Series, groups: pd.Series, probabilities: np.ndarray, samples: SampleTable
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the figures of every property that has labels, with its classes under their own names."""
    names = iter(enumerate(samples.classes))
    for each in samples.properties:
        columns, written = zip(*itertools.islice(names, len(each.classes)), strict=True)
        own = labels.map(dict(zip(written, each.classes, strict=True)))
        known = own.notna().to_numpy()
        if known.any():
            said = probabilities[known][:, columns]
            yield (
                each.name,
                classification_metrics(own[known].tolist(), said, each.classes, groups[known].tolist()),
            )
