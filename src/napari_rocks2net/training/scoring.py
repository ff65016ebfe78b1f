"""Scoring of the finished network on the validation and the test part."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.linalg
import torch

from napari_rocks2net.evaluation import classification_metrics
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.training.dataset import LoaderOptions, SectionDataset, make_loader
from napari_rocks2net.training.module import RockModule

PARTS: tuple[str, ...] = ("validation", "test")
Probabilities = npt.NDArray[np.float64]
# Figures of single classes, which have a meaning within their property only.
PER_CLASS = ("per_class", "confusion_matrix", "classes")


def class_probabilities(module: RockModule, dataset: SectionDataset, options: LoaderOptions) -> Probabilities:
    """Return the probabilities (N, C) float64, rows in the order of the dataset.

    Those of each property sum to 1.

    Parameters
    ----------
    module : RockModule
        The network of C classes, on the device to use; left in evaluation mode.
    dataset : SectionDataset
        N samples; their labels are not used.
    options : LoaderOptions
        How batches are made.

    Raises
    ------
    ImageError
        If an image that is not kept in memory cannot be read.
    """
    module.eval()
    with torch.inference_mode():
        batches = [
            module(images.to(module.device)).double().exp().cpu()
            for images, _ in make_loader(dataset, options)
        ]
    return torch.cat(batches).numpy()


def measure(
    module: RockModule, datasets: dict[str, SectionDataset], samples: SampleTable, options: LoaderOptions
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return the figures of the validation and the test part, and the predictions that they are of.

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

    Returns
    -------
    metrics : dict
        Under "validation" and "test" (None without a test part) see `prediction_figures`; those of the test
        part (else the validation part) stand on the top level too, and "reported_on" says which they are.
    predictions : pandas.DataFrame
        See `prediction_rows`.
    """
    tables = {
        part: prediction_rows(
            samples.part(part), class_probabilities(module, datasets[part], options), samples.properties
        )
        for part in PARTS
        if part in datasets
    }
    return figures_of_parts(tables, samples.properties), pd.concat(tables.values(), ignore_index=True)


def figures_of_parts(tables: dict[str, pd.DataFrame], properties: tuple[RockProperty, ...]) -> dict[str, Any]:
    """Return what metrics.json says about the predictions of the validation and the test part.

    Parameters
    ----------
    tables : dict of pandas.DataFrame
        Of the parts that have samples, see `prediction_rows`.
    properties : tuple of RockProperty
        The properties that they are of.

    Returns
    -------
    dict
        See `measure`.
    """
    figures = {part: prediction_figures(table, properties) for part, table in tables.items()}
    reported = "test" if "test" in figures else "validation"
    return {"reported_on": reported, **figures[reported], **{part: figures.get(part) for part in PARTS}}


def prediction_rows(
    rows: pd.DataFrame, probabilities: Probabilities, properties: tuple[RockProperty, ...]
) -> pd.DataFrame:
    """Put the labels of one part beside what the network says about them.

    Parameters
    ----------
    rows : pandas.DataFrame
        N rows of a `SampleTable` with the column ``split``.
    probabilities : numpy.ndarray
        (N, C) float64; see `class_probabilities`.
    properties : tuple of RockProperty
        The C classes, in the order of the columns.

    Returns
    -------
    pandas.DataFrame
        One row a label: ``file, region, group, split, property, true_label, label``, ``probability`` of the
        label (0..1), ``correct`` (bool) and one ``p_<class>`` for each class, not a number for the classes of
        other properties.
    """
    ends = np.cumsum([len(each.classes) for each in properties])[:-1]
    tables = []
    for each, own in zip(properties, np.split(probabilities, ends, axis=1), strict=True):
        labelled = (rows[each.name] != "").to_numpy()
        table = rows.loc[labelled, ["file", "region", "group", "split"]].reset_index(drop=True)
        table["property"], table["true_label"] = each.name, rows.loc[labelled, each.name].to_numpy()
        table["label"] = np.array(each.classes, object)[own[labelled].argmax(axis=1)]
        table["probability"] = own[labelled].max(axis=1)
        table["correct"] = table["label"] == table["true_label"]
        tables.append(table.join(pd.DataFrame(own[labelled], columns=_probability_columns(each))))
    return pd.concat(tables, ignore_index=True)


def prediction_figures(table: pd.DataFrame, properties: tuple[RockProperty, ...]) -> dict[str, Any]:
    """Return the figures of predictions.

    Parameters
    ----------
    table : pandas.DataFrame
        See `prediction_rows`.
    properties : tuple of RockProperty
        The properties that they are of.

    Returns
    -------
    dict
        Of one property the figures of `napari_rocks2net.evaluation.classification_metrics`. Of several those
        of all labels together, each judged among the classes of its property, and under "properties" those of
        each that has labels, {property: figures}.
    """
    labelled = set(table["property"])
    tables = {each: table[table["property"] == each.name] for each in properties if each.name in labelled}
    figures = {
        each.name: classification_metrics(
            own["true_label"].tolist(), own[_probability_columns(each)], each.classes, own["group"].tolist()
        )
        for each, own in tables.items()
    }
    if len(properties) == 1:
        return figures[properties[0].name]
    return _figures_together(tables) | {"properties": figures}


def _figures_together(tables: dict[RockProperty, pd.DataFrame]) -> dict[str, Any]:
    """Return the figures of all labels as those of one classification whose classes are numbered through."""
    blocks = [own[_probability_columns(each)].to_numpy(float) for each, own in tables.items()]
    names = [(each.name, name) for each in tables for name in each.classes]
    number = {name: str(place) for place, name in enumerate(names)}
    table = pd.concat(tables.values())
    truth = [number[label] for label in zip(table["property"], table["true_label"], strict=True)]
    figures = classification_metrics(
        truth, scipy.linalg.block_diag(*blocks), list(number.values()), table["group"].tolist()
    )
    return {name: value for name, value in figures.items() if name not in PER_CLASS}


def _probability_columns(property: RockProperty) -> list[str]:
    return [f"p_{name}" for name in property.classes]
