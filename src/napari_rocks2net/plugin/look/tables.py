"""Small tables of texts and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

LINE_HEIGHT = 22
SMALLEST_HEIGHT = 80


def plain_table(tooltip: str) -> QTableWidget:
    """Make a table that is read, not edited; lines are chosen as a whole."""
    table = QTableWidget()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(LINE_HEIGHT)
    table.setMinimumHeight(SMALLEST_HEIGHT)
    table.setToolTip(tooltip)
    table.setWordWrap(False)
    # The Tab key leaves the table, as it does every other control.
    table.setTabKeyNavigation(False)
    return table


def fill_table(
    table: QTableWidget, columns: Sequence[str], rows: Iterable[Sequence[object]], wide: int | None = 0
) -> None:
    """Show rows in place of what the table shows.

    Floats have two decimals, small ones two digits; numbers stand on the right. The wide column takes the
    space that is left; with None all columns are as wide as their texts.
    """
    listed = [list(row) for row in rows]
    table.clear()
    table.setColumnCount(len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    table.setRowCount(len(listed))
    for line, row in enumerate(listed):
        for column, value in enumerate(row):
            table.setItem(line, column, _item(value))
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    if columns and wide is not None:
        header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)


def _item(value: object) -> QTableWidgetItem:
    text = str(value)
    if isinstance(value, float):
        text = f"{value:.2g}" if 0 < abs(value) < 0.01 else f"{value:.2f}"
    item = QTableWidgetItem(text)
    item.setToolTip(text)
    if isinstance(value, int | float):
        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
