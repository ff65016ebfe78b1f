"""Rows of a map: the windows of each row, classified in batches as photos are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.slides.background import NoRock, background_kind, require_rock
from napari_rocks2net.slides.plan import MapPlan
from napari_rocks2net.slides.slide_map import CellState, SlideMap

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier


@dataclass(frozen=True)
class CellsDone:
    """Cells of a map that were done since the last step; none, where it only can be stopped."""

    row: int  # The row that is worked on.
    cells: int = 0  # How many more of its cells are done.
    complete: bool = False  # Whether the row is.
    errors: tuple[ImageError, ...] = ()  # Of the windows of a row that is complete.


RowSource = Callable[[MapPlan, SlideMap, Sequence[int]], Iterator[CellsDone]]
"""Fills the rows with some numbers in, of the map of a plan."""


def iterate_rows(
    classifier: RockClassifier, plan: MapPlan, result: SlideMap, rows: Sequence[int]
) -> Iterator[CellsDone]:
    """Fill rows of a map in, one after the other, here.

    Parameters
    ----------
    classifier : RockClassifier
        What classifies the windows.
    plan : MapPlan
        Which windows.
    result : SlideMap
        Is filled.
    rows : sequence of int
        Which rows.

    Yields
    ------
    CellsDone
        After each cell, and after each row.
    """
    for row in rows:
        errors: list[ImageError] = []
        for error in iterate_cells(classifier, plan, result, row, np.flatnonzero(plan.in_region[row])):
            errors.extend(filter(None, [error]))
            yield CellsDone(row, 1)
        yield CellsDone(row, complete=True, errors=tuple(errors))


def iterate_cells(
    classifier: RockClassifier, plan: MapPlan, result: SlideMap, row: int, columns: npt.NDArray[np.intp]
) -> Iterator[ImageError | None]:
    """Fill cells of a row in by their windows as photos.

    Parameters
    ----------
    classifier, plan, result
        See `iterate_rows`.
    row, columns : int and numpy.ndarray
        Of the cells; (N,) which of the row.

    Yields
    ------
    ImageError or None
        Of each cell, why its window cannot be read.
    """
    errors: dict[int, ImageError] = {}
    readers = [partial(_read, plan, result, row, int(column)) for column in columns]
    answers = classifier.predict_many(readers, on_error=errors.__setitem__)
    for index, (column, predictions) in enumerate(zip(columns.tolist(), answers, strict=True)):
        if predictions is not None:
            result.record(row, column, predictions, plan.slide.reduction(plan.level))
            yield None
        else:
            result.states[row, column] = _state_after(errors[index])
            yield None if isinstance(errors[index], NoRock) else errors[index]


def _state_after(error: ImageError) -> CellState:
    return CellState.BACKGROUND if isinstance(error, NoRock) else CellState.UNREADABLE


def _read(plan: MapPlan, result: SlideMap, row: int, column: int) -> npt.NDArray[np.uint8]:
    rgb = plan.read(row, column)
    result.show_cell(row, column, rgb)
    result.background[row, column] = kind = background_kind(rgb)
    require_rock(kind, plan.settings)
    return rgb
