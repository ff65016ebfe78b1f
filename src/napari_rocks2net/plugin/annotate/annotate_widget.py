"""Annotate widget: a collection of images, labelled by keys, saved after every change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QEvent, QSize
from qtpy.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from napari_rocks2net.annotation.annotator import Annotator, Suggestions
from napari_rocks2net.annotation.image_table import FILTERS
from napari_rocks2net.plugin.annotate.annotated_layers import AnnotatedLayers
from napari_rocks2net.plugin.annotate.collection_file_panel import CollectionFilePanel
from napari_rocks2net.plugin.annotate.collection_model import CollectionModel
from napari_rocks2net.plugin.annotate.collection_table import CollectionTable, FilteredImages
from napari_rocks2net.plugin.annotate.keys import KEYS_IN_WORDS, qt_key_actions
from napari_rocks2net.plugin.annotate.predict_menu import PredictMenu
from napari_rocks2net.plugin.annotate.predicting import suggestions_from_layers
from napari_rocks2net.plugin.annotate.sections_dialog import SectionsDialog
from napari_rocks2net.plugin.annotate.vocabulary_editor import VocabularyEditor
from napari_rocks2net.plugin.layers.mark import ResultMark
from napari_rocks2net.plugin.look.controls import button, row
from napari_rocks2net.plugin.look.wheel import WheelFilter
from napari_rocks2net.plugin.work import preferences

if TYPE_CHECKING:
    import napari.viewer

DOCK_WIDTH = 400
SHOWN_WARNINGS = 3


class AnnotateWidget(QWidget):
    """Labels a collection of images and their regions."""

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self._closed = False
        self.annotator = Annotator()
        self.file_panel = CollectionFilePanel(viewer, self.annotator, self.edit_sections)
        self.vocabulary = VocabularyEditor(self.annotator)
        self.model = CollectionModel(self.annotator, self)
        self.images = FilteredImages(self.model, self)
        self.annotator.order = self.images.order
        self.table = CollectionTable(self.annotator, self.images, self.model)
        self.table.key_actions = qt_key_actions(self.annotator)
        self.predicting = PredictMenu(self.annotator, self)
        self._layer_suggestions: Suggestions = {}
        self.layers = AnnotatedLayers(viewer, self.annotator, self)
        self._build()
        self._lay_out()
        WheelFilter(self)
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show what is said about the current image, the counts' warnings, and what can be undone."""
        session, collection = self.annotator.session, self.annotator.collection
        name = self.annotator.property_name
        self.predicting.button.setEnabled(session is not None and not self.predicting.running)
        self.undo.setEnabled(bool(session and session.can_undo))
        self.redo.setEnabled(bool(session and session.can_redo))
        self.undo.setToolTip(f"Undo {session.undo_text if session else ''} (Ctrl+Z)")
        self.redo.setToolTip(f"Redo {session.redo_text if session else ''} (Ctrl+Shift+Z)")
        warnings = collection.warnings(name) if collection and name else ()
        more = [f"and {len(warnings) - SHOWN_WARNINGS} more"] if len(warnings) > SHOWN_WARNINGS else []
        self.warnings.setText("\n".join([f"⚠ {each}" for each in warnings[:SHOWN_WARNINGS]] + more))
        self.warnings.setToolTip("\n".join(["What stands in the way of a fair training:", *warnings]))
        self.warnings.setVisible(bool(warnings))
        self._show_current()

    def read_predictions(self) -> None:
        """Take over what the Classify widget's result layers say, and did not say before."""
        known = self._layer_suggestions
        self._layer_suggestions = suggestions_from_layers(self._viewer.layers, self.annotator.links)
        # An old layer does not replace what another model has said since.
        new = {key: each for key, each in self._layer_suggestions.items() if known.get(key) != each}
        self.annotator.suggest(new)

    def edit_sections(self) -> None:
        """Open the dialog of the section pattern."""
        collection = self.annotator.collection
        if collection is not None and (dialog := SectionsDialog(collection, self)).exec():
            pattern = dialog.pattern.text()
            self.annotator.edit(lambda each: each.with_section_pattern(pattern), "section pattern")

    def sizeHint(self) -> QSize:  # noqa: N802
        """Ask for a dock of usual width; the texts wrap."""
        return QSize(DOCK_WIDTH, super().sizeHint().height())

    def hideEvent(self, event: Any) -> None:  # noqa: N802
        """Keep what was drawn a moment ago: a viewer that is closed hides its widgets first."""
        self.layers.regions.flush()
        super().hideEvent(event)

    def event(self, event: Any) -> bool:
        """Stop everything when napari takes the closed widget out of its dock."""
        if event.type() == QEvent.Type.ParentChange and self.parent() is None:
            self.stop()
        return bool(super().event(event))

    def stop(self) -> None:
        """Keep what was drawn a moment ago, take our layers away, end the threads."""
        if not self._closed:
            self._closed = True
            self._viewer.layers.events.inserted.disconnect(self._layer_inserted)
            self.predicting.cancel()
            self.file_panel.moved.cancel()
            self.layers.close()
            self.annotator.close()
            self.model.previews.close()

    def _build(self) -> None:
        actions = self.annotator
        self.current = QLabel()
        self.current.setWordWrap(True)
        self.current.setToolTip("The image that is shown, its label, and what the model says.")
        self.previous = button("◀ P", "Previous image (P)", lambda: actions.show_next(-1))
        self.next = button("N ▶", "Next image (N)", actions.show_next)
        self.accept = button("A accept", "Take the prediction as the label (A)", actions.accept)
        self.clear = button("0 clear", "Take the label off (0 or Backspace)", lambda: actions.label(None))
        self.undo = button("↶", "Undo (Ctrl+Z)", actions.undo)
        self.redo = button("↷", "Redo (Ctrl+Shift+Z)", actions.redo)
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
        self.warnings = QLabel()
        self.warnings.setWordWrap(True)
        self.status = QLabel(KEYS_IN_WORDS)
        self.status.setWordWrap(True)
        self.table.setToolTip(f"Keys: {KEYS_IN_WORDS}")

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(self.file_panel)
        rows.addWidget(self.vocabulary)
        rows.addWidget(self.current)
        steps = (self.previous, self.next, self.accept, self.clear, self.undo, self.redo, None, self.move_on)
        rows.addLayout(row(*steps))
        rows.addLayout(row(self.predicting.button, self.kind, self.search))
        rows.addWidget(self.predicting.running_row)
        rows.addWidget(self.table, 1)
        rows.addWidget(self.warnings)
        rows.addWidget(self.status)

    def _connect(self) -> None:
        annotator = self.annotator
        annotator.collection_changed.connect(lambda *_: self.refresh())
        annotator.property_changed.connect(self.refresh)
        annotator.current_changed.connect(self._show_current)
        annotator.suggestions_changed.connect(self._show_current)
        annotator.message.connect(self._show_message)
        self.file_panel.opened.connect(self._opened)
        self.move_on.toggled.connect(self._set_move_on)
        self.move_on.setChecked(preferences.remembered_list(preferences.MOVE_ON) != ["no"])
        self._set_move_on(self.move_on.isChecked())
        self.model.files_looked_for.connect(self.file_panel.moved.show_missing)
        self.kind.currentTextChanged.connect(self.images.choose)
        self.kind.currentTextChanged.connect(self.table.sort_for)
        self.search.textChanged.connect(self.images.search)
        self._viewer.layers.events.inserted.connect(self._layer_inserted)
        self.read_predictions()

    def _show_message(self, text: str) -> None:
        self.status.setText(text)

    def _opened(self) -> None:
        self.predicting.cancel()
        self.file_panel.moved.cancel()
        self.model.look_for_files()
        self.kind.setCurrentIndex(0)
        self.search.clear()
        self.status.setText(KEYS_IN_WORDS)
        self.table.setFocus()

    def _set_move_on(self, on: bool) -> None:
        self.annotator.move_on = on
        preferences.remember_list(preferences.MOVE_ON, ["yes" if on else "no"])

    def _layer_inserted(self, event: Any) -> None:
        if hasattr(event.value, "features"):
            # A critical area that a person moves changes what is said about its image.
            event.value.events.features.connect(self._features_changed)
        self.read_predictions()

    def _features_changed(self, event: Any) -> None:
        if not self._closed and ResultMark.of_own(event.source):
            self.read_predictions()

    def _show_current(self) -> None:
        image = self.annotator.image(self.annotator.current)
        suggestion = self.annotator.suggestion(self.annotator.current)
        self.accept.setEnabled(suggestion is not None)
        for control in (self.previous, self.next, self.clear):
            control.setEnabled(image is not None)
        if image is None:
            self.current.setText("Add images to begin." if self.annotator.session else "")
            return
        label = image.labels.get(self.annotator.property_name, "no label")
        prediction = f" · predicted {suggestion}" if suggestion else ""
        self.current.setText(f"<b>{image.name}</b>: {label}{prediction}")
