"""Class keys: a button for each class of the labelled property, with its key and colour."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtGui import QIcon
from qtpy.QtWidgets import QPushButton, QWidget
from superqt.utils import QFlowLayout

from napari_rocks2net.plugin.annotate.class_list import KEYS
from napari_rocks2net.plugin.annotate.collection_model import swatch
from napari_rocks2net.plugin.look.controls import button, menu_button

if TYPE_CHECKING:
    from napari_rocks2net.annotation import Vocabulary
    from napari_rocks2net.annotation.annotator import Annotator

# More than these would take the table's room; the others are in a menu.
MOST_SHOWN = 12
NAME_WIDTH = 130
SPACE = 4


class ClassKeys(QWidget):
    """Labels what is selected with one click; the order is that of the keys."""

    def __init__(self, annotator: Annotator) -> None:
        super().__init__()
        self._annotator = annotator
        self._shown: Vocabulary | None = None
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
        if vocabulary == self._shown:
            return
        self._shown = vocabulary
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
        shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH)
        tip = f"Label {name}" + (f" ({number})" if key else "")
        # Qt takes a single & for the mark of a shortcut.
        made = button(f"{key}{shown}".replace("&", "&&"), tip, partial(self._annotator.label, name))
        made.setIcon(self._icon(name))
        return made

    def _icon(self, name: str) -> QIcon:
        assert self._shown is not None
        return QIcon(swatch(self._shown.colour_of(name)))
