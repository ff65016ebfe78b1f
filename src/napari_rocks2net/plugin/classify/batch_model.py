"""Rows of a batch as they come, one for each answer."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt

from napari_rocks2net.samples.region import parse_plane

COLUMNS = ("Photo", "Property", "Class", "Probability")
ROLE = Qt.ItemDataRole


class BatchRow(NamedTuple):
    """One answer about one photo, or about one plane of a file."""

    file: Path
    plane: tuple[int, ...]
    property: str
    label: str
    probability: float

    @classmethod
    def of(cls, row: dict[str, Any]) -> BatchRow:
        """Return the row of a prediction table, its cells as numbers or as text."""
        return cls(
            Path(row["file"]),
            parse_plane(row["plane"]),
            row["property"],
            row["label"],
            float(row["probability"]),
        )

    # The field "property" takes the name of the decorator.
    @builtins.property
    def title(self) -> str:
        """The photo in a line."""
        return f"{self.file.name} [{', '.join(map(str, self.plane))}]" if self.plane else self.file.name


class BatchModel(QAbstractTableModel):
    """A table that grows, of any length."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[BatchRow] = []

    def add(self, rows: Sequence[BatchRow]) -> None:
        """Append rows."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()

    def clear(self) -> None:
        """Forget every row."""
        self.beginResetModel()
        self.rows.clear()
        self.endResetModel()

    def rowCount(self, parent: Any = None) -> int:  # noqa: N802
        """Return how many answers there are."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Any = None) -> int:  # noqa: N802
        """Return how many columns there are."""
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Any, role: int = ROLE.DisplayRole) -> Any:  # noqa: N802
        """Return the title of a column."""
        is_title = role == ROLE.DisplayRole and orientation == Qt.Orientation.Horizontal
        return COLUMNS[section] if is_title else None

    def data(self, index: QModelIndex, role: int = ROLE.DisplayRole) -> Any:
        """Return what a cell shows."""
        row = self.rows[index.row()]
        if role == ROLE.DisplayRole:
            return (row.title, row.property, row.label, f"{row.probability:.2f}")[index.column()]
        if role == ROLE.ToolTipRole:
            return str(row.file)
        return None
