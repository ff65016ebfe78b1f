"""Mapping of slides: window by window in batches, row by row to disk."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.slides.distributed import DistributedRows
from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.map_folder import MapFolder
from napari_rocks2net.slides.plan import MapPlan, plan_map
from napari_rocks2net.slides.region import Polygon
from napari_rocks2net.slides.rows import RowSource
from napari_rocks2net.slides.settings import MapSettings
from napari_rocks2net.slides.slide import Slide
from napari_rocks2net.slides.slide_map import CellState, SlideMap
from napari_rocks2net.slides.ways import ChosenWay, choose_way

if TYPE_CHECKING:
    from distributed import Client

    from napari_rocks2net.classify import RockClassifier

OnError = Callable[[ImageError], None]


def map_slide(
    classifier: RockClassifier,
    slide: Slide,
    settings: MapSettings | None = None,
    *,
    region: Sequence[Polygon] | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    client: Client | None = None,
    on_progress: OnProgress = lambda done, total: None,
    on_error: OnError = lambda _: None,
) -> SlideMap:
    """Classify a slide window by window.

    Parameters
    ----------
    classifier : RockClassifier
        Names one property or several.
    slide : Slide
        See `open_slide` and `Slide.of_arrays`.
    settings : MapSettings, optional
        Field, stride, way, and what is left out.
    region : sequence of numpy.ndarray, optional
        Polygons, (N, 2) y and x in pixels of the slide: windows whose centres lie in none are left out.
    out : str or pathlib.Path, optional
        A folder that the map is written to, row by row, and at the end tables and overviews.
    resume : bool
        Whether to go on with an interrupted map of the same slide in that folder.
    client : distributed.Client, optional
        Of a Dask cluster, whose workers read the slide and classify; see `DistributedClassifier`.
    on_progress : callable, optional
        Called with the number of cells done and of all.
    on_error : callable, optional
        Called with the error of each window that cannot be read; its cell stays empty and is counted.

    Returns
    -------
    SlideMap
        The answers.

    Raises
    ------
    SlideError
        When there is nothing to map, the folder holds another map, or none of the windows can be read; with
        a client, when the slide is no file.
    ClusterError
        When the cluster cannot be used.
    """
    plan = plan_map(classifier, slide, settings, region)
    with row_source(classifier, client) as cluster:
        begun = BegunMap.of(classifier, plan, out, cluster, resume=resume)
        for done, total in begun.fill(on_error):
            on_progress(done, total)
    return begun.result


@contextmanager
def row_source(classifier: RockClassifier, client: Client | None) -> Iterator[RowSource | None]:
    """Send a classifier to the workers of a cluster, where there is one.

    Parameters
    ----------
    classifier : RockClassifier
        What classifies the windows.
    client : distributed.Client or None
        Of the cluster.

    Yields
    ------
    RowSource or None
        For `BegunMap.of`.
    """
    from napari_rocks2net.classify import DistributedClassifier

    if client is None:
        yield None
        return
    with DistributedClassifier(classifier, client) as distributed:
        yield DistributedRows(distributed)


@dataclass(frozen=True, eq=False)
class BegunMap:
    """A map before its first window, or after those that a folder has of it."""

    classifier: RockClassifier
    """What classifies the windows."""
    plan: MapPlan
    """Which windows."""
    result: SlideMap
    """The map of the plan; it fills as `fill` goes on."""
    way: ChosenWay
    """How."""
    folder: MapFolder | None = None
    """Where each row is written when it is done; the rows that it has are not done again."""

    @classmethod
    def of(
        cls,
        classifier: RockClassifier,
        plan: MapPlan,
        out: str | Path | None = None,
        cluster: RowSource | None = None,
        **existing: bool,
    ) -> Self:
        """Begin a map: as it was begun before, or else as is chosen now, which is written down.

        Parameters
        ----------
        classifier, plan
            See `BegunMap`.
        out : str or pathlib.Path, optional
            A folder that the map is written to.
        cluster : callable, optional
            Fills rows in on other computers, window by window; see `row_source`.
        **existing : bool
            ``resume`` or ``overwrite`` a map in that folder, see `MapFolder.begin`.

        Raises
        ------
        SlideError
            When the folder holds another map, or see `choose_way`.
        """
        result = SlideMap.empty(plan, classifier.properties)
        folder = None if out is None else MapFolder.begin(out, plan, classifier, result, **existing)
        begun = None if folder is None else folder.stored_way(classifier, plan)
        way = begun or choose_way(classifier, plan, cluster)
        if cluster is not None and way.calibrated is not None:
            raise SlideError("The map was begun by the dense way, which a cluster has not: go on without.")
        if folder is not None and begun is None:
            folder.keep_way(way)
        return cls(classifier, plan, result, replace(way, cluster=cluster), folder)

    @cached_property
    def seconds(self) -> float:
        """What all of it takes, about; measured on a few windows where the way was not."""
        return self.plan.seconds(self.classifier) if self.way.seconds is None else self.way.seconds

    @property
    def sentences(self) -> list[str]:
        """What will be done, how long it takes, and what is done already."""
        sentences = [self.plan.sentence(self.seconds), self.way.sentence]
        if self.folder is not None and (rows := len(self.folder.rows)):
            sentences.append(f"{rows} of {self.plan.grid.rows} rows are in {self.folder.path} already.")
        return sentences

    def fill(self, on_error: OnError = lambda _: None) -> Generator[tuple[int, int], None, SlideMap]:
        """Fill the map in, yielding after each cell, where it can be stopped, and write its tables.

        Parameters
        ----------
        on_error : callable, optional
            Called with the error of each window that cannot be read.

        Yields
        ------
        tuple of int
            Cells done, and cells in all.

        Raises
        ------
        SlideError
            When none of the windows can be read, or the disk is full.
        """
        with self.folder.locked() if self.folder is not None else nullcontext():
            yield from self._fill(on_error)
        return self.result

    def _fill(self, on_error: OnError) -> Iterator[tuple[int, int]]:
        done_rows = self.folder.rows if self.folder else ()
        missing = [row for row in range(self.plan.grid.rows) if row not in done_rows]
        total, problem = self.plan.cells, None
        done = total - int(self.plan.in_region[missing].sum())
        for step in self.way.rows(self.classifier)(self.plan, self.result, missing):
            for error in step.errors:
                problem = problem or error
                on_error(error)
            if self.folder is not None and step.complete:
                self.folder.write_row(step.row)
            done += step.cells
            yield done, total
        if problem is not None and not self.result.count(CellState.ANSWERED):
            raise SlideError(f"No window of the slide can be read. {problem}") from problem
        if self.folder is not None:
            self.folder.finish(self.result)
