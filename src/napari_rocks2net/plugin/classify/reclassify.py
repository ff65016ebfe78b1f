"""Moving or resizing a critical area classifies its image again with that area."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np

from napari_rocks2net.plugin.layers.result_layers import (
    ResultPair,
    area_vertices,
    reset_foreign_shapes,
    shape_of_row,
    update_row,
)
from napari_rocks2net.plugin.layers.result_table import PERSONS_AREA, ResultRow, area_facts, rows_by_area
from napari_rocks2net.plugin.work.jobs import JobRunner, Progress

if TYPE_CHECKING:
    import napari

    from napari_rocks2net.classify import CriticalArea, Predictions, RockClassifier

PAUSE_MS = 300
UNDO_KEY = "Control-Z"
# Closer than this many pixels a rectangle has not moved.
TOLERANCE = 0.01


@dataclass(frozen=True, eq=False)
class AreaRequest:
    """The lines of the tables that share an area, and where a person wants their model to look."""

    rows: tuple[ResultRow, ...]
    area: CriticalArea


def watch_areas(viewer: napari.Viewer, pair: ResultPair, classifier: RockClassifier) -> AreaWatcher:
    """Classify again whenever a rectangle of the critical areas is moved or resized.

    The watcher lives as long as the layer that it watches.
    """
    watcher = AreaWatcher(viewer, pair, classifier)
    layer = pair.critical_areas
    # A function, not a method: napari holds methods weakly, and nothing else holds the watcher.
    layer.events.data.connect(lambda event: watcher.areas_changed())
    removed = viewer.layers.events.removed

    def stop(event: Any) -> None:
        if event.value is layer:
            watcher.stop()
            removed.disconnect(stop)

    removed.connect(stop)
    layer.bind_key(UNDO_KEY, lambda layer: watcher.undo())
    return watcher


class AreaWatcher:
    """Keeps the results in step with the rectangles.

    Parameters
    ----------
    viewer : napari.Viewer
        Where to say what happened.
    pair : ResultPair
        The layers of one run.
    classifier : RockClassifier
        What made them.
    """

    def __init__(self, viewer: napari.Viewer, pair: ResultPair, classifier: RockClassifier) -> None:
        self._viewer = ref(viewer)
        self._layer = ref(pair.critical_areas)
        self._predictions = ref(pair.predictions)
        self._frame = pair.frame
        self._classifier = classifier
        self._sharing = {rows[0].number: rows for rows in rows_by_area(pair.rows)}
        self._earlier: list[tuple[ResultRow, ...]] = []
        self._changing = False
        self._drawn = 0
        self._runner = JobRunner()
        self._pause = _single_shot_timer(self.classify_changed)

    @property
    def running(self) -> bool:
        """Whether an image is being classified again."""
        return self._runner.running

    def areas_changed(self) -> None:
        """Wait until the person pauses; called at every step of a drag."""
        if self._changing or self._pause is None:
            return
        # An answer to the area before this change would put the rectangle back there.
        self._runner.cancel()
        self._pause.start(PAUSE_MS)

    def stop(self) -> None:
        """Drop what is under way; called when the watched layer leaves the viewer."""
        if self._pause is not None:
            self._pause.stop()
        self._runner.cancel()

    def classify_changed(self) -> None:
        """Classify the images whose rectangles are not where they were."""
        layer = self._layer()
        if layer is None:
            return
        with self._own_change():
            drawn = reset_foreign_shapes(layer)
        before, self._drawn = self._drawn, drawn
        if drawn > before:
            self._say("A drawn or pasted rectangle has no class: move or resize an existing one instead.")
        if requests := self._requests():
            self._say("Classifying again with the moved critical area ...")
            self._runner.start(
                lambda: predict_areas(self._classifier, requests),
                on_progress=lambda progress: None,
                on_done=self._accept,
                on_error=lambda error: self._refuse(requests, error),
            )

    def undo(self) -> None:
        """Take back the last change of an area: the rectangle, its class and its probabilities."""
        if not self._earlier:
            self._say("There is no change of a critical area to take back.")
            return
        self._runner.cancel()
        self._show(self._earlier.pop())

    def _requests(self) -> list[AreaRequest]:
        requests = []
        for rows in self._sharing.values():
            row = rows[0]
            vertices = self._moved_vertices(row)
            if vertices is None:
                continue
            try:
                area = row.plane.area(self._frame.to_image(row.plane.transform, vertices))
            except ValueError:
                self._say(f"The critical area lies outside of {row.plane.name!r}; it was put back.")
                self._place(row)
                continue
            requests.append(AreaRequest(rows, area))
        return requests

    def _moved_vertices(self, row: ResultRow) -> np.ndarray | None:
        """Return where a line's rectangle is now, None if it is where it was or was removed."""
        layer = self._layer()
        index = None if layer is None else shape_of_row(layer, row.number)
        if layer is None or index is None:
            return None
        now = np.asarray(layer.data[index], dtype=float)
        return None if self._in_place(row, now) else now

    def _in_place(self, row: ResultRow, vertices: np.ndarray) -> bool:
        """Compare in the image's pixels: the world may be measured in metres."""
        area = row.prediction.critical_area
        assert area is not None
        there = row.plane.vertices(area)
        if vertices.shape != there.shape:
            return False
        # napari keeps single precision.
        tolerance = TOLERANCE + 1e-6 * max(row.plane.size)
        return bool(np.all(np.abs(self._frame.to_image(row.plane.transform, vertices) - there) <= tolerance))

    def _accept(self, found: Sequence[tuple[ResultRow, ...]]) -> None:
        for rows in found:
            self._earlier.append(self._sharing[rows[0].number])
            self._show(rows)
        self._say("; ".join(f"{row.plane.name}: {row.caption()}" for rows in found for row in rows))

    def _refuse(self, requests: Sequence[AreaRequest], error: Exception) -> None:
        for request in requests:
            self._place(request.rows[0])
        self._say(f"The moved critical area could not be classified and was put back: {error}")

    def _show(self, rows: tuple[ResultRow, ...]) -> None:
        self._sharing[rows[0].number] = rows
        self._place(rows[0])
        layer, predictions = self._layer(), self._predictions()
        if layer is not None:
            update_row(layer, rows[0].number, area_facts(rows))
        if predictions is not None:
            for row in rows:
                update_row(predictions, row.number, row.all_facts())

    def _place(self, row: ResultRow) -> None:
        """Draw a line's rectangle exactly where the model looked: upright and inside of the image."""
        layer = self._layer()
        index = None if layer is None else shape_of_row(layer, row.number)
        if layer is None or index is None or self._moved_vertices(row) is None:
            return
        selected = set(layer.selected_data)
        data = list(layer.data)
        data[index] = area_vertices(row, self._frame)
        with self._own_change():
            layer.data = data
            layer.selected_data = selected

    def _own_change(self) -> _Flag:
        return _Flag(self)

    def _say(self, text: str) -> None:
        viewer = self._viewer()
        if viewer is not None:
            viewer.status = text


