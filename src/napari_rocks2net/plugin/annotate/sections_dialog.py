"""Dialog of the thin sections: rules shown by examples, a pattern for those who want it, and a preview."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QLineEdit, QWidget

from napari_rocks2net.annotation import (
    DEFAULT_SECTION_PATTERN,
    AnnotationCollection,
    CollectionError,
    guess_section,
)
from napari_rocks2net.plugin.look.controls import column, sentence
from napari_rocks2net.plugin.look.tables import fill_table, plain_table
from napari_rocks2net.wording import count_of

MOST_ROWS = 300
EXPLANATION = (
    "Photos of one thin section must never part between training and test. The section is read from the file "
    "name, such as M12_10x_3.jpg → M12. Choose what is right for your names; sections that you typed in the "
    "table stay as they are."
)
RULES = {
    "Up to the light, magnification or photo number": DEFAULT_SECTION_PATTERN,
    "Up to the first _": r"^([^_]+)",
    "Up to the last _": r"^(.+)_",
    "Up to the first -": r"^([^-]+)",
    "The first number": r"([0-9]+)",
    "The whole name": r"^(.+)\.[^.]+$",
}
OWN = "A pattern of my own"
PATTERN_TIP = (
    "A regular expression that is searched in each file name; what its one bracketed part matches is the "
    "section, such as (sample_[0-9]+)."
)


class SectionsDialog(QDialog):
    """Lets a person choose how the sections of a collection are read from its file names."""

    def __init__(self, collection: AnnotationCollection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Thin sections from file names")
        self._collection = collection
        self.verdict = sentence()
        self.preview = plain_table("The sections of the images of the collection.")
        self.preview.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._make_fields()
        parts = (self.rule, self.pattern, self.verdict, self.preview, self.buttons)
        column(self, sentence(EXPLANATION), *parts, roomiest=self.preview).setContentsMargins(9, 9, 9, 9)
        self.resize(620, 460)
        self.rule.currentIndexChanged.connect(self._choose)
        self._choose()
        self.refresh()

    def _make_fields(self) -> None:
        self.rule = QComboBox()
        for words, pattern in RULES.items():
            self.rule.addItem(f"{words}{self._example(pattern)}", pattern)
        self.rule.addItem(OWN, None)
        self.rule.setToolTip("How the section is read from a file name.")
        self.pattern = QLineEdit(self._collection.section_pattern)
        self.pattern.setToolTip(PATTERN_TIP)
        self.pattern.textChanged.connect(self.refresh)
        position = self.rule.findData(self._collection.section_pattern)
        self.rule.setCurrentIndex(position if position >= 0 else self.rule.count() - 1)

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
        typed = {True: " (typed)", False: ""}
        rows = [(image.name, image.section + typed[image.section_by_person]) for image in images[:MOST_ROWS]]
        fill_table(self.preview, ("Image", "Section"), rows)

    def _choose(self) -> None:
        pattern = self.rule.currentData()
        self.pattern.setVisible(pattern is None)
        if pattern is not None:
            self.pattern.setText(pattern)

    def _example(self, pattern: str) -> str:
        files = [image.file for image in self._collection.images[:1]]
        return "".join(f":  {file.name} → {guess_section(file, pattern)}" for file in files)
