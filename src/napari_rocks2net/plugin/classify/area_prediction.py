"""Prediction with a person's critical area: the job that classifies an image again."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.layers.result_table import PERSONS_AREA, ResultRow

if TYPE_CHECKING:
    from napari_rocks2net.classify import CriticalArea, Predictions, RockClassifier

SharedArea = tuple[ResultRow, ...]
"""The rows of one plane whose model looked at the same critical area."""


@dataclass(frozen=True, eq=False)
class AreaRequest:
    """Request to classify an area that a person chose, and the rows that it concerns."""

    rows: SharedArea
    area: CriticalArea


def predict_areas(
    classifier: RockClassifier, requests: Sequence[AreaRequest]
) -> Generator[Progress, None, list[tuple[SharedArea, SharedArea]]]:
    """Classify with given areas, as work for a job.

    Parameters
    ----------
    classifier : RockClassifier
        Knows the properties of the rows.
    requests : sequence of AreaRequest
        Their models run, others do not.

    Returns
    -------
    list of tuple
        The rows of each request before and after.
    """
    changed = []
    for request in requests:
        chosen = classifier.select(*(row.prediction.property for row in request.rows))
        plane = request.rows[0].plane
        predictions = chosen.predict(plane.image_for(chosen), request.area, pixel_size=plane.pixel_size)
        changed.append((request.rows, tuple(_moved(row, predictions, request.area) for row in request.rows)))
        yield Progress(len(changed), len(requests))
    return changed


def _moved(row: ResultRow, predictions: Predictions, area: CriticalArea) -> ResultRow:
    # The area of the request, to the last digit, so that the rectangle stays put.
    prediction = replace(predictions[row.prediction.property], critical_area=area)
    return replace(row, prediction=prediction, area_by=PERSONS_AREA)
