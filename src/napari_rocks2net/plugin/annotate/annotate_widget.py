"""Annotate widget: a collection of images, labelled by keys, saved after every change."""

from __future__ import annotations

from typing import Any

import napari.viewer
from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import QComboBox, QLabel

from napari_rocks2net.annotation import AnnotationCollection
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.annotation.open_collection import Suggestions
from napari_rocks2net.plugin.annotate.annotated_layers import AnnotatedLayers
from napari_rocks2net.plugin.annotate.check_page import CheckPage
from napari_rocks2net.plugin.annotate.collection_file_panel import CollectionFilePanel
from napari_rocks2net.plugin.annotate.images_page import ImagesPage
from napari_rocks2net.plugin.annotate.keys import KEYS_IN_WORDS
from napari_rocks2net.plugin.annotate.predict_menu import PredictMenu, suggestions_of_rows
from napari_rocks2net.plugin.annotate.scale_dialog import ScaleDialog
from napari_rocks2net.plugin.annotate.sections_dialog import SectionsDialog
from napari_rocks2net.plugin.annotate.vocabulary_editor import VocabularyEditor
from napari_rocks2net.plugin.layers.result_table import ResultMark, shown_rows
from napari_rocks2net.plugin.look.controls import button, row
from napari_rocks2net.plugin.look.dock_widget import DockWidget
from napari_rocks2net.plugin.work.jobs import JobRunner

STATUS_LINES = 3
SCALE_TIP = "How large a pixel of the photos is: from their files, their scale bars, a line, or a saved one."


