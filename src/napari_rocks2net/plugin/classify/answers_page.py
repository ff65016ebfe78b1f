"""Answers page: what the models say, what they learned from, and the ways to a table of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from napari.layers import Image
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from napari_rocks2net.plugin.classify.explaining import WhyQuestion
from napari_rocks2net.plugin.classify.prediction_tree import PredictionTree
from napari_rocks2net.plugin.classify.why_panel import WhyPanel
from napari_rocks2net.plugin.layers.mark import stored_colours
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.layers.result_table import PREDICTIONS, ResultMark, ResultRow, shown_rows
from napari_rocks2net.plugin.look.controls import button, column, row, sentence
from napari_rocks2net.plugin.work.model_choice import trained_on

NOTHING = "Nothing is classified yet."


class AnswersPage(QWidget):
    """Shows the rows of the result layers in the viewer, and follows them.

    Parameters
    ----------
    viewer : napari.Viewer
        Where the result layers are.
    save, open_table : callable
        Called when the person wants the answers as a file, or as napari's features table.

    Attributes
    ----------
    rows : list of ResultRow
        What is shown.
    why : WhyPanel
        The evidence for the class that was clicked.

    Signals
    -------
    emptied : ()
        Nothing is left to be shown.
    """

    emptied = Signal()

    def __init__(self, viewer: Any, save: Callable[[], None], open_table: Callable[[], None]) -> None:
        super().__init__()
        self._layers = viewer.layers
        self._models: dict[tuple[str, tuple[int, ...]], tuple[str, ...]] = {}
        self._named: tuple[str, ...] | None = None
        self.rows: list[ResultRow] = []
        self.predictions, self.why = PredictionTree(), WhyPanel(viewer)
        self.why.similar_photos.models_of = self.models_of
        self.predictions.class_clicked.connect(lambda *clicked: self.why.show_question(WhyQuestion(*clicked)))
        self.nothing, self.origin = sentence(NOTHING), sentence(tip="What the models have learned from.")
        tip = "Save classes and all probabilities of these answers as a CSV table."
        self.save = button("Save predictions...", tip, save)
        tip = "Show every probability of the predictions below the canvas."
        self.features_table = button("Open features table", tip, open_table)
        buttons = row(self.save, self.features_table, None)
        parts = (self.nothing, self.predictions, self.why, self.origin, buttons)
        column(self, *parts, roomiest=self.predictions)
        for event in (self._layers.events.inserted, self._layers.events.removed):
            event.connect(self._layers_changed)
        # Of several answers to one question that of the upper layer counts.
        self._layers.events.reordered.connect(self.update_rows)
        for layer in self._layers:
            self._follow(layer)
        self.update_rows()

    def show_origin(self, planes: Iterable[ImagePlane], models: tuple[str, ...]) -> None:
        """Say with the answers what their models were trained on, those of some planes anew."""
        self._models |= {(plane.layer_id, plane.index): models for plane in planes}
        self._update_origin()

    def models_of(self, row: ResultRow) -> tuple[str, ...]:
        """Return files or names of the models that answered about a plane; none where they are unknown."""
        return self._models.get((row.plane.layer_id, row.plane.index), ())

    def _update_origin(self) -> None:
        models = tuple(dict.fromkeys(model for row in self.rows for model in self.models_of(row)))
        # Their files are read.
        if models == self._named:
            return
        self._named = models
        self.origin.setText("\n".join(filter(None, map(trained_on, models))))
        self.origin.setVisible(bool(self.origin.text()))

    def update_rows(self, event: object = None) -> None:
        """Show what the result layers hold now."""
        had_rows, self.rows = bool(self.rows), shown_rows(self._layers)
        self.predictions.show_rows(
            self.rows,
            stored_colours(self._layers),
            lambda plane: any(map(plane.is_shown_by, self._layers)),
        )
        self.why.follow(self.rows)
        self.why.setVisible(bool(self.rows))
        self.nothing.setVisible(not self.rows)
        self.save.setEnabled(bool(self.rows))
        self._update_origin()
        if had_rows and not self.rows:
            self.emptied.emit()

    def _layers_changed(self, event: Any) -> None:
        self._follow(event.value)
        self.update_rows()

    def _follow(self, layer: Any) -> None:
        if ResultMark.of_own(layer, PREDICTIONS) is not None:
            for event in (layer.events.features, layer.events.data):
                event.connect(self.update_rows)
        elif isinstance(layer, Image):
            # It may be given another photo, or other pixels.
            for event in (layer.events.data, layer.events.metadata):
                event.connect(self.update_rows)
