"""Table of the crystal classes: key, colour, name, counts and shares."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from napari_rocks2net.crystals.classification.classes import MOST_CLASSES, ClassCount

HEADINGS = {
    "Key": "Click a crystal, then press this key.",
    "Class": "Double-click to rename.",
    "Named": "Crystals of this layer to which you have given the class: what a model learns from.",
    "All": "Crystals of the class, named by you or, where you have not, by the model.",
    "%": "Share of the crystals that have a class, by number.",
    "% area": "Share of the area of the crystals that have a class.",
}
KEY, NAME, NAMED, ALL, SHARE, AREA = range(len(HEADINGS))
WIDTHS = {KEY: 40, NAMED: 56, ALL: 48, SHARE: 48, AREA: 58}
ROW_HEIGHT = 24
FEWEST_ROWS = 4
# A dark letter on a light ground and the other way round.
MIDDLE_LIGHTNESS = 140


class ClassTable(QTableWidget):
    """Shows the classes and asks for another name of one."""

    renamed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(HEADINGS), parent)
        self.setHorizontalHeaderLabels(list(HEADINGS))
        for column, tip in enumerate(HEADINGS.values()):
            self.horizontalHeaderItem(column).setToolTip(tip)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(30)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, width)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._names: list[str] = []
        self.itemChanged.connect(self._edited)
        self._fit_height()

    @property
    def chosen(self) -> str | None:
        """The class of the selected line."""
        row = self.currentRow()
        return self._names[row] if 0 <= row < len(self._names) else None

    def show_lines(self, lines: Sequence[ClassCount], editable: int) -> None:
        """Show lines, of which the first can be renamed."""
        self.blockSignals(True)
        self.setRowCount(len(lines))
        self._names = [line.name for line in lines]
        for row, line in enumerate(lines):
            for column, text in enumerate(_cells(line, row if row < editable else MOST_CLASSES)):
                self.setItem(row, column, self._cell(text, column, row < editable))
            self._paint_key(row, line.colour)
        self.blockSignals(False)
        self._fit_height()

    def _cell(self, text: str, column: int, editable: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        if column != NAME or not editable:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
        across = Qt.AlignmentFlag.AlignLeft if column == NAME else Qt.AlignmentFlag.AlignRight
        across = Qt.AlignmentFlag.AlignHCenter if column == KEY else across
        item.setTextAlignment(across | Qt.AlignmentFlag.AlignVCenter)
        return item

    def _paint_key(self, row: int, colour: str) -> None:
        ground = QColor(colour)
        item = self.item(row, KEY)
        item.setBackground(ground)
        item.setForeground(QColor("black" if ground.lightness() > MIDDLE_LIGHTNESS else "white"))

    def _edited(self, item: QTableWidgetItem) -> None:
        old, new = self._names[item.row()], item.text().strip()
        if item.column() != NAME or new == old:
            return
        # The table shows what is so, which follows if the new name can be used.
        self.blockSignals(True)
        item.setText(old)
        self.blockSignals(False)
        if new:
            self.renamed.emit(old, new)

    def _fit_height(self) -> None:
        rows = max(self.rowCount(), FEWEST_ROWS)
        self.setFixedHeight(rows * ROW_HEIGHT + self.horizontalHeader().sizeHint().height() + 4)


def _cells(count: ClassCount, row: int) -> tuple[str, ...]:
    """Return the cells of a class."""
    shares = (f"{count.count_percent:.1f}", f"{count.area_percent:.1f}") if count.count else ("", "")
    key = str(row + 1) if row < MOST_CLASSES else ""
    return (key, count.name, str(count.named or ""), str(count.count or ""), *shares)
