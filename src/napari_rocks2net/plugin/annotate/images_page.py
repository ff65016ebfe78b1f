"""Images page of the Annotate widget: the current image, its label, keys for classes, the table of all."""

from __future__ import annotations

from functools import partial

from qtpy.QtCore import Qt
from qtpy.QtGui import QIcon
from qtpy.QtWidgets import QCheckBox, QLineEdit, QPushButton, QWidget
from superqt import QElidingLabel
from superqt.utils import QFlowLayout

from napari_rocks2net.annotation import Vocabulary
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.annotation.image_table import FILTERS
from napari_rocks2net.plugin.annotate.class_list import KEYS
from napari_rocks2net.plugin.annotate.collection_model import CollectionModel
from napari_rocks2net.plugin.annotate.collection_table import CollectionTable, FilteredImages
from napari_rocks2net.plugin.annotate.keys import KEYS_IN_WORDS, table_key_actions
from napari_rocks2net.plugin.annotate.learning_switch import LearningSwitch
from napari_rocks2net.plugin.look.controls import button, choice, column, menu_button, row, shorten
from napari_rocks2net.plugin.look.thumbnails import swatch
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.keys import KeyFilter

# More than these would take the table's room; the others are in a menu.
MOST_SHOWN = 12
NAME_WIDTH = 130
SPACE = 4
FILTER_LETTERS, SEARCH_WIDTH = 9, 70


class ClassKeys(QWidget):
    """Labels what is selected with one click; the order is that of the keys."""

    def __init__(self, annotator: Annotator) -> None:
        super().__init__()
        self._annotator = annotator
        self._vocabulary: Vocabulary | None = None
        self._flow = QFlowLayout(self)
        self._flow.setContentsMargins(0, 0, 0, 0)
        self._flow.setHorizontalSpacing(SPACE)
        self._flow.setVerticalSpacing(SPACE)
        annotator.collection_changed.connect(lambda *_: self.refresh())
        annotator.property_changed.connect(self.refresh)
        self.refresh()

    @property
    def buttons(self) -> list[QPushButton]:
        """One for each class that is shown, and at the end that of the menu if there are more."""
        return self.findChildren(QPushButton, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def refresh(self) -> None:
        """Show the classes of the property that is labelled now."""
        vocabulary = self._annotator.vocabulary
        if vocabulary == self._vocabulary:
            return
        self._vocabulary = vocabulary
        for each in self.buttons:
            self._flow.removeWidget(each)
            each.setParent(None)
            each.deleteLater()
        classes = vocabulary.classes if vocabulary else ()
        for number, name in enumerate(classes[:MOST_SHOWN], start=1):
            self._flow.addWidget(self._key(number, name))
        if more := classes[MOST_SHOWN:]:
            menu = menu_button(f"{len(more)} more", "Label with one of the other classes.")
            for name in more:
                menu.menu().addAction(self._icon(name), name, partial(self._annotator.label, name))
            self._flow.addWidget(menu)

    def _key(self, number: int, name: str) -> QPushButton:
        key = f"{number} " if number <= KEYS else ""
        label = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH)
        tip = f"Label {name}" + (f" ({number})" if key else "")
        # Qt takes a single & for the mark of a shortcut.
        key_button = button(f"{key}{label}".replace("&", "&&"), tip, partial(self._annotator.label, name))
        key_button.setIcon(self._icon(name))
        return key_button

    def _icon(self, name: str) -> QIcon:
        assert self._vocabulary is not None
        return QIcon(swatch(self._vocabulary.colour_of(name)))


class ImagesPage(QWidget):
    """Shows, labels and filters the images of the open collection."""

    def __init__(self, annotator: Annotator, predict: QPushButton, scale: QPushButton) -> None:
        super().__init__()
        self.annotator = annotator
        self.model = CollectionModel(annotator, self)
        self.images = FilteredImages(self.model, self)
        annotator.order = self.images.order
        self.table = CollectionTable(annotator, self.images, self.model)
        # While the table has the focus; a section that is being typed keeps its letters.
        KeyFilter(self.table, table_key_actions(annotator))
        self.table.setToolTip(f"Keys: {KEYS_IN_WORDS}")
        self.keys = ClassKeys(annotator)
        self._build()
        self._lay_out(predict, scale)
        self._connect(annotator)
        self.move_on.setChecked(preferences.remembered_flag(preferences.MOVE_ON, usual=True))
        self._set_move_on(self.move_on.isChecked())
        self.show_current()

    def _connect(self, annotator: Annotator) -> None:
        annotator.collection_changed.connect(lambda *_: self.show_current())
        for signal in (annotator.property_changed, annotator.current_changed, annotator.suggestions_changed):
            signal.connect(self.show_current)
        self.kind.currentTextChanged.connect(self.images.choose)
        self.kind.currentTextChanged.connect(self.table.sort_for)
        self.search.textChanged.connect(self.images.search)
        self.move_on.toggled.connect(self._set_move_on)

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
        scale = f"\n{image.pixel_size_um:.4g} µm a pixel" if image.pixel_size_um else ""
        self.current.setToolTip(f"{image.file}{scale}")
        label = image.labels.get(self.annotator.property_name, "no label")
        self.label.setText(f"{label} · predicted {suggestion}" if suggestion else label)

    def close_jobs(self) -> None:
        """Stop reading previews and learning."""
        self.learn.close_jobs()
        self.model.close()

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
        # A long class is cut rather than the dock widened.
        self.label = QElidingLabel()
        self.label.setToolTip("The label of the image that is shown, and what the model says.")
        self.previous = button("◀ P", "Previous image (P)", lambda: actions.show_next(-1))
        self.next = button("N ▶", "Next image (N)", actions.show_next)
        self.accept = button("A accept", "Take the prediction as the label (A)", actions.accept)
        self.clear = button("0 clear", "Take the label off (0 or Backspace)", lambda: actions.label(None))
        self.learn = LearningSwitch(actions)
        self.move_on = QCheckBox("Move on")
        self.move_on.setToolTip("After a label, show the next unlabelled image.")
        self.kind = choice(*FILTERS, tip="Which images the table shows; N and P follow it.")
        shorten(self.kind, FILTER_LETTERS)
        self.search = QLineEdit()
        self.search.setMinimumWidth(SEARCH_WIDTH)
        self.search.setPlaceholderText("Search ...")
        self.search.setToolTip("Show only images whose name, section or class holds this text.")
        self.search.setClearButtonEnabled(True)

    def _lay_out(self, predict: QPushButton, scale: QPushButton) -> None:
        count, chosen = (
            row(self.current, self.label, wide=self.current),
            row(predict, self.learn, self.kind, self.search),
        )
        actions = row(self.previous, self.next, self.accept, self.clear, self.move_on, None, scale)
        column(self, count, self.keys, actions, chosen, self.table, roomiest=self.table)

    def _set_move_on(self, on: bool) -> None:
        self.annotator.move_on = on
        preferences.remember(preferences.MOVE_ON, on)
