"""Classes given by hand, in the features of Labels layers, with undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from napari_rocks2net.plugin.crystals.features import HAND, classes_by_hand, write_column

if TYPE_CHECKING:
    from napari.layers import Labels


class HandClasses(QObject):
    """Gives classes to crystals and takes them back."""

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Layer, classes before, classes after.
        self._done: list[tuple[Labels, dict[int, str], dict[int, str]]] = []
        self._undone = self._done.copy()

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether something was taken back."""
        return bool(self._undone)

    def give(self, layer: Labels, labels: Iterable[int], name: str) -> None:
        """Give a class to crystals; an empty name takes theirs away."""
        now = classes_by_hand(layer)
        before = {label: now.get(label, "") for label in labels}
        after = dict.fromkeys(before, name)
        if before != after:
            self._done.append((layer, before, after))
            self._undone.clear()
            self._write(layer, after)

    def rename(self, layers: Iterable[Labels], old: str, new: str) -> None:
        """Give every crystal of a class another one, in all layers."""
        for layer in layers:
            labels = [label for label, name in classes_by_hand(layer).items() if name == old]
            if labels:
                self._write(layer, dict.fromkeys(labels, new))
        # What was done with the old name cannot be done again.
        self._done.clear()
        self._undone.clear()

    def undo(self) -> None:
        """Take the last change back."""
        if self._done:
            self._undone.append(self._done.pop())
            layer, before, _ = self._undone[-1]
            self._write(layer, before)

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self._undone:
            self._done.append(self._undone.pop())
            layer, _, after = self._done[-1]
            self._write(layer, after)

    def _write(self, layer: Labels, classes: Mapping[int, str]) -> None:
        import pandas as pd

        write_column(layer, HAND, pd.Series({**classes_by_hand(layer), **classes}, dtype=object))
        self.changed.emit(layer)
