"""Menu "Predict": a model run over the collection, with progress and a way to stop it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject
from qtpy.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from napari_rocks2net.model_file import ModelFileError, read_card, resolve_model
from napari_rocks2net.plugin.annotate.predicting import (
    Predicted,
    prediction_work,
    without_label,
)
from napari_rocks2net.plugin.look.controls import button, menu_button
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.plugin.work.jobs import JobRunner, Progress
from napari_rocks2net.plugin.work.model_choice import ModelChoice, describe

if TYPE_CHECKING:
    from napari_rocks2net.annotation import ImageKey
    from napari_rocks2net.annotation.annotator import Annotator, Suggestions
    from napari_rocks2net.rock_properties import RockProperty

MODEL_KINDS = "Models (*.safetensors);;All files (*)"
# A table of hundreds of lines is not drawn again for each of them.
SHOWN_EVERY_SECONDS = 0.5


class PredictMenu(QObject):
    """Asks a model about the images of the open collection.

    Attributes
    ----------
    button : QPushButton
        Opens the menu of models.
    running_row : QWidget
        Progress and Cancel; shown while a model runs.
    """

    def __init__(self, annotator: Annotator, parent: QWidget) -> None:
        super().__init__(parent)
        self._annotator = annotator
        self._parent = parent
        self._models = ModelChoice()
        self._runner = JobRunner()
        self._waiting: Suggestions = {}
        self._shown_at = 0.0
        tip = "Let a model suggest a label for every image; accept with A, correct with 1-9."
        self.button = menu_button("Predict", tip)
        menu = self.button.menu()
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self._fill()
        self._make_running_row()

    @property
    def running(self) -> bool:
        """Whether a model runs."""
        return self._runner.running

    def predict(self, model: str) -> None:
        """Start a model, by its name or file, over the open collection."""
        try:
            card = read_card(resolve_model(model))
        except ModelFileError as error:
            self._annotator.message.emit(str(error))
            return
        if not self._make_room(card.properties):
            return
        keys = self._keys([each.name for each in card.properties])
        if not keys:
            self._annotator.message.emit("Every image has its label: nothing is left to predict.")
            return
        load = self._models.classifier_loader([model])
        self.progress.setRange(0, len(keys))
        self._show_running(True)
        self._runner.start(
            lambda: prediction_work(load, keys),
            on_progress=self._follow,
            on_done=self._end,
            on_error=lambda error: self._end(str(error)),
        )

    def cancel(self) -> None:
        """Stop; what the model has said stays."""
        if self.running:
            self._runner.cancel()
            self._end("Cancelled; the predictions made so far stay.")

    @property
    def only_unlabelled(self) -> bool:
        """Whether images that have their label are left out."""
        return preferences.remembered_list(preferences.PREDICT_ALL) != ["yes"]

    @only_unlabelled.setter
    def only_unlabelled(self, only: bool) -> None:
        preferences.remember_list(preferences.PREDICT_ALL, ["no" if only else "yes"])

    def ask_for_model(self) -> None:
        """Ask for a model file, and start it."""
        folder = preferences.remembered_folder(preferences.MODEL_FOLDER) or Path.home()
        path = questions.ask_open_file(self._parent, "Add model file", folder, MODEL_KINDS)
        if path is None:
            return
        preferences.remember_folder(preferences.MODEL_FOLDER, path.parent)
        with self._annotator.errors_as_messages():
            self.predict(self._models.add(path))

    def _fill(self) -> None:
        menu = self.button.menu()
        menu.clear()
        for shown, model in self._models.choices():
            action = menu.addAction(shown, lambda model=model: self.predict(model))
            action.setToolTip(describe(model))
        menu.addAction("Model file...", self.ask_for_model)
        menu.addSeparator()
        only = menu.addAction("Only images without a label")
        only.setCheckable(True)
        only.setChecked(self.only_unlabelled)
        only.toggled.connect(lambda on: setattr(self, "only_unlabelled", on))

    def _make_running_row(self) -> None:
        self.progress = QProgressBar()
        self.progress.setToolTip("Images that the model has looked at.")
        self.stop = button("✕", "Stop the model; the predictions made so far stay.", self.cancel)
        self.running_row = QWidget()
        line = QHBoxLayout(self.running_row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.progress, 1)
        line.addWidget(self.stop)
        # Its place stays when it goes, so that the tabs beside it do.
        room = self.running_row.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.running_row.setSizePolicy(room)
        self.running_row.hide()

    def _show_running(self, running: bool) -> None:
        self.button.setEnabled(not running)
        self.running_row.setVisible(running)
        if running:
            self.progress.setValue(0)
            self.progress.setFormat("Loading ...")

    def _follow(self, progress: Progress) -> None:
        assert isinstance(progress, Predicted)
        if progress.done:
            self.progress.setValue(progress.done)
            self.progress.setFormat("%v of %m")
            self.progress.setToolTip(str(progress))
        self._waiting |= progress.suggestions
        if time.monotonic() - self._shown_at > SHOWN_EVERY_SECONDS:
            self._show_waiting()

    def _keys(self, properties: Sequence[str]) -> list[ImageKey]:
        collection = self._annotator.collection
        images = collection.images if collection else ()
        return without_label(images, properties) if self.only_unlabelled else [each.key for each in images]

    def _make_room(self, properties: Sequence[RockProperty]) -> bool:
        """Label what the model is about; return whether the collection has that property, or got it."""
        collection, current = self._annotator.collection, self._annotator.property_name
        offered = {each.name: each.classes for each in properties}
        if collection is None or current in offered:
            return collection is not None
        known = [vocabulary.property for vocabulary in collection.vocabularies]
        name = next(filter(offered.__contains__, known), "")
        if not name and (name := self._ask_for_property(list(offered))):
            self._annotator.edit(lambda each: each.with_classes(name, offered[name]), f"add {name}")
        if name:
            self._annotator.choose_property(name)
        return bool(name)

    def _ask_for_property(self, names: Sequence[str]) -> str:
        """Ask which property of a model the collection gets; empty for none."""
        question = "The collection has no property that this model names. Add one, with its classes?"
        return questions.ask_choice(self._parent, "Add property", question, names)

    def _show_waiting(self) -> None:
        self._annotator.suggest(self._waiting)
        self._waiting = {}
        self._shown_at = time.monotonic()

    def _end(self, text: str) -> None:
        self._show_waiting()
        self._show_running(False)
        self._annotator.message.emit(text)
