"""Pixel watch: tells where pixels of image layers were changed in place, by napari's own event ``data``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import napari.viewer
from napari.layers import Image
from superqt.utils import qdebounced

from napari_rocks2net.plugin.layers.image_planes import shown_step
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.work.jobs import JobRunner

PAUSE_MS = 200


class PixelWatch:
    """Compares planes that something is known about with what their layers hold when napari has drawn them.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where the layers are.
    planes : callable
        Returns what is known about now.
    """

    def __init__(self, viewer: napari.viewer.Viewer, planes: Callable[[], Iterable[ImagePlane]]) -> None:
        self._viewer, self._planes = viewer, planes
        self._redrawn_layers: dict[str, Image] = {}
        self._runner = JobRunner()
        self._compare_soon = qdebounced(self._compare, timeout=PAUSE_MS)
        viewer.layers.events.connect(self._layers_changed)

    def stop(self) -> None:
        """Watch no more."""
        self._viewer.layers.events.disconnect(self._layers_changed)
        self._compare_soon.cancel()
        self._runner.cancel()

    def _layers_changed(self, event: Any) -> None:
        """Wait for the last of many steps through a stack."""
        if event.type == "set_data" and isinstance(layer := event.sources[0], Image):
            self._redrawn_layers[str(layer.unique_id)] = layer
            self._compare_soon()

    def _compare(self) -> None:
        layers = {key: layer for key, layer in self._redrawn_layers.items() if layer in self._viewer.layers}
        self._redrawn_layers = {}
        planes = [plane for plane in self._planes() if plane.layer_id in layers]
        seen = list(
            {plane.contents: plane for plane in planes if _is_seen(self._viewer, layers, plane)}.values()
        )

        def compare() -> list[frozenset[tuple[int, ...]]]:
            """Return the changed planes of each."""
            return [plane.contents.compared(plane.index) for plane in seen]

        def announce(changed: list[frozenset[tuple[int, ...]]]) -> None:
            """Tell whoever follows the data of a layer in which more or less has changed than before."""
            changed_layers = {
                plane.layer_id
                for plane, now in zip(seen, changed, strict=True)
                if now != plane.contents.changed
            }
            for plane, now in zip(seen, changed, strict=True):
                plane.contents.changed = now
            for layer_id in changed_layers:
                layers[layer_id].events.data(value=layers[layer_id].data)

        if seen:
            # Nothing is known, as before, where the memory does not suffice.
            self._runner.start(compare, on_done=announce, on_error=lambda reason: None)


def _is_seen(viewer: Any, layers: dict[str, Image], plane: ImagePlane) -> bool:
    """Return whether a plane is the one of its stack that is shown."""
    return plane.index == shown_step(viewer, layers[plane.layer_id])[: len(plane.index)]
