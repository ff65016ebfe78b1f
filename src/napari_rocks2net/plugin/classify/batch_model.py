"""Rows of a batch as they come, one for each answer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt

from napari_rocks2net.evaluation.batch_request import BatchRow

COLUMNS = ("Photo", "Property", "Class")
ROLE = Qt.ItemDataRole


class BatchModel(QAbstractTableModel):
    """A table that grows, of any length."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[BatchRow] = []
        self._folder = ""

    def add(self, rows: Sequence[BatchRow]) -> None:
        """Append rows."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()
            self._find_folder(rows)

    def clear(self) -> None:
        """Forget every row."""
        self.beginResetModel()
        self.rows.clear()
        self._folder = ""
        self.endResetModel()

    def title(self, row: BatchRow) -> str:
        """Return the photo of a row as the table calls it."""
        return row.title(self._folder)

    def _find_folder(self, rows: Sequence[BatchRow]) -> None:
        """Find the folder that all photos have in common; names are shown from there on."""
        folders = {str(row.file.parent) for row in rows} | ({self._folder} - {""})
        try:
            common = os.path.commonpath(folders)
        except ValueError:  # On two drives of Windows.
            common = ""
        if common != self._folder:
            self._folder = common
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, 0))

    def rowCount(self, parent: Any = None) -> int:  # noqa: N802
        """Return the number of answers."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Any = None) -> int:  # noqa: N802
        """Return the number of columns."""
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Any, role: int = ROLE.DisplayRole) -> Any:  # noqa: N802
        """Return the title of a column."""
        is_title = role == ROLE.DisplayRole and orientation == Qt.Orientation.Horizontal
        return COLUMNS[section] if is_title else None

    def data(self, index: QModelIndex, role: int = ROLE.DisplayRole) -> Any:
        """Return what a cell shows."""
        row = self.rows[index.row()]
        if role == ROLE.DisplayRole:
            return (self.title(row), row.property, row.answer)[index.column()]
        if role == ROLE.ToolTipRole:
            return str(row.file)
        return None
