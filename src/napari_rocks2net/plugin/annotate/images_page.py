"""Images page of the Annotate widget: the current image, its label, and the table of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from napari_rocks2net.annotation.image_table import FILTERS
from napari_rocks2net.plugin.annotate.class_keys import ClassKeys
from napari_rocks2net.plugin.annotate.collection_model import CollectionModel
from napari_rocks2net.plugin.annotate.collection_table import CollectionTable, FilteredImages
from napari_rocks2net.plugin.annotate.keys import KEYS_IN_WORDS, qt_key_actions
from napari_rocks2net.plugin.annotate.learning_switch import LearningSwitch
from napari_rocks2net.plugin.look.controls import button, row
from napari_rocks2net.plugin.work import preferences

if TYPE_CHECKING:
    from napari_rocks2net.annotation.annotator import Annotator


class ImagesPage(QWidget):
    """Shows, labels and filters the images of the open collection."""

    def __init__(self, annotator: Annotator, predict: QPushButton) -> None:
        super().__init__()
        self.annotator = annotator
        self.model = CollectionModel(annotator, self)
        self.images = FilteredImages(self.model, self)
        annotator.order = self.images.order
        self.table = CollectionTable(annotator, self.images, self.model)
        self.table.key_actions = qt_key_actions(annotator)
        self.table.setToolTip(f"Keys: {KEYS_IN_WORDS}")
        self.keys = ClassKeys(annotator)
        self._build()
        self._lay_out(predict)
        annotator.collection_changed.connect(lambda *_: self.show_current())
        for signal in (annotator.property_changed, annotator.current_changed, annotator.suggestions_changed):
            signal.connect(self.show_current)
        self.kind.currentTextChanged.connect(self.images.choose)
        self.kind.currentTextChanged.connect(self.table.sort_for)
        self.search.textChanged.connect(self.images.search)
        self.move_on.toggled.connect(self._set_move_on)
        self.move_on.setChecked(preferences.remembered_list(preferences.MOVE_ON) != ["no"])
        self._set_move_on(self.move_on.isChecked())
        self.show_current()

    def show_current(self) -> None:
        """Show the name of the current image, its label, and what the model says."""
        image = self.annotator.image(self.annotator.current)
        suggestion = self.annotator.suggestion(self.annotator.current)
        self.accept.setEnabled(suggestion is not None)
        for control in (self.previous, self.next, self.clear):
            control.setEnabled(image is not None)
        if image is None:
            self.current.setText("")
            self.label.setText("Add images to begin: Collection." if self.annotator.session else "")
            return
        self.current.setText(image.name)
        self.current.setToolTip(str(image.file))
        label = image.labels.get(self.annotator.property_name, "no label")
        self.label.setText(f"{label} · predicted {suggestion}" if suggestion else label)

    def close_jobs(self) -> None:
        """Stop reading previews and learning."""
        self.learn.close_jobs()
        self.model.previews.close()

    def start_over(self) -> None:
        """Show all images of a collection that was just opened."""
        self.model.look_for_files()
        self.kind.setCurrentIndex(0)
        self.search.clear()
        self.table.setFocus()

    def _build(self) -> None:
        actions = self.annotator
        self.current = QElidingLabel()
        self.current.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.current.setStyleSheet("font-weight: bold")
        self.label = QLabel()
        self.label.setToolTip("The label of the image that is shown, and what the model says.")
        self.previous = button("◀ P", "Previous image (P)", lambda: actions.show_next(-1))
        self.next = button("N ▶", "Next image (N)", actions.show_next)
        self.accept = button("A accept", "Take the prediction as the label (A)", actions.accept)
        self.clear = button("0 clear", "Take the label off (0 or Backspace)", lambda: actions.label(None))
        self.learn = LearningSwitch(actions)
        self.move_on = QCheckBox("Move on")
        self.move_on.setToolTip("After a label, show the next unlabelled image.")
        self.kind = QComboBox()
        self.kind.addItems(FILTERS)
        self.kind.setMinimumContentsLength(12)
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setToolTip("Which images the table shows; N and P follow it.")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search ...")
        self.search.setToolTip("Show only images whose name, section or class holds this text.")
        self.search.setClearButtonEnabled(True)

    def _lay_out(self, predict: QPushButton) -> None:
        shown = row(self.current, self.label)
        shown.setStretch(0, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 4, 0, 0)
        rows.addLayout(shown)
        rows.addWidget(self.keys)
        rows.addLayout(row(self.previous, self.next, self.accept, self.clear, None, self.learn, self.move_on))
        rows.addLayout(row(predict, self.kind, self.search))
        rows.addWidget(self.table, 1)

    def _set_move_on(self, on: bool) -> None:
        self.annotator.move_on = on
        preferences.remember_list(preferences.MOVE_ON, ["yes" if on else "no"])
