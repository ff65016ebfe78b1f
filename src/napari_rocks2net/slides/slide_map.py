"""Slide map: the prediction for every cell of a slide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.slides.grid import Grid
from napari_rocks2net.slides.plan import MapPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari_rocks2net.classify import Predictions

Floats = npt.NDArray[np.float32]

# The picture of the slide that a map carries has about so many pixels on its longer side.
PICTURE_SIDE = 1200
LARGEST_CELL_PICTURE = 128


class CellState(IntEnum):
    """State of a cell."""

    PENDING = 0
    ANSWERED = 1
    OUTSIDE = 2
    """Not in the region of interest."""
    BACKGROUND = 3
    """Mostly no rock, left out as asked."""
    UNREADABLE = 4
    """A part of its window cannot be read."""


@dataclass(frozen=True, eq=False)
class PropertyMap:
    """The answers for one rock property; NaN in cells that have none."""

    rock_property: RockProperty
    """Its name and classes."""
    probabilities: Floats
    """(rows, columns, classes) float32."""
    unfamiliar: Floats
    """(rows, columns) float32, see `Prediction.unfamiliar`."""
    critical_areas: Floats
    """(rows, columns, 4) float32: y0, x0, y1, x1 in pixels of the slide."""

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """Which cells have an answer, (rows, columns)."""
        return np.asarray(np.isfinite(self.probabilities[..., 0]))

    def classes(self) -> npt.NDArray[np.uint16]:
        """Return the number of each cell's class, (rows, columns): 1 for the first, 0 for no answer."""
        best = np.nan_to_num(self.probabilities, nan=-1).argmax(axis=2) + 1
        return np.where(self.answered, best, 0).astype(np.uint16)

    def without(self, cells: npt.NDArray[np.bool_]) -> PropertyMap:
        """Return a copy without the answers of some cells, (rows, columns)."""
        values = {
            name: getattr(self, name).copy() for name in ("probabilities", "unfamiliar", "critical_areas")
        }
        for array in values.values():
            array[cells] = np.nan
        return replace(self, **values)

    def confidence(self) -> Floats:
        """Return the probability of each cell's class, (rows, columns), NaN for no answer."""
        best = np.nan_to_num(self.probabilities, nan=-1).max(axis=2)
        return np.where(self.answered, best, np.float32(np.nan))


@dataclass(frozen=True, eq=False)
class SlideMap:
    """Answers for the cells of a grid over a slide."""

    name: str
    """Of the slide."""
    grid: Grid
    """Where the cells lie."""
    um_per_pixel: float | None
    """Of the slide."""
    states: npt.NDArray[np.uint8]
    """(rows, columns) uint8, see `CellState`."""
    background: npt.NDArray[np.uint8]
    """(rows, columns) uint8: 1 where a window is mostly bright and colourless, as glass is, 2 where it is
    mostly dark, whether that was left out or not."""
    dense: npt.NDArray[np.uint8]
    """(rows, columns) uint8: 1 where the answer is by the dense way, which is near that of the window as a
    photo but not the same."""
    picture: npt.NDArray[np.uint8]
    """(rows x n, columns x n, 3) uint8: the slide at the scale of the map, n pixels a cell."""
    properties: tuple[PropertyMap, ...]
    """One for each of the classifier's properties."""

    @classmethod
    def empty(cls, plan: MapPlan, properties: Sequence[RockProperty]) -> SlideMap:
        """Return the map of a plan before anything is answered.

        Parameters
        ----------
        plan : MapPlan
            What will be done.
        properties : sequence of RockProperty
            What will be named.
        """
        rows, columns = plan.grid.shape
        side = int(np.clip(-(-PICTURE_SIDE // max(rows, columns)), 1, LARGEST_CELL_PICTURE))
        states = np.where(plan.in_region, CellState.PENDING, CellState.OUTSIDE).astype(np.uint8)
        return cls(
            plan.slide.name,
            plan.grid,
            plan.slide.um_per_pixel,
            states,
            np.zeros((rows, columns), np.uint8),
            np.zeros((rows, columns), np.uint8),
            np.full((rows * side, columns * side, 3), 255, np.uint8),
            tuple(
                PropertyMap(
                    each, _nan(rows, columns, len(each.classes)), _nan(rows, columns), _nan(rows, columns, 4)
                )
                for each in properties
            ),
        )

    def snapshot(self) -> SlideMap:
        """Return a copy that grows no more; a cell that is being filled in has no answer in it."""
        # First: a cell is answered when all else that belongs to it is there.
        states = self.states.copy()
        unanswered = states != CellState.ANSWERED
        properties = tuple(each.without(unanswered) for each in self.properties)
        arrays = {name: getattr(self, name).copy() for name in ("background", "dense", "picture")}
        return replace(self, states=states, properties=properties, **arrays)

    def __getitem__(self, property: str) -> PropertyMap:
        """Return the answers for a property."""
        for each in self.properties:
            if each.rock_property.name == property:
                return each
        raise KeyError(property)

    def count(self, state: CellState) -> int:
        """Return how many cells are in a state."""
        return int((self.states == state).sum())

    def answered_by_way(self) -> dict[str, int]:
        """Return how many cells were answered by windows by themselves, and by maps of the whole slide."""
        dense = int(((self.dense == 1) & (self.states == CellState.ANSWERED)).sum())
        return {"exact": self.count(CellState.ANSWERED) - dense, "dense": dense}

    def answered_background(self) -> int:
        """Return how many answered cells are mostly glass, or dark."""
        return int(((self.background > 0) & (self.states == CellState.ANSWERED)).sum())

    def record(
        self, row: int, column: int, predictions: Mapping[str, Any] | Predictions, times: float
    ) -> None:
        """Put in the answers of a window.

        Parameters
        ----------
        row, column : int
            Of its cell.
        predictions : mapping of Prediction
            What the classifier says about it.
        times : float
            Pixels of the slide in one of the window that was classified.
        """
        y0, x0, _, _ = self.grid.window(row, column)
        for each in self.properties:
            prediction = predictions[each.rock_property.name]
            values = [prediction.probabilities[name] for name in each.rock_property.classes]
            each.probabilities[row, column] = values
            if prediction.unfamiliar is not None:
                each.unfamiliar[row, column] = prediction.unfamiliar
            if prediction.critical_area is not None:
                corner = np.array([y0, x0, y0, x0])
                each.critical_areas[row, column] = corner + times * np.array(prediction.critical_area.box)
        self.states[row, column] = CellState.ANSWERED

    def show_cell(self, row: int, column: int, rgb: npt.NDArray[np.uint8]) -> None:
        """Put the middle of a window, which is its cell, into the picture.

        Parameters
        ----------
        row, column : int
            Of the cell.
        rgb : numpy.ndarray
            (Y, X, 3) uint8, the whole window.
        """
        part = max(1, round(len(rgb) * self.grid.stride / self.grid.field))
        margin = (len(rgb) - part) // 2
        self.show_part(row, column, rgb[margin : margin + part, margin : margin + part])

    def show_part(self, row: int, column: int, rgb: npt.NDArray[np.uint8]) -> None:
        """Put a cell into the picture.

        Parameters
        ----------
        row, column, rgb
            See `show_cell`, but of the cell alone.
        """
        side = self.picture.shape[0] // self.grid.rows
        cell = Image.fromarray(rgb)
        place = slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side)
        self.picture[place] = np.asarray(cell.resize((side, side), Image.Resampling.BOX))


def _nan(*shape: int) -> Floats:
    return np.full(shape, np.nan, np.float32)
