"""Rows of a map over the workers of a Dask cluster, each of which reads the slide itself."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.grid import Grid
from napari_rocks2net.slides.opening import open_slide
from napari_rocks2net.slides.plan import MapPlan
from napari_rocks2net.slides.rows import CellsDone, RowSource, iterate_rows
from napari_rocks2net.slides.settings import MapSettings
from napari_rocks2net.slides.slide_map import SlideMap

if TYPE_CHECKING:
    from napari_rocks2net.classify import DistributedClassifier, RockClassifier

RowMaker = Callable[["RockClassifier", MapPlan], RowSource]


@dataclass(frozen=True)
class SharedPlan:
    """The plan of a map, for machines that see the slide under the same path.

    Parameters
    ----------
    path : str
        Of the slide, whole.
    um_per_pixel : float or None
        Of the slide.
    fingerprint : str
        Of the slide, see `Slide.fingerprint`.
    settings, grid, level, classes
        As in `MapPlan`.
    in_region : bytes
        `MapPlan.in_region`, eight cells a byte.
    """

    path: str
    um_per_pixel: float | None
    fingerprint: str
    settings: MapSettings
    grid: Grid
    level: int
    classes: int
    in_region: bytes

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
class Band:
    """Rows of a map, worked on by one task.

    Parameters
    ----------
    plan : SharedPlan
        Of the map.
    rows : tuple of int
        Which of its rows.
    make_rows : callable
        Makes, on the worker, what fills them in.
    """

    plan: SharedPlan
    rows: tuple[int, ...]
    make_rows: RowMaker


@dataclass(frozen=True)
class RowAnswer:
    """What a worker says about a row.

    Parameters
    ----------
    row : int
        Which one.
    values : tuple of numpy.ndarray
        See `row_of`.
    errors : tuple of ImageError
        Of the windows that cannot be read.
    """

    row: int
    values: tuple[npt.NDArray[Any], ...]
    errors: tuple[ImageError, ...]


class DistributedRows:
    """Fills rows of a map in by the workers of a cluster; see `RowSource`.

    Parameters
    ----------
    classifier : DistributedClassifier
        Which has sent its models.
    make_rows : callable
        Makes, on a worker, of its classifier and the plan what fills rows in; a function of a module.
    rows_of_task : int
        How many rows a task gets: those whose numbers have the same quotient by it.
    """

    def __init__(
        self, classifier: DistributedClassifier, make_rows: RowMaker | None = None, rows_of_task: int = 1
    ) -> None:
        self._classifier, self._make_rows = classifier, make_rows or rows_by_windows
        self._rows_of_task = rows_of_task

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
        groups = groupby(rows, lambda row: row // self._rows_of_task)
        bands = (Band(shared, tuple(group), self._make_rows) for _, group in groups)
        for answers in self._classifier.workers.map_in_order(map_band, bands):
            if answers is None:
                yield CellsDone(rows[0])
            for answer in answers or ():
                for array, values in zip(row_of(result, answer.row), answer.values, strict=True):
                    array[...] = values
                cells = int(plan.in_region[answer.row].sum())
                yield CellsDone(answer.row, cells, complete=True, errors=answer.errors)


def rows_by_windows(classifier: RockClassifier, plan: MapPlan) -> RowSource:
    """Return what fills rows in by every window as a photo.

    Parameters
    ----------
    classifier : RockClassifier
        What classifies them.
    plan : MapPlan
        Is given with the rows, too.
    """
    return partial(iterate_rows, classifier)


def map_band(classifier: RockClassifier, band: Band) -> list[RowAnswer]:
    """Fill rows in, on a worker.

    Parameters
    ----------
    classifier : RockClassifier
        The worker's.
    band : Band
        Which rows of which map.

    Returns
    -------
    list of RowAnswer
        One for each row.
    """
    plan = _opened(band.plan)
    result = SlideMap.empty(plan, classifier.properties)
    steps = list(band.make_rows(classifier, plan)(plan, result, band.rows))
    # What an error was caused by may not survive the way.
    errors = {step.row: [ImageError(str(each)) for each in step.errors] for step in steps if step.complete}
    return [RowAnswer(row, tuple(row_of(result, row)), tuple(errors[row])) for row in band.rows]


def row_of(result: SlideMap, row: int) -> list[npt.NDArray[Any]]:
    """Return all that a map says of a row, as views.

    Parameters
    ----------
    result : SlideMap
        The map.
    row : int
        Which one.

    Returns
    -------
    list of numpy.ndarray
        A flat part of each array of the map and its properties, in the order of their fields.
    """
    values = [value for part in (result, *result.properties) for value in vars(part).values()]
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    return [array.reshape(result.grid.rows, -1)[row] for array in arrays]


# A slide is opened once for the tasks of a map, not for each: its blocks and its brightness are kept with it.
@lru_cache(maxsize=1)
def _opened(plan: SharedPlan) -> MapPlan:
    return plan.open()
