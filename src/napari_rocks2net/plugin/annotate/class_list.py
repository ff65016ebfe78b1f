"""Class list: key, colour, name, number of images and sections; edited in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qtpy.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, Signal
from qtpy.QtGui import QColor, QPainter, QPen
from qtpy.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QWidget,
)

from napari_rocks2net.annotation import Vocabulary
from napari_rocks2net.annotation.counts import ClassCount

ROLE = Qt.ItemDataRole
COLOUR, COUNT, SECTIONS, SHARE = (ROLE.UserRole + offset for offset in range(4))
LINE = 26
BADGE = 20
GAP = 6
COUNT_WIDTH = 136
KEYS = 9


def badge_rect(line: QRect) -> QRect:
    """Return the rectangle of the key of a line; a click in it labels."""
    return QRect(line.left() + GAP, line.center().y() - BADGE // 2, BADGE, BADGE)


def _swatch_rect(line: QRect) -> QRect:
    """Return the rectangle of the colour of a line; a click in it changes the colour."""
    return badge_rect(line).translated(BADGE + GAP, 0)


def _name_rect(line: QRect) -> QRect:
    """Return where the name of a line is."""
    left = _swatch_rect(line).right() + GAP
    return QRect(left, line.top(), max(line.width() - left - COUNT_WIDTH, 40), line.height())


class ClassLine(QStyledItemDelegate):
    """Draws one class."""

    label_requested = Signal(int)
    colour_requested = Signal(int)

    def sizeHint(self, option: Any, index: QModelIndex) -> QSize:  # noqa: N802
        """Return the height of a line."""
        return QSize(200, LINE)

    def paint(self, painter: QPainter, option: Any, index: QModelIndex) -> None:
        """Draw key, colour, name, bar and counts."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.highlight())
        text = option.palette.text().color()
        self._paint_bar(painter, option.rect, index, text)
        self._paint_key(painter, option.rect, index.row(), text)
        painter.setBrush(QColor(index.data(COLOUR)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(_swatch_rect(option.rect).adjusted(2, 2, -2, -2), 3, 3)
        painter.setPen(text)
        place = _name_rect(option.rect)
        name = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), name)
        painter.restore()

    def updateEditorGeometry(self, editor: QWidget, option: Any, index: QModelIndex) -> None:  # noqa: N802
        """Edit the name where it stands."""
        editor.setGeometry(_name_rect(option.rect))

    def editorEvent(self, event: Any, model: Any, option: Any, index: QModelIndex) -> bool:  # noqa: N802
        """Ask for what a click on the key or the colour means."""
        if event.type() == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            place = event.position().toPoint()
            if badge_rect(option.rect).contains(place):
                self.label_requested.emit(index.row())
                return True
            if _swatch_rect(option.rect).contains(place):
                self.colour_requested.emit(index.row())
                return True
        return super().editorEvent(event, model, option, index)

    @staticmethod
    def _paint_key(painter: QPainter, line: QRect, row: int, text: QColor) -> None:
        painter.setPen(QPen(text, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(badge_rect(line), 4, 4)
        key = str(row + 1) if row < KEYS else "·"
        painter.drawText(badge_rect(line), int(Qt.AlignmentFlag.AlignCenter), key)

    @staticmethod
    def _paint_bar(painter: QPainter, line: QRect, index: QModelIndex, text: QColor) -> None:
        place = QRect(line.right() - COUNT_WIDTH, line.top(), COUNT_WIDTH - GAP, line.height())
        colour = QColor(index.data(COLOUR))
        colour.setAlpha(90)
        bar = place.adjusted(0, 4, 0, -4)
        bar.setWidth(round(bar.width() * index.data(SHARE)))
        painter.fillRect(bar, colour)
        count, sections = index.data(COUNT), index.data(SECTIONS)
        words = f"{count}  in  {sections} section{'' if sections == 1 else 's'}" if count else "none yet"
        painter.setPen(text)
        painter.drawText(place.adjusted(4, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), words)


class ClassList(QListWidget):
    """Shows the classes of a property and asks for their edits.

    Signals
    -------
    label_requested, colour_requested : (class,)
    renamed : (old, new)
    moved : (class, position)
    """

    label_requested = Signal(str)
    colour_requested = Signal(str)
    renamed = Signal(str, str)
    moved = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self._classes: tuple[str, ...] = ()
        self._line = ClassLine(self)
        self._line.label_requested.connect(lambda row: self.label_requested.emit(self._classes[row]))
        self._line.colour_requested.connect(lambda row: self.colour_requested.emit(self._classes[row]))
        self.setItemDelegate(self._line)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.itemChanged.connect(self._edited)
        self.model().rowsMoved.connect(self._rows_moved)
        self.setToolTip(
            "Click a key to label, a colour to change it. Double-click a name to rename. Drag to reorder."
        )

    @property
    def chosen(self) -> str | None:
        """The selected class."""
        row = self.currentRow()
        return self._classes[row] if 0 <= row < len(self._classes) else None

    def choose(self, name: str) -> None:
        """Select a class."""
        if name in self._classes:
            self.setCurrentRow(self._classes.index(name))

    def show_classes(self, vocabulary: Vocabulary | None, counts: Mapping[str, ClassCount]) -> None:
        """Show a vocabulary, with the counts of every class."""
        chosen = self.chosen
        self._classes = vocabulary.classes if vocabulary else ()
        most = max((count.samples for count in counts.values()), default=0)
        self.blockSignals(True)
        self._resize_to(len(self._classes))
        for row, name in enumerate(self._classes):
            item = self.item(row)
            count, sections = counts[name]
            item.setText(name)
            item.setData(COLOUR, vocabulary.colours[row] if vocabulary else "")
            item.setData(COUNT, count)
            item.setData(SECTIONS, sections)
            item.setData(SHARE, count / most if most else 0.0)
        self.blockSignals(False)
        if chosen is not None:
            self.choose(chosen)
        self.viewport().update()

    def _resize_to(self, count: int) -> None:
        while self.count() > count:
            self.takeItem(self.count() - 1)
        while self.count() < count:
            item = QListWidgetItem()
            item.setFlags((item.flags() | Qt.ItemFlag.ItemIsEditable) & ~Qt.ItemFlag.ItemIsDropEnabled)
            self.addItem(item)

    def _edited(self, item: QListWidgetItem) -> None:
        old, new = self._classes[self.row(item)], item.text().strip()
        if new != old:
            # The list shows what the collection says, which follows if the new name can be used.
            self.blockSignals(True)
            item.setText(old)
            self.blockSignals(False)
            if new:
                self.renamed.emit(old, new)

    def _rows_moved(self, _: QModelIndex, start: int, __: int, ___: QModelIndex, target: int) -> None:
        name = self._classes[start]
        self.moved.emit(name, target - 1 if target > start else target)
