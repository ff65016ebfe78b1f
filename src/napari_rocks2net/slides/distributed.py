"""Rows of a map over the workers of a Dask cluster, each of which reads the slide itself."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.grid import Grid
from napari_rocks2net.slides.opening import open_slide
from napari_rocks2net.slides.plan import MapPlan
from napari_rocks2net.slides.rows import CellsDone, iterate_rows
from napari_rocks2net.slides.settings import MapSettings
from napari_rocks2net.slides.slide_map import SlideMap

if TYPE_CHECKING:
    from napari_rocks2net.classify import DistributedClassifier, RockClassifier


@dataclass(frozen=True)
class SharedPlan:
    """The plan of a map, for machines that see the slide under the same path."""

    path: str  # Of the slide, whole.
    um_per_pixel: float | None  # Of the slide.
    fingerprint: str  # Of the slide, see `Slide.fingerprint`.
    # As in `MapPlan`.
    settings: MapSettings
    grid: Grid
    level: int
    classes: int
    in_region: bytes  # `MapPlan.in_region`, eight cells a byte.

    @classmethod
    def of(cls, plan: MapPlan) -> Self:
        """Describe a plan.

        Raises
        ------
        SlideError
            When the slide is no file.
        """
        slide = plan.slide
        if slide.path is None:
            raise SlideError(
                f"{slide.name} is no file that other machines could read: save it as TIFF or OME-Zarr where "
                "all see it, and open it by open_slide."
            )
        in_region = np.packbits(plan.in_region).tobytes()
        path, parameters = str(slide.path.absolute()), (plan.settings, plan.grid, plan.level, plan.classes)
        return cls(path, slide.um_per_pixel, slide.fingerprint(), *parameters, in_region)

    def open(self) -> MapPlan:
        """Open the slide here, and return the plan.

        Raises
        ------
        ImageError
            When the slide cannot be opened.
        SlideError
            When it is another slide.
        """
        slide = open_slide(self.path, self.um_per_pixel)
        if slide.fingerprint() != self.fingerprint:
            slide.close()
            raise SlideError(f"{self.path} is another slide here: all machines must see the same files.")
        count = self.grid.rows * self.grid.columns
        cells = np.unpackbits(np.frombuffer(self.in_region, np.uint8), count=count)
        in_region = cells.reshape(self.grid.shape).astype(bool)
        plan = MapPlan(slide, self.settings, self.grid, in_region, self.level, self.classes)
        # Tasks of several threads may use it: it is closed with the last of them.
        weakref.finalize(plan, slide.close)
        return plan


@dataclass(frozen=True)
class RowAnswer:
    """Answer of a worker about a row."""

    row: int  # Which one.
    values: tuple[npt.NDArray[Any], ...]  # See `row_of`.
    errors: tuple[ImageError, ...]  # Of the windows that cannot be read.


class DistributedRows:
    """Fills rows of a map in by the workers of a cluster, a row a task; see `RowSource`.

    Parameters
    ----------
    classifier : DistributedClassifier
        Which has sent its models.
    """

    def __init__(self, classifier: DistributedClassifier) -> None:
        self._classifier = classifier

    def __call__(self, plan: MapPlan, result: SlideMap, rows: Sequence[int]) -> Iterator[CellsDone]:
        """Fill rows in, yielding several times a second.

        Parameters
        ----------
        plan : MapPlan
            Of a slide that is a file, which all workers see under the same path.
        result : SlideMap
            Is filled.
        rows : sequence of int
            Which rows.

        Raises
        ------
        SlideError
            When the slide is no file.
        ClusterError
            When a worker cannot read the slide or use a model, or the scheduler is lost.
        """
        shared = SharedPlan.of(plan)
        tasks = ((shared, row) for row in rows)
        for answer in self._classifier.workers.map_in_order(_fill_row, tasks):
            if answer is None:
                yield CellsDone(rows[0])
                continue
            for array, values in zip(row_of(result, answer.row), answer.values, strict=True):
                array[...] = values
            cells = int(plan.in_region[answer.row].sum())
            yield CellsDone(answer.row, cells, complete=True, errors=answer.errors)


def _fill_row(classifier: RockClassifier, task: tuple[SharedPlan, int]) -> RowAnswer:
    """Return the answer of a worker about a row of a map."""
    plan, row = _opened(task[0]), task[1]
    result = SlideMap.empty(plan, classifier.properties)
    steps = list(iterate_rows(classifier, plan, result, [row]))
    # What an error was caused by may not survive the way.
    errors = tuple(ImageError(str(each)) for step in steps for each in step.errors)
    return RowAnswer(row, tuple(row_of(result, row)), errors)


def row_of(result: SlideMap, row: int) -> list[npt.NDArray[Any]]:
    """Return all arrays of a map at a row, as views.

    A flat part of each array of the map and its properties, in the order of their fields.

    Parameters
    ----------
    result : SlideMap
        The map.
    row : int
        Which one.
    """
    values = [value for part in (result, *result.properties) for value in vars(part).values()]
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    return [array.reshape(result.grid.rows, -1)[row] for array in arrays]


# A slide is opened once for the tasks of a map, not for each: its blocks and its brightness are kept with it.
@lru_cache(maxsize=1)
def _opened(plan: SharedPlan) -> MapPlan:
    return plan.open()
