"""Table of the classes of a count: key, colour, name, points, percentage and interval."""

from __future__ import annotations

import string
from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QIcon
from qtpy.QtWidgets import QTableWidget, QWidget

from napari_rocks2net.class_colours import class_colours
from napari_rocks2net.plugin.look.controls import column
from napari_rocks2net.plugin.look.tables import fill_table, plain_table
from napari_rocks2net.plugin.look.thumbnails import swatch
from napari_rocks2net.point_counting import ClassShare

KEYS = (*"123456789", *string.ascii_uppercase)
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
COLUMNS = ("Key", "Class", "Points", "%", "95 %")


class ClassTable(QWidget):
    """Shows the classes; a click on a line names the point under the cross.

    Signals
    -------
    clicked : (class,)
    """

    clicked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shares: Sequence[ClassShare] = ()
        self.table: QTableWidget = plain_table(
            "Click a line, or press its key, to name what lies under the cross. The intervals hold for all "
            "classes together (Goodman 1965)."
        )
        # The keys are the classes': the table must not jump to a line by its first letter.
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.cellClicked.connect(lambda line, _: self.clicked.emit(self._shares[line].name))
        column(self, self.table)

    def show_shares(self, shares: Sequence[ClassShare]) -> None:
        """Show how often each class was named."""
        same_classes = [each.name for each in self._shares] == [each.name for each in shares]
        self._shares = shares
        rows = [
            (key, each.name, each.points, *_percentages(each))
            for key, each in zip(KEYS, shares, strict=False)
        ]
        if same_classes:
            self._update(rows)
            return
        fill_table(self.table, COLUMNS, rows, wide=1)
        for line, colour in enumerate(class_colours(each.name for each in shares).values()):
            self.table.item(line, 1).setIcon(QIcon(swatch(colour)))
            for place in (3, 4):
                self.table.item(line, place).setTextAlignment(RIGHT)
        self.table.clearSelection()

    def _update(self, rows: Sequence[Sequence[object]]) -> None:
        """Write new figures into the existing cells: a person counts two points a second."""
        for line, row in enumerate(rows):
            for place, value in enumerate(row[2:], start=2):
                if (item := self.table.item(line, place)).text() != str(value):
                    item.setText(str(value))
                    item.setToolTip(str(value))


def _percentages(share: ClassShare) -> tuple[str, str]:
    if share.share != share.share:
        return "", ""
    return f"{100 * share.share:.1f}", f"{100 * share.low:.1f} to {100 * share.high:.1f}"
