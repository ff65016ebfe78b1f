"""Calibration of a trained network on the validation part, and what it is worth."""

from __future__ import annotations

from typing import Any

import pandas as pd

from napari_rocks2net.evaluation.calibration import (
    FEWEST_TO_CALIBRATE,
    calibration_figures,
    fit_temperature,
)
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.training.answers import Answers
from napari_rocks2net.training.dataset import MISSING, SectionDataset


def fit_temperatures(
    answers: Answers, validation: SectionDataset, properties: tuple[RockProperty, ...]
) -> dict[str, float]:
    """Return the temperature of each property that has photos enough to fit one, {property: temperature}.

    Parameters
    ----------
    answers : Answers
        Of the validation part, which the network was not trained on.
    validation : SectionDataset
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


def calibration_report(
    before: pd.DataFrame, after: pd.DataFrame, validation: pd.DataFrame, temperatures: dict[str, float]
) -> dict[str, Any]:
    """Return what metrics.json says about the calibration of each property.

    Parameters
    ----------
    before, after : pandas.DataFrame
        Predictions without and with the temperatures, see `prediction_rows`.
    validation : pandas.DataFrame
        Predictions of the validation part.
    temperatures : dict of float
        See `fit_temperatures`.

    Returns
    -------
    dict
        {property: {``temperature``, ``fitted_on`` (photos), ``note`` (a sentence where they are too few, else
        None), ``before`` and ``after``, see `calibration_figures`}}.
    """
    fitted_on = validation["property"].value_counts()
    report = {}
    for name in after["property"].unique():
        photos = int(fitted_on.get(name, 0))
        report[name] = {
            "temperature": temperatures.get(name, 1.0),
            "fitted_on": photos,
            "note": None if name in temperatures else _too_few(photos),
            "before": _figures(before[before["property"] == name]),
            "after": _figures(after[after["property"] == name]),
        }
    return report


def reliability_curves(report: dict[str, Any]) -> dict[str, Any]:
    """Return the curves that `save_reliability_diagram` draws of a `calibration_report`."""
    curves = {}
    for name, own in report.items():
        prefix = "" if len(report) == 1 else f"{name}, "
        if own["note"] is None:
            curves[f"{prefix}calibrated"] = own["after"]["reliability"]
        curves[f"{prefix}as trained"] = own["before"]["reliability"]
    return curves


def _figures(table: pd.DataFrame) -> dict[str, Any]:
    return calibration_figures(table["probability"], table["correct"], table["group"].tolist())


def _too_few(photos: int) -> str:
    fewest = FEWEST_TO_CALIBRATE
    return f"{photos} validation photos are fewer than {fewest}: the probabilities are not calibrated."
