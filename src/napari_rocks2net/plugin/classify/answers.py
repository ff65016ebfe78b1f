"""What the models say about every image, to be read at a glance: answers with their probabilities as bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QModelIndex, QRect, QSize, Qt
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from napari_rocks2net.class_colours import NO_CLASS_COLOUR
from napari_rocks2net.plugin.layers.result_layers import PREDICTIONS, is_result_of

if TYPE_CHECKING:
    from napari.layers import Layer

COLUMNS = ("Property", "Class and how sure")
MOST_PICTURES = 100
SMALLEST_HEIGHT = 170
LINE = 22
GAP = 6
NUMBER_WIDTH = 44
INDENT = 14
BAR_OPACITY = 110
SHARE = Qt.ItemDataRole.UserRole
COLOUR = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Answer:
    """What a model says about one property of a picture.

    Parameters
    ----------
    property, label : str
        The rock property, and the class that was found.
    probabilities : dict of str to float
        0..1 for every class, the most probable first.
    """

    property: str
    label: str
    probabilities: Mapping[str, float]


@dataclass(frozen=True)
class Picture:
    """All that is said about one image, or one plane of a stack."""

    name: str
    answers: tuple[Answer, ...]


def answers_in(layers: Iterable[Layer]) -> list[Picture]:
    """Return what the result layers among some layers say, by image, in the order of their tables."""
    found: dict[str, list[Answer]] = {}
    for layer in layers:
        if is_result_of(layer, PREDICTIONS):
            for name, answer in _answers_of(layer.features.to_dict("records")):
                found.setdefault(name, []).append(answer)
    return [Picture(name, tuple(answers)) for name, answers in found.items()]


def colours_in(layers: Iterable[Layer]) -> dict[str, str]:
    """Return the colour of every class in the result layers among some layers, as "#rrggbb"."""
    from napari.utils.colormaps.standardize_color import rgb_to_hex

    return {
        name: str(rgb_to_hex(colour)[0])[: len("#rrggbb")]
        for layer in layers
        if is_result_of(layer, PREDICTIONS)
        for name, colour in getattr(layer, "edge_color_cycle_map", {}).items()
    }


def _answers_of(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Answer]]:
    for row in rows:
        # A shape that someone drew has no answer; a probability that is no number is another model's.
        if row["row"] < 0:
            continue
        shares = {
            name.removeprefix("p_"): float(value)
            for name, value in row.items()
            if name.startswith("p_") and value == value
        }
        ranked = dict(sorted(shares.items(), key=lambda one: -one[1]))
        plane = f" [{row['plane']}]" if row["plane"] else ""
        yield f"{row['image']}{plane}", Answer(str(row["property"]), str(row["label"]), ranked)


class ShareLine(QStyledItemDelegate):
    """Draws a class and its probability over a bar in the colour of the class."""

    def sizeHint(self, option: Any, index: QModelIndex) -> QSize:  # noqa: N802
        """Return the size that the name and the number need."""
        name = option.fontMetrics.horizontalAdvance(index.data() or "")
        return QSize(name + NUMBER_WIDTH + 3 * GAP, LINE)

    def paint(self, painter: QPainter, option: Any, index: QModelIndex) -> None:
        """Draw bar, name and number; nothing where there is no probability."""
        share = index.data(SHARE)
        if share is None:
            return
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.highlight())
        colour = QColor(index.data(COLOUR))
        colour.setAlpha(BAR_OPACITY)
        painter.fillRect(bar_rect(option.rect, share), colour)
        painter.setPen(option.palette.text().color())
        place = option.rect.adjusted(GAP, 0, -GAP, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, int(middle | Qt.AlignmentFlag.AlignRight), percent(share))
        place.setRight(place.right() - NUMBER_WIDTH)
        name = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, int(middle | Qt.AlignmentFlag.AlignLeft), name)
        painter.restore()


def percent(share: float) -> str:
    """Return a share of 0..1 as "80 %"."""
    return f"{100 * share:.0f} %"


def bar_rect(line: QRect, share: float) -> QRect:
    """Return where the bar of a share (0..1) is in its line: at least a hair wide."""
    bar = line.adjusted(0, 2, 0, -2)
    bar.setWidth(max(1, round(share * line.width())))
    return bar


class AnswerTree(QTreeWidget):
    """Images, under each its properties, and under these every class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(len(COLUMNS))
        self.setHeaderLabels(list(COLUMNS))
        self.setToolTip("Unfold a property to see every class. The features table has the same as numbers.")
        self.setItemDelegateForColumn(1, ShareLine(self))
        self.setIndentation(INDENT)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setMinimumHeight(SMALLEST_HEIGHT)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(True)
        self.setVisible(False)

    def show_pictures(self, pictures: Sequence[Picture], colours: Mapping[str, str]) -> None:
        """Show these in place of others; what was unfolded stays so. Without any, the tree hides.

        Parameters
        ----------
        pictures : sequence of Picture
            Of many only the first are shown.
        colours : dict of str to str
            "#rrggbb" for each class.
        """
        unfolded = set(self._unfolded())
        self.clear()
        for picture in pictures[:MOST_PICTURES]:
            self._add(picture, colours, unfolded)
        if len(pictures) > MOST_PICTURES:
            more = QTreeWidgetItem(
                self, [f"and {len(pictures) - MOST_PICTURES} more: open the features table"]
            )
            more.setFirstColumnSpanned(True)
        self.setVisible(bool(pictures))

    def _add(self, picture: Picture, colours: Mapping[str, str], unfolded: set[tuple[str, str]]) -> None:
        top = QTreeWidgetItem(self, [picture.name])
        top.setFirstColumnSpanned(True)
        top.setExpanded(True)
        for answer in picture.answers:
            line = _line(top, answer.property, answer.label, answer.probabilities, colours)
            for name in answer.probabilities:
                _line(line, "", name, answer.probabilities, colours)
            line.setExpanded((picture.name, answer.property) in unfolded)

    def _unfolded(self) -> Iterator[tuple[str, str]]:
        for top in map(self.topLevelItem, range(self.topLevelItemCount())):
            assert top is not None
            for line in map(top.child, range(top.childCount())):
                if line is not None and line.isExpanded():
                    yield top.text(0), line.text(0)


def _line(
    parent: QTreeWidgetItem,
    property: str,
    label: str,
    probabilities: Mapping[str, float],
    colours: Mapping[str, str],
) -> QTreeWidgetItem:
    share = probabilities.get(label, 0.0)
    line = QTreeWidgetItem(parent, [property, label])
    line.setData(1, SHARE, share)
    line.setData(1, COLOUR, colours.get(label, NO_CLASS_COLOUR))
    line.setToolTip(1, f"{label}: {percent(share)}")
    return line
