"""Menu "Predict": a model run over the collection, and what result layers say about its images."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject
from qtpy.QtWidgets import QWidget

from napari_rocks2net.annotation import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.annotation.field_lines import one_line_a_field
from napari_rocks2net.annotation.image_files import read_pixels
from napari_rocks2net.annotation.open_collection import Suggestions
from napari_rocks2net.iteration import Progress
from napari_rocks2net.model_file import ModelFileError, read_card, resolve_model
from napari_rocks2net.plugin.layers.image_planes import ImagePlane
from napari_rocks2net.plugin.layers.layer_files import plane_key
from napari_rocks2net.plugin.layers.result_table import ResultRow
from napari_rocks2net.plugin.look.controls import menu_button
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.plugin.work.model_choice import ModelChoice, describe
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.views import Field, View
from napari_rocks2net.wording import count_of, duration

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier


NEXT = "'Least sure first' shows where a label helps most; A accepts."


@dataclass(frozen=True)
class Predicted(Progress):
    """How far the job is, and what the model says about the last image; nothing if it cannot be read."""

    suggestions: Suggestions = field(default_factory=dict)


def without_label(images: Iterable[AnnotatedImage], properties: Collection[str]) -> list[AnnotatedImage]:
    """Return the images that lack a label of one of the properties, as a whole."""
    return [image for image in images if not image.labels.keys() >= set(properties)]


def prediction_work(
    load: Callable[[], RockClassifier], images: Sequence[AnnotatedImage]
) -> Generator[Progress, None, str]:
    """Load a model and ask it about photos and fields, one after the other; can be stopped after each.

    A file that is missing or damaged costs a part of the sentence that is returned.
    """
    from napari_rocks2net.classify import ScaleCount

    lines = one_line_a_field(images)
    yield Predicted(0, len(lines))
    classifier = load()
    failures: list[str] = []
    scales = ScaleCount()
    start = time.monotonic()
    results = classifier.predict_many(
        [_asked(views, classifier) for _, views in lines],
        pixel_sizes=(_pixel_size(views, classifier) for _, views in lines),
        on_error=lambda index, error: failures.append(_failure(lines[index][0].key, str(error))),
    )
    for done, ((_, views), predictions) in enumerate(zip(lines, results, strict=True), start=1):
        if predictions is not None:
            scales.add(predictions)
        suggestions = {(view.key, name): each for view in views for name, each in (predictions or {}).items()}
        yield Predicted(done, len(lines), suggestions=suggestions)
    report = _report(len(lines), failures, time.monotonic() - start)
    return f"{report} {scales.sentence()}".strip() if classifier.knows_scale else report


def _asked(views: Sequence[AnnotatedImage], classifier: RockClassifier) -> Field | Callable[[], Any]:
    """Return what a classifier is asked about: a photo, or the field that it is a view of."""
    read = [partial(read_pixels, view.key) for view in views]
    if len(views) == 1 and not (classifier.lights and views[0].light):
        return read[0]
    own = (View(each, view.light, view.angle) for each, view in zip(read, views, strict=True))
    return Field(tuple(own), views[0].field)


def _pixel_size(views: Sequence[AnnotatedImage], classifier: RockClassifier) -> float | None:
    """Return what the first view says that says how large its pixels are."""
    sizes = (classifier.pixel_size_of(view.file, view.pixel_size_um) for view in views)
    return next((size for size in sizes if size is not None), None)


def _report(count: int, failures: Sequence[str], seconds: float) -> str:
    """Say how many images were asked for in which time, the first that failed, and what to do next."""
    text = f"{count_of(count - len(failures), 'image')} predicted in {duration(seconds)}."
    if failures:
        more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
        text += f" Left out: {failures[0]}{more}."
    return text if len(failures) == count else f"{text} {NEXT}"


def _failure(key: ImageKey, reason: str) -> str:
    return reason if key.file.name in reason else f"{key.file.name} ({reason})"


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
        if not self._make_room(card.properties):
            return
        images = self._annotator.collection.images if self._annotator.collection else ()
        names = [each.name for each in card.properties]
        chosen = without_label(images, names) if self.only_unlabelled else list(images)
        if not chosen:
            self._annotator.message.emit("Every image has its label: nothing is left to predict.")
            return
        load = self._models.classifier_loader([model])
        self.jobs.run(lambda: prediction_work(load, chosen), self._end, self._follow)
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

    def _make_room(self, properties: Sequence[RockProperty]) -> bool:
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
