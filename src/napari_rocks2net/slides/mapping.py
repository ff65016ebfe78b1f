"""Mapping of slides: window by window in batches, row by row to disk."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.slides.distributed import DistributedRows
from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.map_folder import MapFolder
from napari_rocks2net.slides.plan import MapPlan, plan_map
from napari_rocks2net.slides.region import Polygon
from napari_rocks2net.slides.rows import RowSource, iterate_rows
from napari_rocks2net.slides.settings import MapSettings
from napari_rocks2net.slides.slide import Slide
from napari_rocks2net.slides.slide_map import CellState, SlideMap
from napari_rocks2net.slides.ways import ChosenWay, choose_way

if TYPE_CHECKING:
    from distributed import Client

    from napari_rocks2net.classify import RockClassifier

OnProgress = Callable[[int, int], None]
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
    on_progress: OnProgress | None = None,
    on_error: OnError | None = None,
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
    result = SlideMap.empty(plan, classifier.properties)
    folder = None if out is None else MapFolder.begin(out, plan, classifier, result, resume=resume)
    with row_source(classifier, client) as cluster:
        way = begin_way(classifier, plan, folder, cluster)
        for done, total in iterate_map(classifier, plan, result, folder, on_error, way.rows(classifier)):
            if on_progress is not None:
                on_progress(done, total)
    if folder is not None:
        folder.finish(result)
    return result


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
        For `begin_way`.
    """
    from napari_rocks2net.classify import DistributedClassifier

    if client is None:
        yield None
        return
    with DistributedClassifier(classifier, client) as distributed:
        yield DistributedRows(distributed)


def begin_way(
    classifier: RockClassifier,
    plan: MapPlan,
    folder: MapFolder | None = None,
    cluster: RowSource | None = None,
) -> ChosenWay:
    """Return how a map is made: as it was begun, or else as is chosen now, which is written down.

    Parameters
    ----------
    classifier : RockClassifier
        What classifies the windows.
    plan : MapPlan
        Which windows.
    folder : MapFolder, optional
        Where the map is written to.
    cluster : callable, optional
        Fills rows in on other computers, window by window; see `row_source`.

    Returns
    -------
    ChosenWay
        See `choose_way`, whose error it raises too.
    """
    begun = None if folder is None else folder.stored_way(classifier, plan)
    way = begun or choose_way(classifier, plan, cluster)
    if cluster is not None and way.calibrated is not None:
        raise SlideError("The map was begun by the dense way, which a cluster has not: go on without one.")
    if folder is not None and begun is None:
        folder.keep_way(way)
    return way if cluster is None else replace(way, cluster=cluster)


def iterate_map(
    classifier: RockClassifier,
    plan: MapPlan,
    result: SlideMap,
    folder: MapFolder | None = None,
    on_error: OnError | None = None,
    rows: RowSource | None = None,
) -> Generator[tuple[int, int], None, SlideMap]:
    """Fill a map in, yielding after each cell, where it can be stopped.

    Parameters
    ----------
    classifier : RockClassifier
        What classifies the windows.
    plan : MapPlan
        Which windows.
    result : SlideMap
        The empty map of the plan; it fills as this goes on.
    folder : MapFolder, optional
        Where each row is written when it is done; the rows that it has are not done again.
    on_error : callable, optional
        Called with the error of each window that cannot be read.
    rows : callable, optional
        What fills rows in, instead of `iterate_rows`; see `ChosenWay.rows`.

    Yields
    ------
    tuple of int
        Cells done, and cells in all.

    Returns
    -------
    SlideMap
        The same map.

    Raises
    ------
    SlideError
        When none of the windows can be read, or the disk is full.
    """
    missing = [row for row in range(plan.grid.rows) if folder is None or row not in folder.rows]
    total, problem = plan.cells, None
    done = total - int(plan.in_region[missing].sum())
    for step in (rows or partial(iterate_rows, classifier))(plan, result, missing):
        for error in step.errors:
            problem = problem or error
            if on_error is not None:
                on_error(error)
        if folder is not None and step.complete:
            folder.write_row(step.row)
        done += step.cells
        yield done, total
    if problem is not None and not result.count(CellState.ANSWERED):
        raise SlideError(f"No window of the slide can be read. {problem}") from problem
    return result
