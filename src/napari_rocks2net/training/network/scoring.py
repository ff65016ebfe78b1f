"""Calibration of the finished network, and its scoring on the validation and the test part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.linalg

from napari_rocks2net.evaluation import classification_metrics
from napari_rocks2net.evaluation import figure_keys as keys
from napari_rocks2net.evaluation.calibration import (
    FEWEST_TO_CALIBRATE,
    calibration_figures,
    fit_temperature,
)
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.samples.columns import (
    CORRECT,
    FILE,
    GROUP,
    LABEL,
    PROBABILITY,
    PROPERTY,
    REGION,
    SPLIT,
    TRUE_LABEL,
    probability_columns,
)
from napari_rocks2net.samples.parts import TEST, VALIDATION
from napari_rocks2net.training.network.answers import Answers
from napari_rocks2net.training.network.dataset import MISSING
from napari_rocks2net.training.network.fields import Samples

PARTS: tuple[str, ...] = (VALIDATION, TEST)
Probabilities = npt.NDArray[np.float64]
# Figures of single classes, which have a meaning within their property only.
OF_CLASSES = (keys.PER_CLASS, keys.CONFUSION_MATRIX, keys.CLASSES)


@dataclass(frozen=True, eq=False)
class Measured:
    """Measured figures of a finished network."""

    # Under "validation" and "test" (None without a test part) see `prediction_figures`; those of the test
    # part (else the validation part) stand on the top level too, and "reported_on" says which they are;
    # "calibration" is of that part: {property: {``temperature``, ``fitted_on`` (photos), ``note`` (a sentence
    # where they are too few, else None), ``before`` and ``after``, see `calibration_figures`}}.
    metrics: dict[str, Any]
    predictions: pd.DataFrame  # See `prediction_rows`.


def fit_temperatures(
    answers: Answers, validation: Samples, properties: tuple[RockProperty, ...]
) -> dict[str, float]:
    """Return the temperature of each property that has photos enough to fit one, {property: temperature}.

    Parameters
    ----------
    answers : Answers
        Of the validation part, which the network was not trained on.
    validation : Samples
        Has their labels.
    properties : tuple of RockProperty
        In the order of the network's outputs.
    """
    sizes = [len(each.classes) for each in properties]
    temperatures, first = {}, 0
    for column, (each, own) in enumerate(zip(properties, answers.of_properties(sizes), strict=True)):
        labels = validation.labels[:, column].numpy()
        labelled = labels != MISSING
        if labelled.sum() >= FEWEST_TO_CALIBRATE:
            temperatures[each.name] = fit_temperature(own[:, labelled], labels[labelled] - first)
        first += sizes[column]
    return temperatures


def measure(answers: Mapping[str, Answers], samples: SampleTable, temperatures: dict[str, float]) -> Measured:
    """Measure a calibrated network on the validation and the test part.

    Parameters
    ----------
    answers : mapping of Answers
        Of the parts that have samples.
    samples : SampleTable
        With the column ``split``.
    temperatures : dict of float
        By which the answers are calibrated, see `fit_temperatures`.

    Returns
    -------
    Measured
        The figures, and the predictions that they are of.
    """
    properties = samples.properties
    sizes = [len(each.classes) for each in properties]
    chosen = [temperatures.get(each.name, 1.0) for each in properties]

    def table(part: str, by: list[float] | None) -> pd.DataFrame:
        """Return the predictions of a part by some temperatures."""
        return prediction_rows(samples.part(part), answers[part].probabilities(sizes, by), properties)

    tables = {part: table(part, chosen) for part in PARTS if part in answers}
    metrics = figures_of_parts(tables, properties)
    reported = metrics[keys.REPORTED_ON]
    metrics[keys.CALIBRATION] = _calibration_report(
        table(reported, None), tables[reported], tables[VALIDATION], temperatures
    )
    return Measured(metrics, pd.concat(tables.values(), ignore_index=True))


def _calibration_report(
    before: pd.DataFrame, after: pd.DataFrame, validation: pd.DataFrame, temperatures: dict[str, float]
) -> dict[str, Any]:
    """Return the calibration in metrics.json, from predictions without and with it."""

    def figures(table: pd.DataFrame, name: str) -> dict[str, Any]:
        """Return the figures of the calibration of a property."""
        own = table[table[PROPERTY] == name]
        return calibration_figures(own[PROBABILITY], own[CORRECT], own[GROUP].tolist())

    fitted_on = validation[PROPERTY].value_counts()
    report = {}
    for name in after[PROPERTY].unique():
        photos, fewest = int(fitted_on.get(name, 0)), FEWEST_TO_CALIBRATE
        note = f"{photos} validation photos are fewer than {fewest}: the probabilities are not calibrated."
        report[name] = {
            keys.TEMPERATURE: temperatures.get(name, 1.0),
            keys.FITTED_ON: photos,
            keys.NOTE: None if name in temperatures else note,
            keys.BEFORE: figures(before, name),
            keys.AFTER: figures(after, name),
        }
    return report


def figures_of_parts(tables: dict[str, pd.DataFrame], properties: tuple[RockProperty, ...]) -> dict[str, Any]:
    """Return the figures in metrics.json of the predictions of the validation and the test part.

    See `Measured`, without the calibration.

    Parameters
    ----------
    tables : dict of pandas.DataFrame
        Of the parts that have samples, see `prediction_rows`.
    properties : tuple of RockProperty
        The properties that they are of.
    """
    figures = {part: prediction_figures(table, properties) for part, table in tables.items()}
    reported = TEST if TEST in figures else VALIDATION
    return {keys.REPORTED_ON: reported, **figures[reported], **{part: figures.get(part) for part in PARTS}}


def prediction_rows(
    rows: pd.DataFrame, probabilities: Probabilities, properties: tuple[RockProperty, ...]
) -> pd.DataFrame:
    """Join the labels of one part with the predictions of the network.

    Parameters
    ----------
    rows : pandas.DataFrame
        N rows of a `SampleTable` with the column ``split``.
    probabilities : numpy.ndarray
        (N, C) float64; see `Answers.probabilities`.
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
        table = rows.loc[labelled, [FILE, REGION, GROUP, SPLIT]].reset_index(drop=True)
        table[PROPERTY], table[TRUE_LABEL] = each.name, rows.loc[labelled, each.name].to_numpy()
        table[LABEL] = np.array(each.classes, object)[own[labelled].argmax(axis=1)]
        table[PROBABILITY] = own[labelled].max(axis=1)
        table[CORRECT] = table[LABEL] == table[TRUE_LABEL]
        tables.append(table.join(pd.DataFrame(own[labelled], columns=_probability_columns(each))))
    return pd.concat(tables, ignore_index=True)


