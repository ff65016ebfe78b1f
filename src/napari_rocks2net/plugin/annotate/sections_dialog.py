"""Dialog of the thin section pattern, with a preview of the sections that it gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from napari_rocks2net.annotation import DEFAULT_SECTION_PATTERN, CollectionError
from napari_rocks2net.plugin.look.controls import button, row
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.annotation import AnnotatedImage, AnnotationCollection

SHOWN = 300
EXPLANATION = (
    "Photos of one thin section must never part between training and test. This regular expression is "
    "searched in each file name; what its one bracketed part matches is the section. Sections that you "
    "typed in the table stay as they are."
)


class SectionsDialog(QDialog):
    """Lets a person edit the section pattern of a collection."""

    def __init__(self, collection: AnnotationCollection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Thin sections from file names")
        self._collection = collection
        self.pattern = QLineEdit(collection.section_pattern)
        self.pattern.setToolTip("A regular expression with one bracketed part, such as (sample_[0-9]+)")
        self.pattern.textChanged.connect(self.refresh)
        self.default = button(
            "Default",
            "The pattern that a new collection begins with.",
            lambda: self.pattern.setText(DEFAULT_SECTION_PATTERN),
        )
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.preview = QTableWidget(0, 2)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show what the pattern gives, or what is wrong with it."""
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        try:
            images = self._collection.with_section_pattern(self.pattern.text()).images
        except CollectionError as error:
            self.verdict.setText(str(error))
            ok.setEnabled(False)
            return
        ok.setEnabled(True)
        sections = count_of(len({image.section for image in images}), "thin section")
        self.verdict.setText(f"{count_of(len(images), 'image')} in {sections}.")
        self._show(images[:SHOWN])

    def _show(self, images: Sequence[AnnotatedImage]) -> None:
        self.preview.setRowCount(len(images))
        for line, image in enumerate(images):
            typed = " (typed)" if image.section_by_person else ""
            for column, text in enumerate((image.name, image.section + typed)):
                self.preview.setItem(line, column, QTableWidgetItem(text))

    def _lay_out(self) -> None:
        explanation = QLabel(EXPLANATION)
        explanation.setWordWrap(True)
        self.preview.setHorizontalHeaderLabels(["Image", "Section"])
        self.preview.setToolTip("What the pattern gives for the images of the collection.")
        self.preview.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.preview.verticalHeader().hide()
        self.preview.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        rows = QVBoxLayout(self)
        rows.addWidget(explanation)
        rows.addLayout(row(self.pattern, self.default))
        rows.addWidget(self.verdict)
        rows.addWidget(self.preview)
        rows.addWidget(self.buttons)
        self.resize(620, 460)
