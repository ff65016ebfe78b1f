"""Vocabulary editor: a property and its classes, chosen, started from a model or file, edited in place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from qtpy.QtGui import QColor
from qtpy.QtWidgets import QColorDialog, QWidget

from napari_rocks2net.annotation import AnnotationCollection, Vocabulary, read_vocabulary
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.model_file import ModelFileError, built_in_models, read_card, resolve_model
from napari_rocks2net.plugin.annotate.class_list import ClassList
from napari_rocks2net.plugin.look.controls import button, column, menu_button, row, sentence
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.rock_properties import ROCK_PROPERTIES

SHOWN_WARNINGS = 4
NO_COLLECTION = "Open a collection first, or make one, on the page Collection."
NO_PROPERTY = (
    "No property is labelled yet. New property starts one: a built-in property, classes of a model or of a "
    "file, or classes of your own. Each class then has a key from 1 to 9 that labels the photo."
)
NO_CLASSES = "This property has no class yet: Add classes takes several at once."
FILE_KINDS = "Classes (*.txt *.csv *.json);;All files (*)"


class VocabularyEditor(QWidget):
    """Edits the vocabularies of the open collection; a click on a key labels."""

    def __init__(self, annotator: Annotator) -> None:
        super().__init__()
        self.annotator = annotator
        self.classes = ClassList()
        self._make_buttons()
        self.warnings = sentence()
        self._lay_out()
        self.classes.label_requested.connect(annotator.label)
        self.classes.colour_requested.connect(self._ask_for_colour)
        self.classes.renamed.connect(self.rename)
        self.classes.moved.connect(self.move_class)
        annotator.collection_changed.connect(lambda *_: self.refresh())
        annotator.property_changed.connect(self.refresh)
        self.refresh()

    def _make_buttons(self) -> None:
        self.start_from = menu_button("New property", "Start with classes of your own, or from something.")
        self.start_from.menu().aboutToShow.connect(self._fill_start_menu)
        tip = "Remove the property that is labelled now, with its labels."
        self.remove_property = button("Remove property", tip, self._remove_property)
        tip = "Add one class or several to this property."
        self.add_classes = button("Add classes", tip, self._ask_for_classes)
        self.remove_class = button("Remove", "Remove the selected class.", self._remove_class)
        self.up = button("▲", "Move the selected class up, to a lower key.", lambda: self._move_by(-1))
        self.down = button("▼", "Move the selected class down, to a higher key.", lambda: self._move_by(1))

    def refresh(self) -> None:
        """Show the vocabulary and the counts of the open collection."""
        collection, vocabulary = self.annotator.collection, self.annotator.vocabulary
        counts = collection.class_counts(vocabulary.property) if collection and vocabulary else {}
        self.classes.show_classes(vocabulary, counts)
        self._show_warnings()
        self.start_from.setEnabled(collection is not None)
        for control in (self.remove_property, self.add_classes, self.remove_class, self.up, self.down):
            control.setEnabled(vocabulary is not None)

    def add_vocabulary(self, make: Callable[[], Vocabulary]) -> None:
        """Add a property with the classes that `make` returns, or say why that is not possible."""
        with self.annotator.errors_as_messages():
            vocabulary, collection = make(), self.annotator.collection
            if collection is None:
                return
            question = f"of {vocabulary.property!r} have none of the new classes. Remove them?"
            if not self._may_lose("Replace classes", collection.labels_lost_with(vocabulary), question):
                return
            action = f"classes of {vocabulary.property}"
            if self.annotator.edit(lambda each: each.with_vocabulary(vocabulary), action):
                self.annotator.choose_property(vocabulary.property)

    def rename(self, old: str, new: str) -> None:
        """Rename a class, and every label of it."""
        name = self.annotator.property_name
        self._edit(lambda collection: collection.with_renamed_class(name, old, new), f"rename {old} to {new}")

    def move_class(self, name: str, position: int) -> None:
        """Move a class to another key."""
        self._edit_vocabulary(lambda vocabulary: vocabulary.moved(name, position), f"move {name}")
        self.classes.choose(name)

    def recolour(self, name: str, colour: str) -> None:
        """Give a class another colour, "#rrggbb"."""
        self._edit_vocabulary(lambda vocabulary: vocabulary.recoloured(name, colour), f"colour of {name}")

    def _lay_out(self) -> None:
        above = row(self.start_from, self.remove_property, None)
        below = row(self.add_classes, self.remove_class, self.up, self.down, None)
        column(self, above, self.classes, below, self.warnings, roomiest=self.classes)

    def _show_warnings(self) -> None:
        """Say what stands in the way of a fair training."""
        collection, name = self.annotator.collection, self.annotator.property_name
        warnings = collection.warnings(name) if collection and name else ()
        if hint := self._next_step():
            self.warnings.setText(hint)
            self.warnings.setToolTip("")
            return
        more = [f"and {len(warnings) - SHOWN_WARNINGS} more"] if len(warnings) > SHOWN_WARNINGS else []
        self.warnings.setText("\n".join([f"⚠ {each}" for each in warnings[:SHOWN_WARNINGS]] + more))
        self.warnings.setToolTip("\n".join(["What stands in the way of a fair training:", *warnings]))

    def _next_step(self) -> str:
        """Return what to do where the list is empty; nothing where it is not."""
        if self.annotator.collection is None:
            return NO_COLLECTION
        if self.annotator.vocabulary is None:
            return NO_PROPERTY
        return "" if self.annotator.vocabulary.classes else NO_CLASSES

    def _fill_start_menu(self) -> None:
        menu = self.start_from.menu()
        menu.clear()
        menu.addAction("Empty, classes of my own...", self._ask_for_property)
        built_in = menu.addMenu("Built-in property")
        for name in ROCK_PROPERTIES:
            built_in.addAction(
                name, lambda name=name: self.add_vocabulary(lambda: Vocabulary.of_property(name))
            )
        models = menu.addMenu("Classes of a model")
        for model in (*built_in_models(), *preferences.remembered_list(preferences.MODEL_FILES)):
            for title, make in _vocabularies_of(model):
                models.addAction(title, lambda make=make: self.add_vocabulary(make))
        models.addAction("Model file...", lambda: self._ask_for_file(questions.MODELS, Vocabulary.of_model))
        menu.addAction("Classes in a file...", lambda: self._ask_for_file(FILE_KINDS, read_vocabulary))

    def _ask_for_property(self) -> None:
        if name := questions.ask_text(self, "New property", "Name of the property, such as lithology:"):
            self.add_vocabulary(lambda: Vocabulary.of_classes(name))
            if self.annotator.property_name == name:
                self._ask_for_classes()

    def _ask_for_classes(self) -> None:
        name = self.annotator.property_name
        question = f"Classes of {name}, one a line or separated by commas:"
        if classes := _listed_classes(questions.ask_lines(self, "Add classes", question)):
            self._edit(lambda each: each.with_classes(name, classes), f"add {', '.join(classes)}")
            self.classes.choose(classes[-1])

    def _ask_for_file(self, kinds: str, read: Callable[[Path], Vocabulary]) -> None:
        if path := questions.ask_open_file(self, "Start from", kinds, preferences.COLLECTION_FOLDER):
            self.add_vocabulary(lambda: read(path))

    def _ask_for_colour(self, name: str) -> None:
        vocabulary = self.annotator.vocabulary
        if vocabulary is None:
            return
        colour = QColorDialog.getColor(QColor(vocabulary.colour_of(name)), self, f"Colour of {name}")
        if colour.isValid():
            self.recolour(name, colour.name())

    def _remove_class(self) -> None:
        name, collection = self.classes.chosen, self.annotator.collection
        if name is None or collection is None:
            self.annotator.message.emit("Select the class to remove first.")
            return
        count = collection.label_count(self.annotator.property_name, name)
        if self._may_lose("Remove class", count, f"of {name!r} are removed with the class. Remove it?"):
            self._edit_vocabulary(lambda each: each.without_class(name), f"remove the class {name}")

    def _remove_property(self) -> None:
        collection, name = self.annotator.collection, self.annotator.property_name
        if collection is None:
            return
        question = f"of {name!r} are removed with the property. Remove it?"
        if self._may_lose("Remove property", collection.label_count(name), question):
            self._edit(lambda each: each.without_vocabulary(name), f"remove the property {name}")

    def _may_lose(self, title: str, labels: int, question: str) -> bool:
        """Ask before labels are lost."""
        return not labels or questions.confirm(self, title, f"{labels} labels {question}")

    def _move_by(self, step: int) -> None:
        name, vocabulary = self.classes.chosen, self.annotator.vocabulary
        if name is not None and vocabulary is not None:
            position = vocabulary.classes.index(name) + step
            if 0 <= position < len(vocabulary.classes):
                self.move_class(name, position)

    def _edit_vocabulary(self, change: Callable[[Vocabulary], Vocabulary], action: str) -> None:
        vocabulary = self.annotator.vocabulary
        if vocabulary is not None:
            self._edit(lambda collection: collection.with_vocabulary(change(vocabulary)), action)

    def _edit(self, change: Callable[[AnnotationCollection], AnnotationCollection], action: str) -> None:
        if not self.annotator.edit(change, action):
            self.refresh()


def _listed_classes(text: str) -> list[str]:
    """Return the classes that a person typed: one a line, or on a single line separated by commas."""
    lines = text.strip().splitlines()
    parts = lines if len(lines) > 1 else text.split(",")
    return list(dict.fromkeys(filter(None, map(str.strip, parts))))


def _vocabularies_of(model: str) -> list[tuple[str, Callable[[], Vocabulary]]]:
    """Return (what to show, how to make it) of every property that a model names."""
    name = Path(model).stem
    try:
        properties = read_card(resolve_model(model)).properties
    except ModelFileError:
        # Chosen, it says why it cannot be used.
        return [(name, partial(Vocabulary.of_model, model))]
    if len(properties) == 1:
        return [(name, partial(Vocabulary.of_model, model))]
    return [(f"{name}: {each.name}", partial(Vocabulary.of_model, model, each.name)) for each in properties]
