"""Layer choice: a list of some of the viewer's layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import napari
from napari.layers import Layer
from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QComboBox

from napari_rocks2net.plugin.look.controls import shorten
from napari_rocks2net.plugin.look.layer_form import layer_list_events


class LayerChoice(QComboBox):
    """Offers the layers that it accepts."""

    chosen = Signal()

    def __init__(self, viewer: napari.Viewer, accepts: Callable[[Layer], bool], empty: str) -> None:
        super().__init__()
        self._viewer, self._accepts = viewer, accepts
        self._ids: set[str] = set()
        self._emitted: str | None = None
        shorten(self)
        self.setPlaceholderText(empty)
        self._events = layer_list_events(viewer)
        for event in self._events:
            event.connect(self.refresh)
        self.refresh()
        if viewer.layers.selection.active is not None:
            self.choose(viewer.layers.selection.active)
        self.currentIndexChanged.connect(lambda _: self._notify())

    @property
    def layers(self) -> list[Any]:
        """All layers on offer, the lowest first."""
        return [each for each in self._viewer.layers if self._accepts(each)]

    @property
    def layer(self) -> Any:
        """The chosen layer, None if there is none."""
        chosen = self.currentData()
        return next((layer for layer in self.layers if str(layer.unique_id) == chosen), None)

    def choose(self, layer: Any) -> None:
        """Choose a layer of the list."""
        row = self.findData(str(layer.unique_id))
        if row >= 0:
            self.setCurrentIndex(row)

    def refresh(self, event: object = None) -> None:
        """Bring the list in line with the viewer; what is new is chosen, else what was chosen stays."""
        before = self.currentData()
        ids = [str(layer.unique_id) for layer in self.layers]
        new = [each for each in ids if each not in self._ids]
        self._ids = set(ids)
        with QSignalBlocker(self):
            self.clear()
            for layer, layer_id in zip(self.layers, ids, strict=True):
                self.addItem(layer.name, layer_id)
            choice = new[-1] if new else before
            self.setCurrentIndex(ids.index(choice) if choice in ids else len(ids) - 1)
        self._notify()

    def close_jobs(self) -> None:
        """Leave the list as it is from now on."""
        for event in self._events:
            event.disconnect(self.refresh)

    def _notify(self) -> None:
        chosen = self.currentData()
        if chosen != self._emitted:
            self._emitted = chosen
            self.chosen.emit()
