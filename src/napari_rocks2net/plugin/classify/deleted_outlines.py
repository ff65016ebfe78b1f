"""Deleted outlines of predictions, which Ctrl+Z brings back with their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

import napari

from napari_rocks2net.plugin.classify.status_line import StatusLine
from napari_rocks2net.plugin.layers.result_layers import ResultPair
from napari_rocks2net.plugin.layers.result_shapes import restore_outline
from napari_rocks2net.plugin.layers.result_table import ResultMark

if TYPE_CHECKING:
    from napari_rocks2net.plugin.layers.result_table import ResultRow


class DeletedOutlines:
    """Remembers which outlines a person deletes."""

    def __init__(self, viewer: napari.Viewer, pair: ResultPair) -> None:
        self._status, self._layer = StatusLine(viewer), ref(pair.predictions)
        self.follow(pair)

    def follow(self, pair: ResultPair) -> None:
        """Turn to the results of another run, which the layer shows now; earlier deletions are forgotten."""
        self.frame = pair.frame
        self._present = set(pair.predictions.features["row"])
        self._deleted: list[list[ResultRow]] = []

    def changed(self, event: Any) -> None:
        """Note what was deleted."""
        layer = self._layer()
        mark = ResultMark.of_own(layer) if layer is not None else None
        if layer is None or mark is None or str(event.action) != "removed":
            return
        present = set(layer.features["row"])
        # Results of images that are classified anew leave the mark, too.
        deleted = [mark.rows[number] for number in sorted(self._present - present) if number in mark.rows]
        self._present = present
        if deleted:
            self._deleted.append(deleted)
            self._status.show("The outline and its answer are deleted; Ctrl+Z brings them back.")

    def undo(self) -> None:
        """Bring back what was deleted last."""
        layer = self._layer()
        if layer is None:
            return
        if not self._deleted:
            self._status.show("There is no deleted outline to bring back.")
            return
        mark = ResultMark.of_own(layer)
        rows = mark.rows if mark is not None else {}
        for deleted in self._deleted.pop():
            # A moved area may have given another answer meanwhile.
            if (row := rows.get(deleted.number)) is not None:
                restore_outline(layer, row, self.frame)
        self._present = set(layer.features["row"])
