"""Menu "Predict": a model run over the collection, and what result layers say about its images."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject
from qtpy.QtWidgets import QWidget

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.annotation.field_lines import one_line_a_field
from napari_rocks2net.annotation.learning.predicting import Predicted, predict_images, without_label
from napari_rocks2net.annotation.open_collection import Suggestions
from napari_rocks2net.iteration import Progress
from napari_rocks2net.model_file import ModelFileError, read_card, resolve_model
from napari_rocks2net.plugin.layers.layer_files import plane_key
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.layers.result_table import ResultRow
from napari_rocks2net.plugin.look.controls import menu_button
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.plugin.work.model_choice import ModelChoice, describe
from napari_rocks2net.rock_properties import RockProperty

if TYPE_CHECKING:
    pass


def suggestions_of_rows(
    rows: Sequence[ResultRow], links: Mapping[str, Sequence[ImageKey]]
) -> Generator[Progress, None, Suggestions]:
    """Return what predictions say about images that are files; a job, for it reads pixels and files.

    Parameters
    ----------
    rows : sequence of ResultRow
        Of the `predictions` layers of our own runs; of several about one image the last counts.
    links : mapping
        The images of layers without a file, by the layer's unique id.
    """
    suggestions: Suggestions = {}
    for done, row in enumerate(rows):
        yield Progress(done, len(rows))
        if key := _key(row.plane, links):
            suggestions[key, row.prediction.property] = row.prediction
    return suggestions


def _key(plane: ImagePlane, links: Mapping[str, Sequence[ImageKey]]) -> ImageKey | None:
    return plane_key(plane, (key for key in links.get(plane.layer_id, ()) if key.plane == plane.index))


# A table of hundreds of lines is not drawn again for each of them.
REFRESH_SECONDS = 0.5
STAYS = "the predictions made so far stay"


class PredictMenu(QObject):
    """Asks a model about the images of the open collection.

    Attributes
    ----------
    button : QPushButton
        Opens the menu of models.
    jobs : JobBar
        Progress and a way to stop; shown while a model runs.
    """

    def __init__(self, annotator: Annotator, parent: QWidget) -> None:
        super().__init__(parent)
        self._annotator = annotator
        self._parent = parent
        self._models = ModelChoice()
        self._waiting: Suggestions = {}
        self._refreshed_at = 0.0
        tip = "Let a model suggest a label for every image; accept with A, correct with 1-9."
        self.button = menu_button("Predict", tip)
        menu = self.button.menu()
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self._fill()
        self.jobs = JobBar("✕", f"Stop the model; {STAYS}.", f"Cancelled; {STAYS}.")
        self.jobs.message.connect(self._end)
        self.jobs.running_changed.connect(lambda running: self.button.setEnabled(not running))
        # Its place stays when it goes, so that the tabs beside it do.
        room = self.jobs.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.jobs.setSizePolicy(room)

    def predict(self, model: str) -> None:
        """Start a model, by its name or file, over the open collection."""
        try:
            card = read_card(resolve_model(model))
        except ModelFileError as error:
            self._annotator.message.emit(str(error))
            return
        if not self._ensure_property(card.properties):
            return
        images = self._annotator.collection.images if self._annotator.collection else ()
        names = [each.name for each in card.properties]
        chosen = without_label(images, names) if self.only_unlabelled else list(images)
        if not chosen:
            self._annotator.message.emit("Every image has its label: nothing is left to predict.")
            return
        load = self._models.classifier_loader([model])
        self.jobs.run(lambda: predict_images(load, chosen), self._end, self._follow)
        self.jobs.bar.setRange(0, len(one_line_a_field(chosen)))
        self.jobs.bar.setFormat("Loading ...")

    @property
    def only_unlabelled(self) -> bool:
        """Whether images that have their label are left out."""
        return not preferences.remembered_flag(preferences.PREDICT_ALL, usual=False)

    @only_unlabelled.setter
    def only_unlabelled(self, only: bool) -> None:
        """Remember the choice."""
        preferences.remember(preferences.PREDICT_ALL, not only)

    def ask_for_model(self) -> None:
        """Ask for a model file, and start it."""
        if path := questions.ask_model_file(self._parent):
            with self._annotator.errors_as_messages():
                self.predict(self._models.add(path))

    def _fill(self) -> None:
        menu = self.button.menu()
        menu.clear()
        for title, model in self._models.choices():
            action = menu.addAction(title, lambda model=model: self.predict(model))
            action.setToolTip(describe(model))
        menu.addAction("Model file...", self.ask_for_model)
        menu.addSeparator()
        only = menu.addAction("Only images without a label")
        only.setCheckable(True)
        only.setChecked(self.only_unlabelled)
        only.toggled.connect(lambda on: setattr(self, "only_unlabelled", on))

    def _follow(self, progress: Progress) -> None:
        assert isinstance(progress, Predicted)
        if progress.done:
            self.jobs.bar.setValue(progress.done)
            self.jobs.bar.setFormat("%v of %m")
            self.jobs.bar.setToolTip(str(progress))
        self._waiting |= progress.suggestions
        if time.monotonic() - self._refreshed_at > REFRESH_SECONDS:
            self._show_waiting()

    def _ensure_property(self, properties: Sequence[RockProperty]) -> bool:
        """Label what the model is about; return whether the collection has that property, or got it."""
        collection, current = self._annotator.collection, self._annotator.property_name
        offered = {each.name: each.classes for each in properties}
        if collection is None or current in offered:
            return collection is not None
        existing = [vocabulary.property for vocabulary in collection.vocabularies]
        name = next(filter(offered.__contains__, existing), "")
        question = "The collection has no property that this model names. Add one, with its classes?"
        if not name and (name := questions.ask_choice(self._parent, "Add property", question, list(offered))):
            self._annotator.edit(lambda each: each.with_classes(name, offered[name]), f"add {name}")
        if name:
            self._annotator.choose_property(name)
        return bool(name)

    def _show_waiting(self) -> None:
        self._annotator.suggest(self._waiting)
        self._waiting = {}
        self._refreshed_at = time.monotonic()

    def _end(self, text: str) -> None:
        self._show_waiting()
        if text:
            self._annotator.message.emit(text)
