"""Plan of a map: its windows, time and size, before it begins."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.grid import Grid
from napari_rocks2net.slides.learned_field import other_fields, usual_field
from napari_rocks2net.slides.region import Polygon, cells_within
from napari_rocks2net.slides.settings import MapSettings
from napari_rocks2net.slides.slide import Slide
from napari_rocks2net.wording import duration

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier

# What a file keeps of a cell beside the probabilities: state, picture and, of each property, area and
# unfamiliarity; and a row of the table in text.
BYTES_OF_CELL = 200
BYTES_OF_CLASS = 4 + 8
TIMED_WINDOWS = 2


@dataclass(frozen=True, eq=False)
class MapPlan:
    """Plan of a map of a slide."""

    slide: Slide
    """What is mapped."""
    settings: MapSettings
    """As they were given."""
    grid: Grid
    """Its windows."""
    in_region: npt.NDArray[np.bool_]
    """(rows, columns) bool: the cells in the region of interest."""
    level: int
    """The level of the slide that windows are read from: the coarsest that has as many pixels in a window as
    the network takes."""
    classes: int
    """How many probabilities a cell has."""
    doubt: str = ""
    """A sentence about properties that were learned from fields of another size."""

    @property
    def cells(self) -> int:
        """How many windows will be classified."""
        return int(self.in_region.sum())

    @property
    def megabytes(self) -> float:
        """What the map takes on disk, about."""
        return self.cells * (BYTES_OF_CELL + BYTES_OF_CLASS * self.classes) / 1e6

    def seconds(self, classifier: RockClassifier) -> float:
        """Return how long the map will take, about, by classifying a few of its windows."""
        cells, timed = np.argwhere(self.in_region), TIMED_WINDOWS * classifier.photos_at_once
        picked = cells[np.linspace(0, len(cells) - 1, timed).round().astype(int)]
        readers = [partial(self.read, int(row), int(column)) for row, column in picked]
        seconds = 0.0
        # The first time warms up.
        for some in (readers[: classifier.photos_at_once], readers):
            start = time.perf_counter()
            list(classifier.predict_many(some, on_error=lambda *_: None))
            seconds = time.perf_counter() - start
        return seconds / timed * self.cells

    def read(self, row: int, column: int) -> npt.NDArray[np.uint8]:
        """Read the window of a cell.

        Parameters
        ----------
        row, column : int
            Of the cell.

        Returns
        -------
        numpy.ndarray
            (Y, X, 3) uint8, at the scale of `level`.

        Raises
        ------
        ImageError
            When it cannot be read.
        """
        y0, x0, _, _ = self.grid.window(row, column)
        return self._read(row, column, y0, x0, self.grid.field)

    def read_cell(self, row: int, column: int) -> npt.NDArray[np.uint8]:
        """Return the picture of a cell itself, the middle of its window; see `read`.

        Parameters
        ----------
        row, column : int
            Of the cell.
        """
        top, left = self.grid.origin
        y0, x0 = top + row * self.grid.stride, left + column * self.grid.stride
        return self._read(row, column, y0, x0, self.grid.stride)

    def _read(self, row: int, column: int, y0: float, x0: float, side: int) -> npt.NDArray[np.uint8]:
        try:
            return self.slide.window(y0, x0, side, self.level)
        except ImageError as error:
            raise ImageError(f"{self.slide.name}, cell {row}, {column}: {error}") from error

    def sentence(self, seconds: float | None = None) -> str:
        """Return one line about what will be done."""
        grid, size = self.grid, self.slide.um_per_pixel
        metric = f" ({grid.field * size:,.4g} µm)" if size else " (pixel size not known)"
        reduced = self.slide.reduction(self.level)
        read = f", read at 1/{reduced:.3g}" if reduced > 1 else ""
        lasting = f", about {duration(seconds)}" if seconds is not None else ""
        doubt = f" {self.doubt}" if self.doubt else ""
        return (
            f"{self.slide.name}: {self.cells:,} windows of {grid.field:,} x {grid.field:,} pixels{metric} "
            f"every {grid.stride:,} pixels{read}{lasting}, about {max(1, round(self.megabytes)):,} MB.{doubt}"
        )


def plan_map(
    classifier: RockClassifier,
    slide: Slide,
    settings: MapSettings | None = None,
    region: Sequence[Polygon] | None = None,
) -> MapPlan:
    """Plan the map of a slide; nothing is read yet.

    Parameters
    ----------
    classifier : RockClassifier
        What will classify the windows.
    slide : Slide
        What is mapped.
    settings : MapSettings, optional
        Field, stride and what is left out.
    region : sequence of numpy.ndarray, optional
        Polygons, (N, 2) y and x in pixels of the slide, that the centres of the windows must lie in.

    Returns
    -------
    MapPlan
        What will be done.

    Raises
    ------
    SlideError
        When there is no window: the slide is too small, the stride too large, the region empty; and for a
        model of fields, as a scan shows one light.
    """
    settings = settings or MapSettings()
    cards = [model.card for model in classifier.models]
    if lights := [light for card in cards for light in card.lights]:
        raise SlideError(
            f"The model judges fields in {' and '.join(dict.fromkeys(lights))}, and a slide is a scan in one "
            "light: map it by a model of single photos."
        )
    names = [each.name for each in classifier.properties]
    size, um_per_pixel = max(card.preprocessing.size for card in cards), slide.um_per_pixel
    grid = Grid.over(slide, settings, usual_field(cards, names, um_per_pixel))
    classes = sum(len(each.classes) for each in classifier.properties)
    level = slide.level_for(grid.field / size)
    doubt = other_fields(cards, names, um_per_pixel and grid.field * um_per_pixel)
    return MapPlan(slide, settings, grid, cells_within(grid, region), level, classes, doubt)
