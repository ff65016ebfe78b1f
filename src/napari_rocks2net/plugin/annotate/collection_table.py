"""Collection table: sorted, filtered, several lines selected at once."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QSize, QSortFilterProxyModel, Qt
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.annotation.image_table import (
    ALL,
    DIFFERENT,
    LABEL,
    NAME,
    PREDICTION,
    PREVIEW,
    REGIONS,
    SECTION,
    STATE,
    UNSURE,
)
from napari_rocks2net.plugin.annotate.collection_model import (
    PREVIEW_SIDE,
    ROW_HEIGHT,
    CollectionModel,
)
from napari_rocks2net.plugin.look.name_column import NameDelegate
from napari_rocks2net.plugin.look.thumbnails import SWATCH_SIDE

# The column of previews sorts by how different the images are.
SORTED_BY = {UNSURE: PREDICTION, DIFFERENT: PREVIEW}
WIDTHS = {NAME: 154, LABEL: 76, PREDICTION: 112, SECTION: 74, REGIONS: 54, STATE: 70}
# Classes are read, names of files are told apart: where both do not fit, the names are cut.
NARROWEST_NAME = 118
WIDEST_CLASS = 130
CELL_MARGINS = 14


class FilteredImages(QSortFilterProxyModel):
    """The lines that are shown, in their order."""

    def __init__(self, model: CollectionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._kind = ALL
        self._text = ""
        self._order: list[ImageKey] | None = None
        for signal in (self.layoutChanged, self.modelReset, self.rowsInserted, self.rowsRemoved):
            signal.connect(self._forget_order)
        self.setSourceModel(model)

    def choose(self, kind: str) -> None:
        """Show one kind of images, one of `FILTERS`."""
        self._kind = kind
        self.invalidate()

    def search(self, text: str) -> None:
        """Show only images whose name, section or class holds a text."""
        self._text = text.strip().casefold()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: QModelIndex) -> bool:  # noqa: N802
        """Return whether a line is shown."""
        if self._kind == ALL and not self._text:
            return True
        listed = self._model.listed(row)
        return listed.passes(self._kind) and listed.holds(self._text)

    def lessThan(self, left: QModelIndex, right: QModelIndex) -> bool:  # noqa: N802
        """Return whether a line comes before another."""
        values: list[Any] = self._model.sort_values(left.column())
        return bool(values[left.row()] < values[right.row()])

    def order(self) -> list[ImageKey]:
        """Return the images in the order in which they are shown."""
        if self._order is None:
            rows = [self.mapToSource(self.index(row, 0)).row() for row in range(self.rowCount())]
            self._order = self._model.keys_of(rows)
        return self._order

    def _forget_order(self, *_: object) -> None:
        self._order = None


class CollectionTable(QTableView):
    """Shows the collection; the current line is the image that is shown."""

    def __init__(self, annotator: Annotator, images: FilteredImages, model: CollectionModel) -> None:
        super().__init__()
        self._annotator = annotator
        self._images = images
        self._model = model
        self._following = False
        self._fitted: dict[int, int] = {}
        # Before the view's own: a line that leaves the filter must not show another image by itself.
        images.rowsAboutToBeRemoved.connect(lambda *_: self._set_following(True))
        self.setModel(images)
        images.rowsRemoved.connect(lambda *_: self._set_following(False))
        self._lay_out()
        self._connect(annotator, images, model)
        self._show_columns()

    def _connect(self, annotator: Annotator, images: FilteredImages, model: CollectionModel) -> None:
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        self.selectionModel().currentRowChanged.connect(self._line_chosen)
        annotator.current_changed.connect(self.follow_current)
        annotator.selection_changed.connect(self.follow_selected)
        model.modelReset.connect(self.follow_current)
        images.layoutChanged.connect(self.follow_current)
        for signal in (annotator.suggestions_changed, annotator.property_changed, model.modelReset):
            signal.connect(self._show_columns)
        model.headerDataChanged.connect(lambda *_: self._show_columns())

    def sort_for(self, kind: str) -> None:
        """Sort as the filter says; back to the order of adding after it."""
        header = self.horizontalHeader()
        if kind in SORTED_BY:
            header.setSortIndicator(SORTED_BY[kind], Qt.SortOrder.AscendingOrder)
        elif header.sortIndicatorSection() in SORTED_BY.values():
            header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def follow_current(self) -> None:
        """Make the image that is shown the current line."""
        row = self._model.row_of(self._annotator.current)
        source = self._model.index(row, NAME) if row is not None else QModelIndex()
        index = self._images.mapFromSource(source)
        if not index.isValid() or index.row() == self.currentIndex().row():
            return
        self._following = True
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self._following = False
        self._annotator.selected = ()
        # In the middle, what comes next is in sight too.
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def follow_selected(self) -> None:
        """Select the images that were chosen elsewhere, such as on a map of the collection."""
        keys = set(self._annotator.selected)
        if len(keys) < 2 or keys == set(self._selected_keys()):
            return
        chosen = QItemSelection()
        for row in [row for key in keys if (row := self._model.row_of(key)) is not None]:
            index = self._images.mapFromSource(self._model.index(row, NAME))
            chosen.select(index, index)
        self._following = True
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(chosen, flags.ClearAndSelect | flags.Rows)
        self._following = False

    def _selected_keys(self) -> list[ImageKey]:
        rows = [self._images.mapToSource(each).row() for each in self.selectionModel().selectedRows()]
        return self._model.keys_of(rows)

    def _set_following(self, following: bool) -> None:
        self._following = following

    def _show_columns(self) -> None:
        """Hide what would be empty: predictions, as long as nothing was classified; fit the classes."""
        hidden = not self._annotator.has_suggestions
        self.setColumnHidden(PREDICTION, hidden)
        widths = self._fitting_widths(hidden)
        # Only when the classes are others: widths that a person pulled stay.
        if widths != self._fitted:
            self._fitted = widths
            for column, width in widths.items():
                self.setColumnWidth(column, width)

    def _fitting_widths(self, without_predictions: bool) -> dict[int, int]:
        """Return widths that show the classes whole, as far as the names of the files leave room."""
        vocabulary = self._annotator.vocabulary
        advance = self.fontMetrics().horizontalAdvance
        longest = max((advance(name) for name in vocabulary.classes), default=0) if vocabulary else 0
        label = min(max(WIDTHS[LABEL], longest + SWATCH_SIDE + CELL_MARGINS), WIDEST_CLASS)
        prediction = max(WIDTHS[PREDICTION], label + advance(" 100 %"))
        name = WIDTHS[NAME] - (label - WIDTHS[LABEL]) if without_predictions else NARROWEST_NAME
        return {NAME: max(name, NARROWEST_NAME), LABEL: label, PREDICTION: prediction}

    def _lay_out(self) -> None:
        self.setSelectionBehavior(self.SelectionBehavior.SelectRows)
        self.setSelectionMode(self.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(self.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(self.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(self.EditTrigger.DoubleClicked | self.EditTrigger.EditKeyPressed)
        self.setIconSize(QSize(PREVIEW_SIDE, PREVIEW_SIDE))
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegateForColumn(NAME, NameDelegate(self))
        self.setTabKeyNavigation(False)
        self._lay_out_headers()

    def _lay_out_headers(self) -> None:
        # Lines of one height are not measured one by one: 500 open at once.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.setColumnWidth(PREVIEW, PREVIEW_SIDE + 8)
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, width)
        self.setSortingEnabled(True)
        # No column: the order in which the images were added.
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setSortIndicatorClearable(True)

    def _selection_changed(self, *_: object) -> None:
        if not self._following:
            keys = self._selected_keys()
            self._annotator.selected = tuple(keys) if len(keys) > 1 else ()

    def _line_chosen(self, index: QModelIndex, _: QModelIndex) -> None:
        if not self._following and index.isValid():
            row = self._images.mapToSource(index).row()
            self._annotator.show(self._model.keys_of([row])[0])
