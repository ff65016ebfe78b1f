"""Classify page at work: classify crystals, name them by keys, train on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import napari
import numpy as np
from napari.layers import Labels
from qtpy.QtCore import QObject

from napari_rocks2net.crystals.classification.classes import (
    DEFAULT_CRYSTAL_CLASSES,
    MOST_CLASSES,
    count_classes,
    renamed,
    with_class,
)
from napari_rocks2net.crystals.labels import label_areas
from napari_rocks2net.plugin.crystals.classify_page import BY_CLASS, ClassifyPage
from napari_rocks2net.plugin.crystals.classifying import (
    CrystalModels,
    as_classifier,
    classifiable,
    classifying_work,
    colour_by_crystal,
    colour_layer,
    colours_of,
    compile_colours,
    model_classes,
    show_classes,
)
from napari_rocks2net.plugin.crystals.crystal_layers import changed_picture
from napari_rocks2net.plugin.crystals.features import ManualClasses, effective_classes, manual_classes
from napari_rocks2net.plugin.crystals.measuring import LabelledPicture
from napari_rocks2net.plugin.crystals.picking import CrystalPicker
from napari_rocks2net.plugin.crystals.train_step import TrainStep
from napari_rocks2net.plugin.crystals.training import layers_with_names
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.look.layer_choice import LayerChoice
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.plugin.work.jobs import JobRunner, errors_as_messages
from napari_rocks2net.plugin.work.model_choice import describe
from napari_rocks2net.wording import count_of


class ClassifyStep(QObject):
    """Gives classes to the chosen crystals: a model's, or a person's that a model learns from."""

    def __init__(
        self,
        viewer: napari.Viewer,
        crystals: LayerChoice,
        jobs: JobBar,
        request: Callable[[], LabelledPicture],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._viewer, self._crystals, self._jobs, self._request = viewer, crystals, jobs, request
        self.page, self.models = ClassifyPage(), CrystalModels()
        self.classes = remembered_classes()
        self.hand, self.picker = ManualClasses(self), CrystalPicker(viewer, self)
        self.training = TrainStep(viewer, self.page, self)
        self._areas: dict[int, float] = {}
        self._compiler, self._prepared = JobRunner(self), False
        self._connect()
        self.page.show_models(self.models.choices())
        self.refresh()

    def classify(self) -> None:
        """Classify the chosen crystals with the chosen model."""
        layer, model = self._crystals.layer, self.page.chosen_model
        with errors_as_messages(self._jobs.show_message):
            request = self._request()
            if model is None:
                raise ValueError("No model is chosen; add a model file, or name crystals and train one.")
            request = classifiable(request, layer.name)
            load = self.models.loader([model], lambda: as_classifier(model))
            self._jobs.run(
                lambda: classifying_work(request, load), lambda table: self._classified(layer, table)
            )

    def name_selected(self, number: int) -> None:
        """Give the selected crystals the class of a key, or with 0 none."""
        layer = self.picker.layer
        if layer is None or number > len(self.classes):
            return
        if not self.picker.selected:
            self._jobs.show_message("Click a crystal first, then press the key of its class.")
            return
        self.hand.give(layer, self.picker.selected, self.classes[number - 1] if number else "")

    def add_class(self, name: str) -> None:
        """Add a class, or say why not."""
        self._set_classes(lambda: with_class(self.classes, name))

    def rename_class(self, old: str, new: str) -> None:
        """Rename a class here and on every crystal that was named so by hand."""
        if self._set_classes(lambda: renamed(self.classes, old, new)):
            self.hand.rename(layers_with_names(self._viewer), old, new.strip())

    def remove_class(self) -> None:
        """Remove the selected class from the keys."""
        name = self.page.table.chosen
        if name in self.classes and len(self.classes) > 1:
            self._set_classes(lambda: tuple(each for each in self.classes if each != name))

    def use_model(self, path: Path) -> None:
        """Choose a model file and classify with it."""
        self._add_model(path)
        self.classify()

    def ask_for_model(self) -> None:
        """Let the person choose a model file and add it."""
        if path := questions.ask_model_file(self.page, "Add a crystal model"):
            with errors_as_messages(self._jobs.show_message):
                self._add_model(path)

    def show_layer(self) -> None:
        """Follow the choice of another Labels layer."""
        self._areas = {}
        if self.page.picking.isChecked():
            self._pick(True)
        self.refresh()

    def refresh(self) -> None:
        """Show the classes of the chosen crystals, and what can be trained on."""
        layer = self._crystals.layer
        by_hand, named, by_model = {}, {}, []
        if layer is not None:
            by_hand, named, by_model = manual_classes(layer), effective_classes(layer), model_classes(layer)
        names = list(dict.fromkeys([*self.classes, *by_model, *named.values()]))
        if named.keys() - self._areas.keys():
            self._areas = label_areas(np.asarray(layer.data))
        lines = count_classes(names, colours_of(names), by_hand, named, self._areas)
        self.page.table.show_lines(lines, editable=len(self.classes))
        self.page.undo.setEnabled(self.hand.namings.done is not None)
        self.page.redo.setEnabled(self.hand.namings.undone is not None)
        self.page.picking.setEnabled(layer is not None)
        self.page.models.setToolTip(describe(self.page.chosen_model) if self.page.chosen_model else "")
        self.training.show_basis()

    def prepare(self) -> None:
        """Let napari compile in a thread what colours labels by class, once; it takes seconds."""
        if not self._prepared:
            self._prepared = True
            self._compiler.start(compile_colours, on_done=lambda _: None, on_error=lambda _: None)

    def close_jobs(self) -> None:
        """End everything and give the layer back to napari."""
        self._compiler.cancel()
        self.picker.release()
        self.training.close_jobs()

    def _connect(self) -> None:
        page, picker = self.page, self.picker
        page.classify.clicked.connect(self.classify)
        page.add_model.clicked.connect(self.ask_for_model)
        page.add_class.clicked.connect(self._ask_for_class)
        page.remove_class.clicked.connect(self.remove_class)
        page.picking.toggled.connect(self._pick)
        page.colour.currentTextChanged.connect(lambda _: self._colour())
        page.table.renamed.connect(self.rename_class)
        page.use.clicked.connect(self._use_trained)
        page.undo.clicked.connect(self.hand.undo)
        page.redo.clicked.connect(self.hand.redo)
        picker.undo_pressed.connect(self.hand.undo)
        picker.redo_pressed.connect(self.hand.redo)
        picker.class_pressed.connect(self.name_selected)
        self.hand.changed.connect(self._named)

    def _pick(self, on: bool) -> None:
        layer = self._crystals.layer
        if not on or layer is None:
            self.picker.release()
            return
        self.picker.hold(layer)
        self._colour()
        self._jobs.show_message("Click a crystal, then press the key of its class.")

    def _named(self, layer: Labels) -> None:
        if layer is self._crystals.layer:
            self._colour()
        self.refresh()

    def _classified(self, layer: Labels, table: Any) -> None:
        show_classes(layer, table, self.classes)
        self._areas = {}
        self.page.colour.setCurrentText(BY_CLASS)
        self.refresh()
        done = f"{count_of(len(table), 'crystal')} classified."
        self._jobs.show_message(f"{done} {changed_picture(self._viewer, layer)}".strip())

    def _colour(self) -> None:
        layer = self._crystals.layer
        if layer is None:
            return
        if self.page.by_class and effective_classes(layer):
            colour_layer(layer, self.classes)
        else:
            colour_by_crystal(layer)

    def _set_classes(self, change: Callable[[], tuple[str, ...]]) -> bool:
        before = self.classes
        with errors_as_messages(self._jobs.show_message):
            self.classes = change()
            preferences.remember(preferences.CRYSTAL_CLASSES, list(self.classes))
            self.refresh()
        return self.classes != before

    def _use_trained(self) -> None:
        if self.training.job.run is not None:
            self.use_model(self.training.job.run.model_path)

    def _add_model(self, path: Path) -> None:
        added = self.models.add(path)
        self.page.show_models(self.models.choices(), added)

    def _ask_for_class(self) -> None:
        name = questions.ask_text(self.page, "New class", "Name of the class")
        if name:
            self.add_class(name)


def remembered_classes() -> tuple[str, ...]:
    """Return the classes of last time, by default those of MicroCrystalNet."""
    names = [name.strip() for name in preferences.remembered_list(preferences.CRYSTAL_CLASSES)]
    return tuple(dict.fromkeys(filter(None, names)))[:MOST_CLASSES] or DEFAULT_CRYSTAL_CLASSES
