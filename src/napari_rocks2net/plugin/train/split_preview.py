"""Split preview: which thin sections will train, validate and test."""

from __future__ import annotations

from qtpy.QtGui import QBrush, QColor
from qtpy.QtWidgets import QTableWidget, QWidget

from napari_rocks2net.plugin.look.controls import column, sentence
from napari_rocks2net.plugin.look.tables import fill_table, plain_table
from napari_rocks2net.samples.split_request import PART_NAMES, SplitSummary

PART_COLOURS = {"train": "#8a6d1f", "validation": "#2f6f9f", "test": "#7a4a6d"}
FOLD_COLOURS = ("#2f6f9f", "#7a4a6d")
WHITE = "#ffffff"


class SplitPreview(QWidget):
    """A table of the split, coloured by part: totals first, then every thin section."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = sentence()
        self.table = plain_table("Images of each class, by part and thin section.")
        column(self, self.sentence, self.table, roomiest=self.table)

    def show_split(self, split: SplitSummary) -> None:
        """Show what comes of a split."""
        totals, sections = split.total_rows(), split.section_rows()
        rows = [
            [PART_NAMES.get(str(part), part), section, *(count or "" for count in counts)]
            for part, section, *counts in (*totals, *sections)
        ]
        self.sentence.setText(split.sentence())
        fill_table(self.table, ["part", "section", *split.classes], rows, wide=None)
        parts = list(dict.fromkeys(str(part) for part, *_ in totals))
        for line, (part, *_) in enumerate((*totals, *sections)):
            columns = self.table.columnCount() if line < len(totals) else 1
            _colour(self.table, line, columns, part_colour(str(part), parts.index(str(part))))

    def show_problem(self, reason: str) -> None:
        """Say why there is no split."""
        self.sentence.setText(reason)
        fill_table(self.table, [], [])


def part_colour(part: str, position: int) -> str:
    """Return the colour of a part; folds take turns."""
    return PART_COLOURS.get(part, FOLD_COLOURS[position % len(FOLD_COLOURS)])


def _colour(table: QTableWidget, line: int, columns: int, colour: str) -> None:
    for place in range(columns):
        item = table.item(line, place)
        item.setBackground(QBrush(QColor(colour)))
        item.setForeground(QBrush(QColor(WHITE)))
