"""Tree of predictions: for every image its properties, with probabilities as bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QTreeWidget,
    QTreeWidgetItem,
)

from napari_rocks2net.plugin.layers.result_table import NO_COLOURS, ClassColours, ResultRow, result_colours
from napari_rocks2net.wording import percent

if TYPE_CHECKING:
    from napari_rocks2net.classify import Prediction
    from napari_rocks2net.plugin.layers.plane import ImagePlane

UNFAMILIAR = "Unlike anything this model has learned from"
TRAINED_ON = "The model was trained on this photo"
EARLIER = "About pixels that are shown no more"
COLUMNS = ("Property", "Class and how sure")
MOST_IMAGES = 100
LINE = 22
# The header, and an image with five properties and a note on them.
SMALLEST_HEIGHT = 8 * LINE
GAP = 6
NUMBER_WIDTH = 44
INDENT = 14
BAR_OPACITY = 110
PROBABILITY = Qt.ItemDataRole.UserRole
COLOUR = Qt.ItemDataRole.UserRole + 1
PLANE = Qt.ItemDataRole.UserRole + 2
ANSWER = Qt.ItemDataRole.UserRole + 3
Place = tuple[str, str]  # Unique id of a layer, and the title of a plane in it.


class ProbabilityBar(QStyledItemDelegate):
    """Draws a class and its probability over a bar in the colour of the class."""

    def sizeHint(self, option: Any, index: QModelIndex) -> QSize:  # noqa: N802
        """Return the size that the name and the number need."""
        name = option.fontMetrics.horizontalAdvance(index.data() or "")
        return QSize(name + NUMBER_WIDTH + 3 * GAP, LINE)

    def paint(self, painter: QPainter, option: Any, index: QModelIndex) -> None:
        """Draw bar, name and number; nothing where there is no probability."""
        probability = index.data(PROBABILITY)
        if probability is None:
            return
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.highlight())
        colour = QColor(index.data(COLOUR))
        colour.setAlpha(BAR_OPACITY)
        painter.fillRect(bar_rect(option.rect, probability), colour)
        painter.setPen(option.palette.text().color())
        text = option.rect.adjusted(GAP, 0, -GAP, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(text, int(middle | Qt.AlignmentFlag.AlignRight), percent(probability))
        text.setRight(text.right() - NUMBER_WIDTH)
        name = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideMiddle, text.width())
        painter.drawText(text, int(middle | Qt.AlignmentFlag.AlignLeft), name)
        painter.restore()


def bar_rect(line: QRect, probability: float) -> QRect:
    """Return where the bar of a probability (0..1) is in its line: at least a hair wide."""
    bar = line.adjusted(0, 2, 0, -2)
    bar.setWidth(max(1, round(probability * line.width())))
    return bar


class PredictionTree(QTreeWidget):
    """Images, under each its properties, and under these every class.

    Signals
    -------
    plane_clicked : (str, tuple of int)
        Unique id of an image layer, and the plane in it, of which a line was clicked.
    class_clicked : (ResultRow, str)
        An answer, and a class of its property whose line was clicked; of the property's own line the answer.
    """

    plane_clicked = Signal(str, object)
    class_clicked = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[list[ResultRow], ClassColours, set[Place]] | None = None
        self.setColumnCount(len(COLUMNS))
        self.setHeaderLabels(list(COLUMNS))
        self.setToolTip(
            "Click to see the photo and to ask why; unfold a property to see every class. The features table "
            "has numbers."
        )
        self.itemClicked.connect(self._clicked)
        self.setItemDelegateForColumn(1, ProbabilityBar(self))
        self.setIndentation(INDENT)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setMinimumHeight(SMALLEST_HEIGHT)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(True)
        self.setVisible(False)

    def show_rows(
        self,
        rows: Sequence[ResultRow],
        stored: ClassColours = NO_COLOURS,
        is_shown: Callable[[ImagePlane], bool] = lambda plane: True,
    ) -> None:
        """Show these in place of others; what was unfolded stays so. Without any, the tree hides.

        Parameters
        ----------
        rows : sequence of ResultRow
            Of many images only the first are shown.
        stored : mapping
            Colours of open collections, see `result_colours`.
        is_shown : callable
            Returns whether a layer still has the pixels of a plane.
        """
        colours = result_colours(rows, stored)
        by_plane: dict[Place, list[ResultRow]] = {}
        for row in rows:
            by_plane.setdefault((row.plane.layer_id, row.plane.title), []).append(row)
        listed = dict(islice(by_plane.items(), MOST_IMAGES))
        earlier = {place for place, of_plane in listed.items() if not is_shown(of_plane[0].plane)}
        if (list(rows), colours, earlier) == self._shown:
            return
        self._shown = (list(rows), colours, earlier)
        unfolded = set(self._unfolded())
        self.clear()
        for place, of_plane in listed.items():
            self._add(of_plane, colours, unfolded, earlier=place in earlier)
        if len(by_plane) > MOST_IMAGES:
            more = QTreeWidgetItem(self, [f"and {len(by_plane) - MOST_IMAGES} more: open the features table"])
            more.setFirstColumnSpanned(True)
        self.setVisible(bool(rows))

    def _add(
        self,
        rows: Sequence[ResultRow],
        colours: ClassColours,
        unfolded: set[tuple[str, str]],
        *,
        earlier: bool,
    ) -> None:
        plane = rows[0].plane
        image = QTreeWidgetItem(self, [plane.title])
        image.setData(0, PLANE, (plane.layer_id, plane.index))
        image.setFirstColumnSpanned(True)
        image.setExpanded(True)
        if earlier:
            self._add_warning(image, EARLIER, "classify the image again, or open it again to see it.")
        self._add_warnings(image, [row.prediction for row in rows])
        for row in rows:
            prediction = row.prediction
            own = colours[prediction.property]
            line = _line(image, prediction.property, prediction.label, prediction.probability, own)
            line.setData(0, ANSWER, row)
            ranked = sorted(prediction.probabilities.items(), key=lambda each: -each[1])
            for name, probability in ranked:
                _line(line, "", name, probability, own).setData(0, ANSWER, row)
            line.setExpanded((plane.title, prediction.property) in unfolded)

    def _add_warnings(self, image: QTreeWidgetItem, predictions: Sequence[Prediction]) -> None:
        """Say which answers mean little: about an image unlike all that their model learned, or learned."""
        unlike = [each.property for each in predictions if each.is_unfamiliar]
        known = [each.property for each in predictions if each.trained_on]
        for text, names, meaning in (
            (UNFAMILIAR, unlike, "what it says about this photo means little."),
            (TRAINED_ON, known, "its answer is no measure of how right it is on others."),
        ):
            if not names:
                continue
            subject = f" ({', '.join(names)})" if len(names) < len(predictions) else ""
            self._add_warning(image, text + subject, meaning)

    def _add_warning(self, image: QTreeWidgetItem, text: str, meaning: str) -> None:
        line = QTreeWidgetItem(image, [text])
        line.setFirstColumnSpanned(True)
        line.setIcon(0, self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning))
        line.setToolTip(0, f"{text}: {meaning}")

    def _clicked(self, item: QTreeWidgetItem) -> None:
        answer, class_name = item.data(0, ANSWER), item.text(1)
        while (parent := item.parent()) is not None:
            item = parent
        if (plane := item.data(0, PLANE)) is not None:
            self.plane_clicked.emit(*plane)
        if answer is not None:
            self.class_clicked.emit(answer, class_name)

    def resizeEvent(self, event: Any) -> None:  # noqa: N802
        """Keep the line that was clicked in sight where the reasons below take the room."""
        super().resizeEvent(event)
        if self.selectedItems():
            self.scrollToItem(self.selectedItems()[0])

    def _unfolded(self) -> Iterator[tuple[str, str]]:
        for image in map(self.topLevelItem, range(self.topLevelItemCount())):
            assert image is not None
            for line in map(image.child, range(image.childCount())):
                if line is not None and line.isExpanded():
                    yield image.text(0), line.text(0)


def _line(
    parent: QTreeWidgetItem, property: str, label: str, probability: float, colours: Mapping[str, str]
) -> QTreeWidgetItem:
    line = QTreeWidgetItem(parent, [property, label])
    line.setData(1, PROBABILITY, probability)
    line.setData(1, COLOUR, colours[label])
    line.setToolTip(1, f"{label}: {percent(probability)}")
    return line
