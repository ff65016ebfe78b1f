"""Column of file names: those that do not fit are cut first where all of them are alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

from qtpy.QtCore import QModelIndex
from qtpy.QtWidgets import QStyle, QStyledItemDelegate, QTableView

# A table may have a hundred thousand rows, and is drawn again with each label.
ROWS_COMPARED = 500


def common_beginning(names: Iterable[str]) -> str:
    """Return what all names begin with, up to their last separator.

    Parameters
    ----------
    names : iterable of str
        For example ``"sample_13_10x.jpg"`` and ``"sample_17_10x.jpg"``, which share ``"sample_"``.
    """
    different = set(names)
    if len(different) < 2:
        return ""
    # The first and the last in the order of letters differ soonest.
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(min(different), max(different), strict=False))
    shared = re.match(r".*[\W_]", "".join(letter for letter, _ in alike))
    return shared.group() if shared else ""


def distinct_ends(names: Sequence[str]) -> list[str]:
    """Return names without what all of them begin with, such as "…13_10x.jpg" and "…17_10x.jpg"."""
    beginning = common_beginning(names)
    return [f"…{name.removeprefix(beginning)}" for name in names] if beginning else list(names)


class NameDelegate(QStyledItemDelegate):
    """Draws a column of names so that the part in which they differ stays in sight.

    Parameters
    ----------
    view : QTableView
        It has its model.
    """

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._beginning: str | None = None
        model = view.model()
        assert model is not None
        for signal in (model.modelReset, model.rowsInserted, model.rowsRemoved, model.dataChanged):
            signal.connect(self._names_changed)

    def initStyleOption(self, option: Any, index: QModelIndex) -> None:  # noqa: N802
        """Leave out what all names begin with where the name does not fit."""
        super().initStyleOption(option, index)
        margin = option.widget.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1
        if option.fontMetrics.horizontalAdvance(option.text) > option.rect.width() - 2 * margin:
            beginning = self._common_beginning(index)
            if beginning and option.text.startswith(beginning):
                option.text = f"…{option.text.removeprefix(beginning)}"

    def _common_beginning(self, index: QModelIndex) -> str:
        if self._beginning is None:
            rows = range(min(index.model().rowCount(), ROWS_COMPARED))
            self._beginning = common_beginning(str(index.siblingAtRow(row).data()) for row in rows)
        return self._beginning

    def _names_changed(self, *_: object) -> None:
        self._beginning = None
