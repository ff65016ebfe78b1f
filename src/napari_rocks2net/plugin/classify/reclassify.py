"""Reclassification: moving or resizing a critical area classifies its image again with that area."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import ref

import napari
import numpy as np
from superqt.utils import qdebounced

from napari_rocks2net.plugin.classify.area_prediction import AreaRequest, SharedArea, predict_areas
from napari_rocks2net.plugin.classify.status_line import StatusLine
from napari_rocks2net.plugin.layers.result_layers import ResultPair
from napari_rocks2net.plugin.layers.result_shapes import (
    area_vertices,
    reset_foreign_shapes,
    restore_area,
    shape_of_row,
    update_rows,
)
from napari_rocks2net.plugin.layers.result_table import ROW, ResultMark, ResultRow, rows_by_area
from napari_rocks2net.plugin.layers.shapes_region import FINISHED
from napari_rocks2net.plugin.layers.transforms import ResultFrame
from napari_rocks2net.plugin.work.jobs import JobRunner

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier

PAUSE_MS = 150
# Closer than this many pixels a rectangle has not moved.
TOLERANCE = 0.01


class AreaWatcher:
    """Keeps the results in step with the rectangles."""

    def __init__(self, viewer: napari.Viewer, pair: ResultPair, classifier: RockClassifier) -> None:
        self._status = StatusLine(viewer)
        self._layer = ref(pair.critical_areas)
        self._predictions = ref(pair.predictions)
        self._changing = False
        self._runner = JobRunner()
        self._classify_after_pause = qdebounced(self.classify_changed, timeout=PAUSE_MS)
        self.follow(pair.frame, classifier)

    @property
    def running(self) -> bool:
        """Whether an image is being classified again."""
        return self._runner.running

    @property
    def classifier(self) -> RockClassifier:
        """What gave the answers that are watched."""
        return self._classifier

    def follow(self, frame: ResultFrame, classifier: RockClassifier) -> None:
        """Turn to the results of another run, which the layer shows now; earlier changes are forgotten."""
        self.stop()
        layer = self._layer()
        self.frame, self._classifier = frame, classifier
        self._earlier: list[SharedArea] = []
        self._present: set[int] = set(layer.features[ROW]) if layer is not None else set()
        self._foreign = 0

    def areas_changed(self, event: Any) -> None:
        """Wait until a drag has ended; called at every step of it."""
        if self._changing:
            return
        # An answer to the area before this change would put the rectangle back there.
        self._runner.cancel()
        if str(event.action) in FINISHED:
            self._classify_after_pause()
        else:
            self._classify_after_pause.cancel()

    def stop(self) -> None:
        """Drop what is under way; called when the watched layer leaves the viewer."""
        self._classify_after_pause.cancel()
        self._runner.cancel()

    def classify_changed(self) -> None:
        """Classify the images whose rectangles are not where they were."""
        layer = self._layer()
        if layer is None:
            return
        with self._own_change():
            foreign = reset_foreign_shapes(layer)
        before, self._foreign = self._foreign, foreign
        if foreign > before:
            self._status.show(
                "A drawn or pasted rectangle has no class: move or resize an existing one instead."
            )
        self._remember_removed(layer)
        if requests := list(self._requests(layer)):
            self._status.show("Classifying again with the moved critical area ...")
            self._runner.start(
                lambda: predict_areas(self._classifier, requests),
                on_done=self._accept,
                on_error=lambda reason: self._refuse(requests, reason),
            )

    def undo(self) -> None:
        """Take back the last drag or deletion: the rectangle, its class and its probabilities."""
        layer = self._layer()
        if layer is None:
            return
        self._classify_after_pause.cancel()
        self._runner.cancel()
        self._remember_removed(layer)
        # A drag that has no answer yet is the last change.
        if moved := [rows for rows in self._areas(layer) if self._moved_vertices(rows[0]) is not None]:
            for rows in moved:
                self._place(rows[0])
        elif self._earlier:
            self._show(self._earlier.pop())
        else:
            self._status.show("There is no change of a critical area to take back.")

    def _remember_removed(self, layer: Any) -> None:
        """Let the deletion of a rectangle be a change that can be taken back."""
        present = set(layer.features[ROW])
        removed = [rows for rows in self._areas(layer) if rows[0].number in self._present - present]
        self._earlier += removed
        self._present = present
        if removed:
            self._status.show("The critical area is deleted, its answer stays; Ctrl+Z brings it back.")

    @staticmethod
    def _areas(layer: Any) -> tuple[SharedArea, ...]:
        mark = ResultMark.of_own(layer)
        return rows_by_area(mark.rows.values()) if mark is not None else ()

    def _requests(self, layer: Any) -> Iterator[AreaRequest]:
        for rows in self._areas(layer):
            vertices = self._moved_vertices(rows[0])
            if vertices is None:
                continue
            plane = rows[0].plane
            try:
                area = plane.area(self.frame.to_image(plane.transform, vertices))
            except ValueError:
                self._status.show(f"The critical area lies outside of {plane.name!r}; it was put back.")
                self._place(rows[0])
                continue
            yield AreaRequest(rows, area)

    def _moved_vertices(self, row: ResultRow) -> np.ndarray | None:
        """Return where a row's rectangle is now, None if it is where it was or was removed."""
        layer = self._layer()
        index = None if layer is None else shape_of_row(layer, row.number)
        if layer is None or index is None:
            return None
        vertices = np.asarray(layer.data[index], dtype=float)
        return None if self._in_place(row, vertices) else vertices

    def _in_place(self, row: ResultRow, vertices: np.ndarray) -> bool:
        """Compare in the image's pixels: the world may be measured in metres."""
        area = row.prediction.critical_area
        assert area is not None
        expected = row.plane.vertices(area)
        if vertices.shape != expected.shape:
            return False
        # napari keeps single precision.
        tolerance = TOLERANCE + 1e-6 * max(row.plane.size)
        difference = self.frame.to_image(row.plane.transform, vertices) - expected
        return bool(np.all(np.abs(difference) <= tolerance))

    def _accept(self, changed: Sequence[tuple[SharedArea, SharedArea]]) -> None:
        answers = []
        for before, after in changed:
            self._earlier.append(before)
            self._show(after)
            captions = ", ".join(row.prediction.caption() for row in after)
            answers.append(f"{after[0].plane.title}: {captions}")
        self._status.show("; ".join(answers))

    def _refuse(self, requests: Sequence[AreaRequest], reason: str) -> None:
        for request in requests:
            self._place(request.rows[0])
        self._status.show(f"The moved critical area could not be classified and was put back: {reason}")

    def _show(self, rows: SharedArea) -> None:
        for layer in (self._layer(), self._predictions()):
            if layer is not None:
                update_rows(layer, rows)
        if (areas := self._layer()) is not None:
            with self._own_change():
                restore_area(areas, rows, self.frame)
            self._present = set(areas.features[ROW])
        self._place(rows[0])

    def _place(self, row: ResultRow) -> None:
        """Draw a row's rectangle exactly where the model looked: upright and inside of the image."""
        layer = self._layer()
        index = None if layer is None else shape_of_row(layer, row.number)
        if layer is None or index is None or self._moved_vertices(row) is None:
            return
        selected = set(layer.selected_data)
        data = list(layer.data)
        data[index] = area_vertices(row, self.frame)
        with self._own_change():
            layer.data = data
            layer.selected_data = selected

    @contextmanager
    def _own_change(self) -> Iterator[None]:
        self._changing = True
        try:
            yield
        finally:
            self._changing = False
