"""Watched areas: the layers whose rectangles are followed, one watcher each, and what classified them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import napari
from napari.layers import Shapes

from napari_rocks2net.plugin.classify.deleted_outlines import DeletedOutlines
from napari_rocks2net.plugin.classify.reclassify import AreaWatcher
from napari_rocks2net.plugin.layers.result_layers import ResultPair
from napari_rocks2net.plugin.layers.result_table import ResultMark, ResultRow
from napari_rocks2net.plugin.layers.result_view import ResultView
from napari_rocks2net.plugin.layers.transforms import ResultFrame
from napari_rocks2net.plugin.work.pixel_watch import PixelWatch

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier

UNDO_KEY = "Control-Z"
# A layer is watched once, however often it is filled with the results of another run.
_WATCHERS: WeakKeyDictionary[Shapes, AreaWatcher] = WeakKeyDictionary()
_OUTLINES: WeakKeyDictionary[Shapes, DeletedOutlines] = WeakKeyDictionary()


def watch_areas(viewer: napari.Viewer, pair: ResultPair, classifier: RockClassifier) -> AreaWatcher:
    """Classify again whenever a rectangle of the critical areas is moved or resized.

    The watcher lives as long as the layer that it watches.
    """
    layer = pair.critical_areas
    layer.mode = "select"
    _watch_outlines(viewer, pair)
    if (existing := _WATCHERS.get(layer)) is not None:
        existing.follow(pair.frame, classifier)
        return existing
    watcher = _WATCHERS[layer] = AreaWatcher(viewer, pair, classifier)
    # A function, not a method: napari holds methods weakly.
    layer.events.data.connect(lambda event: watcher.areas_changed(event))
    removed = viewer.layers.events.removed
    outlines = _OUTLINES[pair.predictions]

    def frame_changed(frame: ResultFrame) -> None:
        """Let both measure in the frame that the shapes lie in from now on."""
        watcher.frame = outlines.frame = frame

    view = ResultView(viewer, pair, frame_changed)
    watch = PixelWatch(viewer, view.planes)

    def stop(event: Any) -> None:
        """End when the layers are removed."""
        if event.value is layer:
            watcher.stop()
        if layer not in viewer.layers and pair.predictions not in viewer.layers:
            view.stop()
            watch.stop()
            removed.disconnect(stop)

    removed.connect(stop)
    layer.bind_key(UNDO_KEY, lambda layer: watcher.undo())
    return watcher


def _watch_outlines(viewer: napari.Viewer, pair: ResultPair) -> None:
    """Let a deleted outline of the predictions be brought back."""
    layer = pair.predictions
    if (existing := _OUTLINES.get(layer)) is not None:
        existing.follow(pair)
        return
    outlines = _OUTLINES[layer] = DeletedOutlines(viewer, pair)
    layer.events.data.connect(lambda event: outlines.changed(event))
    layer.bind_key(UNDO_KEY, lambda layer: outlines.undo())


def classifier_behind(viewer: napari.Viewer, row: ResultRow) -> RockClassifier | None:
    """Return what gave an answer that is shown in a viewer; None where its critical areas were deleted."""
    for layer in viewer.layers:
        # Plugins get napari's objects in a wrapper, which nothing holds.
        watcher = _WATCHERS.get(getattr(layer, "__wrapped__", layer))
        if watcher is not None and (mark := ResultMark.of_own(layer)) and row in mark.rows.values():
            return watcher.classifier
    return None