def prediction_figures(table: pd.DataFrame, properties: tuple[RockProperty, ...]) -> dict[str, Any]:
    """Return the figures of predictions.

    Of one property the figures of `napari_rocks2net.evaluation.classification_metrics`. Of several those of
    all labels together, each judged among the classes of its property, and under "properties" those of each
    that has labels, {property: figures}.

    Parameters
    ----------
    table : pandas.DataFrame
        See `prediction_rows`.
    properties : tuple of RockProperty
        The properties that they are of.
    """
    labelled = set(table[PROPERTY])
    tables = {each: table[table[PROPERTY] == each.name] for each in properties if each.name in labelled}
    figures = {
        each.name: classification_metrics(
            own[TRUE_LABEL].tolist(), own[_probability_columns(each)], each.classes, own[GROUP].tolist()
        )
        for each, own in tables.items()
    }
    if len(properties) == 1:
        return figures[properties[0].name]
    return _figures_together(tables) | {keys.PROPERTIES: figures}


def _figures_together(tables: dict[RockProperty, pd.DataFrame]) -> dict[str, Any]:
    """Return the figures of all labels as those of one classification whose classes are numbered through."""
    blocks = [own[_probability_columns(each)].to_numpy(float) for each, own in tables.items()]
    names = [(each.name, name) for each in tables for name in each.classes]
    number = {name: str(place) for place, name in enumerate(names)}
    table = pd.concat(tables.values())
    truth = [number[label] for label in zip(table[PROPERTY], table[TRUE_LABEL], strict=True)]
    figures = classification_metrics(
        truth, scipy.linalg.block_diag(*blocks), list(number.values()), table[GROUP].tolist()
    )
    return {name: value for name, value in figures.items() if name not in OF_CLASSES}


def _probability_columns(property: RockProperty) -> list[str]:
    return probability_columns(property.classes)
