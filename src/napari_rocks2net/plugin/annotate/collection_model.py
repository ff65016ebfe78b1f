"""Qt model of a collection: one line for each image."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from qtpy.QtGui import QColor, QPixmap

from napari_rocks2net.annotation import AnnotatedImage, AnnotationCollection, ImageKey
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.annotation.image_files import read_preview
from napari_rocks2net.annotation.image_table import FIRST_OTHER, LABEL, PREVIEW, SECTION, ListedImage
from napari_rocks2net.plugin.annotate.image_cache import ImageCache
from napari_rocks2net.plugin.look.thumbnails import picture_icon, swatch
from napari_rocks2net.plugin.work.jobs import JobRunner

logger = logging.getLogger(__name__)

ROLE = Qt.ItemDataRole
Views = tuple[AnnotatedImage, ...]
# A view asks for twice as many of each cell.
ROLES = {ROLE.DecorationRole, ROLE.DisplayRole, ROLE.EditRole, ROLE.ToolTipRole, ROLE.ForegroundRole}
# Titles, and what the columns mean.
HEADERS = {
    "": "What the image looks like",
    "Image": "The file, and the plane of a stack in brackets",
    "Label": "The class of the whole image, of the property that is labelled now",
    "Prediction": "What a model says, of Predict or of the Classify widget; sort by it to see the least "
    "certain first",
    "Section": "The thin section: photos of one section never part between training and test. Double-click "
    "to edit",
    "Regions": "Regions with a class of the property that is labelled now",
    "State": "How the label came about, and whether the file is there",
}
MISSING_COLOUR = "#9a9a9a"
PREVIEW_SIDE = 48
ROW_HEIGHT = PREVIEW_SIDE + 4


def _same_images(before: Sequence[Views], after: Sequence[Views]) -> bool:
    """Return whether lines are of the same images, whatever is known about these."""
    return len(before) == len(after) and all(
        old == new or [image.key for image in old] == [image.key for image in new]
        for old, new in zip(before, after, strict=True)
    )


class CollectionModel(QAbstractTableModel):
    """Shows a collection, one line a field, and edits its sections.

    Signals
    -------
    files_looked_for : (missing,)
        How many images have no file now.
    """

    files_looked_for = Signal(int)

    def __init__(self, annotator: Annotator, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._annotator = annotator
        self.previews = ImageCache(lambda key: read_preview(key, PREVIEW_SIDE), self)
        self._images: tuple[AnnotatedImage, ...] = ()
        self._views: list[Views] = []
        self._rows: dict[ImageKey, int] = {}
        self._others: tuple[str, ...] = ()
        self._swatches: dict[tuple[str, str], QPixmap] = {}
        self._sort_values: dict[int, list[str | float]] = {}
        self._missing: dict[ImageKey, bool] = {}
        self._looking = JobRunner(self)
        self._unreadable: set[ImageKey] = set()
        annotator.collection_changed.connect(self._follow)
        annotator.property_changed.connect(self._show_vocabularies)
        annotator.suggestions_changed.connect(self._refresh)
        self.previews.ready.connect(self._preview_ready)

    def row_of(self, key: ImageKey | None) -> int | None:
        """Return the line of an image."""
        return self._rows.get(key) if key is not None else None

    def listed(self, row: int) -> ListedImage:
        """Return all that a line shows."""
        image, annotator = self._images[row], self._annotator
        suggestion = annotator.suggestion(image.key)
        # Asking the disk for every cell would be slow.
        missing = self._missing.get(image.key, False)
        rank = annotator.ranks.get(image.key)
        views = " + ".join(view.view for view in self._views[row] if image.field)
        return ListedImage(image, annotator.property_name, self._others, suggestion, rank, missing, views)

    def sort_values(self, column: int) -> list[str | float]:
        """Return what the lines are sorted by, made once: sorting compares each with a dozen others."""
        if column not in self._sort_values:
            self._sort_values[column] = [
                self.listed(row).sort_value(column) for row in range(len(self._images))
            ]
        return self._sort_values[column]

    def look_for_files(self) -> None:
        """Check again which files exist, in a thread: a network drive takes seconds for thousands."""
        images = self._images
        self._looking.start(
            lambda: {image.key: image.missing for image in images},
            on_done=self._show_missing,
            on_error=logger.error,
        )

    def close(self) -> None:
        """Read no more previews, and look for no more files."""
        self.previews.close()
        self._looking.cancel()

    def _show_missing(self, missing: dict[ImageKey, bool]) -> None:
        self._missing = missing
        self._unreadable.clear()
        self._refresh()
        self.files_looked_for.emit(sum(missing.values()))

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        """Return the number of images."""
        return 0 if parent.isValid() else len(self._images)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        """Return the number of columns: the fixed ones, and one for each other property."""
        return 0 if parent.isValid() else FIRST_OTHER + len(self._others)

    def headerData(self, section: int, orientation: Any, role: int = ROLE.DisplayRole) -> Any:  # noqa: N802
        """Return a column's title and what it means."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == ROLE.DisplayRole:
            return self._title(section)
        if role == ROLE.ToolTipRole:
            return (
                list(HEADERS.values())[section]
                if section < FIRST_OTHER
                else f"The class of {self._title(section)}"
            )
        return None

    def flags(self, index: QModelIndex) -> Any:
        """Let the section be edited."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == SECTION else flags

    def data(self, index: QModelIndex, role: int = ROLE.DisplayRole) -> Any:
        """Return what a cell shows."""
        if role not in ROLES:
            return None
        listed, column = self.listed(index.row()), index.column()
        if role == ROLE.DecorationRole:
            return self._decoration(listed, column)
        if role in (ROLE.DisplayRole, ROLE.EditRole):
            return listed.text(column)
        if role == ROLE.ToolTipRole:
            return listed.tip(column)
        if role == ROLE.ForegroundRole and listed.missing:
            return QColor(MISSING_COLOUR)
        return None

    def setData(self, index: QModelIndex, value: Any, role: int = ROLE.EditRole) -> bool:  # noqa: N802
        """Take a section that a person typed, for every selected image if several are."""
        collection = self._annotator.collection
        section = str(value).strip()
        if collection is None or role != ROLE.EditRole or index.column() != SECTION or not section:
            return False
        image = self._images[index.row()]
        if image.section == section:
            return False
        selected = self._annotator.targets()
        keys = selected if image.key in selected else [image.key]
        self._annotator.apply(collection.with_section(keys, section), f"section {section}")
        return True

    def _title(self, column: int) -> str:
        if column == LABEL:
            return self._annotator.property_name or "Label"
        return list(HEADERS)[column] if column < FIRST_OTHER else self._others[column - FIRST_OTHER]

    def _decoration(self, listed: ListedImage, column: int) -> Any:
        key = listed.image.key
        if column == PREVIEW:
            readable = not listed.missing and key not in self._unreadable
            picture = self.previews.picture(key) if readable else None
            return None if picture is None else picture_icon(picture)
        coloured = listed.coloured_class(column)
        return self._swatches.get(coloured) if coloured else None

    def _follow(self, before: AnnotationCollection | None, after: AnnotationCollection | None) -> None:
        """Show another state of the collection; only lines that differ are updated."""
        previous, views = self._images, self._views
        lines = after.lines if after else ()
        self._images, self._views = tuple(first for first, _ in lines), [own for _, own in lines]
        if not _same_images(views, self._views):
            self._reset()
            self.look_for_files()
            return
        if before is None or after is None or before.vocabularies != after.vocabularies:
            self._show_vocabularies()
        for row, (old, new) in enumerate(zip(previous, self._images, strict=True)):
            if old is not new and old != new:
                self._changed(row)

    def _show_vocabularies(self) -> None:
        """Show other classes and colours, or other columns; the lines keep their places."""
        count = self.columnCount()
        self._learn_vocabularies()
        if self.columnCount() != count:
            self._reset()
            return
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, LABEL, count - 1)
        self._refresh()

    def _reset(self) -> None:
        self.beginResetModel()
        self._sort_values.clear()
        self._rows = {image.key: row for row, own in enumerate(self._views) for image in own}
        self._learn_vocabularies()
        self.endResetModel()

    def _learn_vocabularies(self) -> None:
        vocabularies = self._annotator.collection.vocabularies if self._annotator.collection else ()
        names = (each.property for each in vocabularies)
        self._others = tuple(name for name in names if name != self._annotator.property_name)
        self._swatches = {
            (each.property, name): swatch(colour)
            for each in vocabularies
            for name, colour in zip(each.classes, each.colours, strict=True)
        }

    def _refresh(self) -> None:
        self._sort_values.clear()
        if self._images:
            last = self.index(len(self._images) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _changed(self, row: int) -> None:
        for column, values in self._sort_values.items():
            values[row] = self.listed(row).sort_value(column)
        self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))

    def _preview_ready(self, key: ImageKey, picture: Any) -> None:
        if isinstance(picture, Exception):
            self._unreadable.add(key)
        row = self._rows.get(key)
        if row is not None:
            cell = self.index(row, PREVIEW)
            self.dataChanged.emit(cell, cell, [ROLE.DecorationRole])

    def keys_of(self, rows: Sequence[int]) -> list[ImageKey]:
        """Return the images in some lines."""
        return [self._images[row].key for row in rows]
