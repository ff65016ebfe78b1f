"""Rows of a map by the dense way, the doubtful cells again as photos."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import compress, groupby
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.slides.background import EXCLUDED_KINDS, kind_of_shares
from napari_rocks2net.slides.dense.agreement import is_doubtful
from napari_rocks2net.slides.dense.blocks import MapBlocks
from napari_rocks2net.slides.dense.calibrating import Calibrated
from napari_rocks2net.slides.dense.windows import SlidePart
from napari_rocks2net.slides.plan import MapPlan
from napari_rocks2net.slides.rows import CellsDone, iterate_cells
from napari_rocks2net.slides.slide_map import CellState, SlideMap

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier

Columns = npt.NDArray[np.intp]


class DenseRows:
    """Fills rows of a map in by the dense way; what cannot be is done exactly.

    Parameters
    ----------
    classifier : RockClassifier
        Whose networks are dense.
    blocks : sequence of MapBlocks
        The slide's maps by each of its models.
    calibrated : Calibrated
        On this slide.
    """

    def __init__(
        self, classifier: RockClassifier, blocks: Sequence[MapBlocks], calibrated: Calibrated
    ) -> None:
        self._classifier, self._blocks, self._calibrations = classifier, blocks, calibrated.models
        self._below = {each.property: each.again_below for each in calibrated.agreements}

    def __call__(self, plan: MapPlan, result: SlideMap, rows: Sequence[int]) -> Iterator[CellsDone]:
        """Fill rows in; see `RowSource`."""
        first = self._blocks[0]
        # As many cells as windows begin in a block, so that what is kept serves all of them.
        side = max(1, int(first.core * first.pixel / plan.grid.stride))
        for _, group in groupby(rows, lambda row: row // side):
            band = list(group)
            errors: dict[int, list[ImageError]] = {row: [] for row in band}
            for left in range(0, plan.grid.columns, side):
                columns = {
                    row: left + np.flatnonzero(plan.in_region[row, left : left + side]) for row in band
                }
                yield from self._tile(plan, result, columns, errors)
            for row in band:
                yield CellsDone(row, complete=True, errors=tuple(errors[row]))

    def _tile(
        self,
        plan: MapPlan,
        result: SlideMap,
        columns: dict[int, Columns],
        errors: dict[int, list[ImageError]],
    ) -> Iterator[CellsDone]:
        cells = {row: of_row for row, of_row in columns.items() if len(of_row)}
        if not cells:
            return
        try:
            parts = yield from self._parts(cells)
        except ImageError:
            # Some of the cells may be sound: each is looked at by itself.
            for row, of_row in cells.items():
                yield from self._exactly(plan, result, row, of_row, errors[row])
            return
        for row, of_row in cells.items():
            yield from self._row(plan, result, parts, row, of_row, errors[row])

    def _parts(self, cells: dict[int, Columns]) -> Generator[CellsDone, None, list[SlidePart]]:
        """Compute the maps that cells need, stopping after each block; return them."""
        parts = []
        for blocks in self._blocks:
            corners = np.concatenate([blocks.corners(row, of_row) for row, of_row in cells.items()])
            for key in blocks.blocks_of(corners):
                blocks.compute(*key)
                yield CellsDone(min(cells))
            parts.append(SlidePart(blocks, corners))
        return parts

    def _row(
        self,
        plan: MapPlan,
        result: SlideMap,
        parts: Sequence[SlidePart],
        row: int,
        columns: Columns,
        errors: list[ImageError],
    ) -> Iterator[CellsDone]:
        rock = self._with_rock(plan, result, parts[0], row, columns)
        yield CellsDone(row, len(columns) - len(rock))
        if not len(rock):
            return
        by_model = [
            part.answers(blocks.corners(row, rock), calibration)
            for part, blocks, calibration in zip(parts, self._blocks, self._calibrations, strict=True)
        ]
        answers = self._classifier.joined(by_model)
        doubtful = np.array([is_doubtful(each, self._below) for each in answers])
        for column, predictions in zip(rock[~doubtful].tolist(), compress(answers, ~doubtful), strict=True):
            result.dense[row, column] = 1
            result.record(row, column, predictions, 1.0)
        yield CellsDone(row, int((~doubtful).sum()))
        yield from self._exactly(plan, result, row, rock[doubtful], errors)

    def _with_rock(
        self, plan: MapPlan, result: SlideMap, part: SlidePart, row: int, columns: Columns
    ) -> Columns:
        """Show cells in the picture, record which are background, and return those that are not left out."""
        shares = part.background(self._blocks[0].corners(row, columns))
        kinds = np.array([kind_of_shares(bright, dark) for bright, dark in shares.tolist()])
        for column in columns.tolist():
            result.show_part(row, column, plan.read_cell(row, column))
        result.background[row, columns] = kinds
        excluded = np.isin(kinds, EXCLUDED_KINDS[plan.settings.leave_out])
        result.states[row, columns[excluded]] = CellState.BACKGROUND
        return columns[~excluded]

    def _exactly(
        self, plan: MapPlan, result: SlideMap, row: int, columns: Columns, errors: list[ImageError]
    ) -> Iterator[CellsDone]:
        for error in iterate_cells(self._classifier, plan, result, row, columns):
            errors.extend(filter(None, [error]))
            yield CellsDone(row, 1)
