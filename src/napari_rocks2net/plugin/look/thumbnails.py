"""Thumbnails: small photos in a row or a wall, each with a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from qtpy.QtWidgets import QListView, QListWidget, QListWidgetItem

SIDE = 72
TEXT_LINES = 3
SWATCH_SIDE = 14


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """A small photo."""

    picture: np.ndarray
    """(y, x, 3) uint8."""
    text: str
    tip: str
    """The line below it, and its tooltip."""
    subject: Any
    """What it is of."""


class Thumbnails(QListWidget):
    """Shows thumbnails in their order.

    Parameters
    ----------
    tip : str
    one_row : bool
        A row that scrolls sideways, rather than a wall.

    Signals
    -------
    opened : (object)
        The subject of the thumbnail that was clicked.
    """

    opened = Signal(object)

    def __init__(self, tip: str, *, one_row: bool = False) -> None:
        super().__init__()
        self.setToolTip(tip)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setIconSize(QSize(SIDE, SIDE))
        text = TEXT_LINES * self.fontMetrics().lineSpacing()
        self.setGridSize(QSize(SIDE + 14, SIDE + text + 8))
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        if one_row:
            self.setWrapping(False)
            # Each line of a text is cut by itself; wrapped, the last would be hidden.
            self.setWordWrap(False)
            self.setGridSize(QSize(SIDE + 26, SIDE + text + 8))
            self.setSelectionMode(QListWidget.SelectionMode.SingleSelection)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setFixedHeight(SIDE + text + 28)
        self.itemClicked.connect(lambda item: self.opened.emit(item.data(Qt.ItemDataRole.UserRole)))

    def show_thumbnails(self, thumbnails: Sequence[Thumbnail]) -> None:
        """Show these in place of others."""
        self.clear()
        for each in thumbnails:
            item = QListWidgetItem(picture_icon(each.picture), each.text)
            item.setToolTip(each.tip)
            item.setData(Qt.ItemDataRole.UserRole, each.subject)
            item.setTextAlignment(int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop))
            self.addItem(item)

    def subjects(self) -> list[Any]:
        """Return the subjects of all thumbnails."""
        return [self.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.count())]

    def selected_subjects(self) -> list[Any]:
        """Return the subjects of the selected thumbnails."""
        return [item.data(Qt.ItemDataRole.UserRole) for item in self.selectedItems()]


def picture_icon(picture: np.ndarray) -> QIcon:
    """Return a (Y, X, 3) uint8 picture as Qt draws it, with its own colours in a selected line too."""
    picture = np.ascontiguousarray(picture)
    height, width, _ = picture.shape
    image = QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    pixmap = QPixmap.fromImage(image.copy())
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def swatch(colour: str) -> QPixmap:
    """Return a small rounded square of a colour."""
    pixmap = QPixmap(SWATCH_SIDE, SWATCH_SIDE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(pixmap.rect(), 3, 3)
    painter.end()
    return pixmap