class _Flag:
    """Marks the changes that the watcher makes itself."""

    def __init__(self, watcher: AreaWatcher) -> None:
        self._watcher = watcher

    def __enter__(self) -> None:
        self._watcher._changing = True

    def __exit__(self, *error: object) -> None:
        self._watcher._changing = False


def predict_areas(
    classifier: RockClassifier, requests: Sequence[AreaRequest]
) -> Generator[Progress, None, list[tuple[ResultRow, ...]]]:
    """Classify with given areas; yields after each, returns the new lines."""
    start, answered = time.monotonic(), []
    for request in requests:
        model = classifier.select(*(row.prediction.property for row in request.rows))
        predictions = model.predict(request.rows[0].plane.read, request.area)
        answered.append(tuple(_with_area(row, predictions, request.area) for row in request.rows))
        yield Progress(len(answered), len(requests), time.monotonic() - start)
    return answered


def _with_area(row: ResultRow, predictions: Predictions, area: CriticalArea) -> ResultRow:
    # The area of the request, to the last digit, so that the rectangle stays put.
    prediction = replace(predictions[row.prediction.property], critical_area=area)
    return replace(row, prediction=prediction, area_by=PERSONS_AREA)


def _single_shot_timer(call: Any) -> Any:
    """Return a timer that waits for a pause, None where no Qt application runs."""
    from qtpy.QtCore import QCoreApplication, QTimer

    if QCoreApplication.instance() is None:
        return None
    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(call)
    return timer