class PropertyChoice(QComboBox):
    """Shows the properties of the open collection; the chosen one is labelled."""

    def __init__(self, annotator: Annotator) -> None:
        super().__init__()
        self._annotator = annotator
        self.setToolTip("The property that is labelled now; a collection can have several.")
        self.textActivated.connect(annotator.choose_property)
        annotator.collection_changed.connect(lambda *_: self.refresh())
        annotator.property_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the properties and which of them is labelled."""
        collection = self._annotator.collection
        names = [each.property for each in collection.vocabularies] if collection else []
        if [self.itemText(row) for row in range(self.count())] != names:
            self.clear()
            self.addItems(names)
        self.setCurrentText(self._annotator.property_name)


class AnnotateWidget(DockWidget):
    """Labels a collection of images and their regions."""

    preferred_size = QSize(400, 600)

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__(viewer)
        self.annotator = Annotator()
        self.file_panel = CollectionFilePanel(viewer, self.annotator, self.edit_sections)
        self.vocabulary = VocabularyEditor(self.annotator)
        self.predicting = PredictMenu(self.annotator, self)
        self.scale = button("Scale...", SCALE_TIP, self.edit_scale)
        self.page = ImagesPage(self.annotator, self.predicting.button, self.scale)
        self.check = CheckPage(self.annotator)
        self.layer_predictions = JobRunner(self)
        self._layer_suggestions: Suggestions = {}
        self.scale_dialog: ScaleDialog | None = None
        self.layers = AnnotatedLayers(viewer, self.annotator, self)
        self._build()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show what can be undone, and whether a model can be asked."""
        session = self.annotator.session
        self.predicting.button.setEnabled(session is not None and not self.predicting.jobs.running)
        self.undo.setEnabled(bool(session and session.can_undo))
        self.redo.setEnabled(bool(session and session.can_redo))
        self.undo.setToolTip(f"Undo {session.undo_text if session else ''} (Ctrl+Z)")
        self.redo.setToolTip(f"Redo {session.redo_text if session else ''} (Ctrl+Shift+Z)")

    def read_predictions(self) -> None:
        """Take over what the Classify widget's result layers say, and did not say before, in a moment."""
        if rows := tuple(shown_rows(self._viewer.layers)):
            job = suggestions_of_rows(rows, dict(self.annotator.links))
            self.layer_predictions.start(lambda: job, on_done=self._take_over, on_error=self.show_message)
        else:
            self.layer_predictions.cancel()
            self._take_over({})

    def _take_over(self, suggestions: Suggestions) -> None:
        earlier, self._layer_suggestions = self._layer_suggestions, suggestions
        # An old layer does not replace what another model has said since.
        self.annotator.suggest({key: each for key, each in suggestions.items() if earlier.get(key) != each})

    def edit_sections(self) -> None:
        """Open the dialog of the section pattern."""
        collection = self.annotator.collection
        if collection is not None and (dialog := SectionsDialog(collection, self)).exec():
            pattern = dialog.pattern.text()
            self.annotator.edit(lambda each: each.with_section_pattern(pattern), "section pattern")

    def edit_scale(self) -> None:
        """Open the dialog of the scale beside the viewer, in which a line may be drawn meanwhile."""
        if self.annotator.collection is None:
            self.show_message("Open a collection first.")
            return
        self.scale_dialog = ScaleDialog(self._viewer, self.annotator, self)
        self.scale_dialog.show()

    def hideEvent(self, event: Any) -> None:  # noqa: N802
        """Save regions that were drawn a moment ago: a closing viewer hides its widgets first."""
        self.layers.regions.flush()
        super().hideEvent(event)

    def _end_jobs(self) -> None:
        self._viewer.layers.events.inserted.disconnect(self._layer_inserted)
        self.predicting.jobs.cancel()
        self.layer_predictions.cancel()
        self.file_panel.adding.jobs.cancel()
        self.file_panel.moved.cancel()
        # Keeps what was drawn a moment ago.
        self.layers.close()
        if self.scale_dialog is not None:
            self.scale_dialog.close()
        self.annotator.close()
        self.page.close_jobs()
        self.check.cancel()

    def _build(self) -> None:
        self.properties = PropertyChoice(self.annotator)
        self.undo = button("↶", "Undo (Ctrl+Z)", self.annotator.undo)
        self.redo = button("↷", "Redo (Ctrl+Shift+Z)", self.annotator.redo)
        rows = self._lay_out(
            {
                "Collection": self.file_panel,
                "Classes": self.vocabulary,
                "Images": self.page,
                "Check": self.check,
            }
        )
        rows.insertLayout(0, row(QLabel("Property"), self.properties, self.undo, self.redo))
        # Beside the tabs' names: a bar that comes and goes moves nothing.
        self.tabs.setCornerWidget(self.predicting.jobs)
        self.show_message(KEYS_IN_WORDS)
        self.status.setAlignment(Qt.AlignmentFlag.AlignTop)
        # A sentence of any length moves nothing; the tooltip has all of it.
        self.status.setFixedHeight(STATUS_LINES * self.status.fontMetrics().lineSpacing())

    def _connect(self) -> None:
        annotator = self.annotator
        annotator.collection_changed.connect(self._collection_changed)
        annotator.message.connect(self.show_message)
        self.file_panel.opened.connect(self._opened)
        self.page.model.files_looked_for.connect(self._show_missing)
        self._viewer.layers.events.inserted.connect(self._layer_inserted)
        self.read_predictions()

    def _collection_changed(
        self, before: AnnotationCollection | None, after: AnnotationCollection | None
    ) -> None:
        self.refresh()
        if before is not None and after is not None and not len(before) and len(after):
            self._show_next_step()

    def _show_next_step(self) -> None:
        """Show the page of what the collection lacks: images, then classes; else that of labelling."""
        collection, vocabulary = self.annotator.collection, self.annotator.vocabulary
        lacking = self.vocabulary if vocabulary is None or not vocabulary.classes else self.page
        self.tabs.setCurrentWidget(lacking if collection else self.file_panel)

    def _show_missing(self, count: int) -> None:
        self.file_panel.moved.show_missing(count)
        self.tabs.setTabText(self.tabs.indexOf(self.file_panel), "Collection ⚠" if count else "Collection")

    def _opened(self) -> None:
        self.predicting.jobs.cancel()
        self.file_panel.moved.cancel()
        self.show_message(KEYS_IN_WORDS)
        self._show_next_step()
        self.page.start_over()
        self.check.start_over()

    def _layer_inserted(self, event: Any) -> None:
        if hasattr(event.value, "features"):
            # A critical area that a person moves changes what is said about its image.
            event.value.events.features.connect(self._features_changed)
        self.read_predictions()

    def _features_changed(self, event: Any) -> None:
        if not self._closed and ResultMark.of_own(event.source):
            self.read_predictions()
