"""Picking of crystals: click one, then press the key of its class."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import napari
import numpy as np
from napari.layers import Labels
from qtpy.QtCore import QObject, Signal

from napari_rocks2net.crystals.classification.classes import MOST_CLASSES
from napari_rocks2net.crystals.labels import label_areas
from napari_rocks2net.plugin.crystals.crystal_layers import outline_layer
from napari_rocks2net.plugin.crystals.features import manual_classes
from napari_rocks2net.plugin.crystals.measuring import labelled_step, labels_plane
from napari_rocks2net.plugin.layers.mark import SELECTED_CRYSTALS
from napari_rocks2net.plugin.layers.transforms import LayerTransform
from napari_rocks2net.plugin.work.keys import REDO, UNDO

KEYS_IN_WORDS = "1-9 class · 0 none · N next without class · Ctrl+Z undo"
RIM_COLOUR = (1.0, 1.0, 1.0)
NO_BOX = np.zeros((1, 1), np.int32)
# Of the selected crystals' box.
RIM_SHARE, LEAST_RIM = 0.04, 2
PAN_ZOOM = "pan_zoom"


class CrystalPicker(QObject):
    """Lets a person select crystals of one layer by clicks, and hands on the keys that they press.

    napari's own keys and tools of the layer are back once it is released.
    """

    class_pressed = Signal(int)  # Number of a class from 1 for the selected crystals; 0 takes theirs away.
    undo_pressed = Signal()
    redo_pressed = Signal()

    def __init__(self, viewer: napari.Viewer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self.layer: Labels | None = None
        self.selected: tuple[int, ...] = ()
        self._keys_before: dict[str, Any] = {}
        self._rim: Labels | None = None

    def hold(self, layer: Labels) -> None:
        """Take clicks and keys on a layer, in place of the one held before."""
        if layer is self.layer:
            return
        self.release()
        self.layer = layer
        layer.mode = PAN_ZOOM
        self._show_rim(layer)
        layer.mouse_drag_callbacks.append(self._clicked)
        for key, action in self._actions().items():
            self._keys_before[key] = layer.bind_key(key, action, overwrite=True)
        self._viewer.layers.selection.active = layer

    def release(self) -> None:
        """Give clicks and keys back to napari."""
        layer, self.layer = self.layer, None
        self.select()
        if layer is None:
            return
        layer.mouse_drag_callbacks.remove(self._clicked)
        for key, before in self._keys_before.items():
            layer.bind_key(key, before, overwrite=True)
        self._keys_before = {}

    def select(self, *labels: int) -> None:
        """Select crystals by their labels and outline them."""
        self.selected = tuple(dict.fromkeys(label for label in labels if label))
        self._show_rim(self.layer)

    def select_next(self) -> None:
        """Select the next crystal without a class and bring it into view."""
        if self.layer is None:
            return
        data = labels_plane(self._viewer, self.layer)
        named = manual_classes(self.layer)
        free = [label for label in label_areas(data) if label not in named]
        after = self.selected[-1] if self.selected else 0
        if free:
            self.select(next((label for label in free if label > after), free[0]))
            self._bring_into_view(data == self.selected[0])

    def _actions(self) -> dict[str, Callable[[Labels], None]]:
        # napari calls an action with the layer that its key was bound on.
        def number_action(number: int) -> Callable[[Labels], None]:
            """Return what the key of a class does."""
            return lambda layer: self.class_pressed.emit(number)

        actions = {str(number): number_action(number) for number in range(MOST_CLASSES + 1)}
        return actions | {
            "Backspace": number_action(0),
            "N": lambda layer: self.select_next(),
            UNDO: lambda layer: self.undo_pressed.emit(),
            REDO: lambda layer: self.redo_pressed.emit(),
        }

    def _clicked(self, layer: Labels, event: Any) -> Generator[None, None, None]:
        """Tell a click from a drag, which moves the image; Shift or Ctrl adds to the selection."""
        position, dragged = np.asarray(event.position), False
        together = bool({"Shift", "Control"} & {str(key) for key in event.modifiers})
        yield
        while event.type == "mouse_move":
            dragged = True
            yield
        if dragged or str(layer.mode) != PAN_ZOOM:
            return
        label = int(layer.get_value(position, world=True) or 0)
        # One that is selected already is taken out.
        self.select(*(set(self.selected) ^ {label} if together else {label}))

    def _show_rim(self, layer: Labels | None) -> None:
        if layer is None:
            if self._rim is not None and self._rim in self._viewer.layers:
                self._viewer.layers.remove(self._rim)
            self._rim = None
            return
        if self._rim is None or self._rim not in self._viewer.layers:
            self._rim = self._add_rim(layer)
        mask = np.isin(labels_plane(self._viewer, layer), self.selected)
        box, top, left = _box(mask) if self.selected and mask.any() else (NO_BOX, 0, 0)
        place = LayerTransform.of(layer).of_part(*labelled_step(self._viewer, layer), top, left)
        self._rim.data = place.pixels(box)
        self._rim.translate = place.keywords["translate"]
        self._rim.contour = max(LEAST_RIM, round(RIM_SHARE * max(box.shape)))

    def _add_rim(self, layer: Labels) -> Labels:
        """Add the layer that outlines the selected crystals; it stays while crystals are named."""
        place = LayerTransform.of(layer)
        rim = outline_layer(place.pixels(NO_BOX), SELECTED_CRYSTALS, RIM_COLOUR, place.keywords)
        self._viewer.add_layer(rim)
        self._viewer.layers.selection.active = layer
        return rim

    def _bring_into_view(self, mask: np.ndarray) -> None:
        layer = self.layer
        assert layer is not None
        middle = np.argwhere(mask).mean(axis=0)
        low, high = np.asarray(layer.corner_pixels)[:, -2:]
        if ((middle < low) | (middle > high)).any():
            point = np.concatenate([labelled_step(self._viewer, layer), middle])
            world = np.asarray(layer.data_to_world(point))[-2:]
            self._viewer.scene.camera.center = (*self._viewer.scene.camera.center[:-2], *world)


def _box(mask: np.ndarray) -> tuple[np.ndarray, int, int]:
    """Cut out what is true, with a pixel around it; return its first row and column too."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    top, left = max(rows[0] - 1, 0), max(columns[0] - 1, 0)
    return mask[top : rows[-1] + 2, left : columns[-1] + 2].astype(np.int32), top, left
